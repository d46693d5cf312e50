"""Sending over SMTP: the mailer and its connections, a mail's transaction, the wire below, what servers answer."""
