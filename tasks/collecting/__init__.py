"""Collecting what came in: mailboxes are read, mails are matched, and what they say has its effect."""
