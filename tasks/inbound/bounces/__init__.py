"""Mails that say that a mail did not arrive: whom it was for, and whether for good."""
