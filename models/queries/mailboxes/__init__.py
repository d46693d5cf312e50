"""Mails that came in, and whose they may be."""
