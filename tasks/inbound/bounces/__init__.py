"""Mails that say that a mail did not arrive: whom it was for, and whether for good."""

import logging

# It writes tracebacks, with customers' addresses in them, of mails that are handled all the same.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())
logging.getLogger("flufl.bounce").propagate = False
