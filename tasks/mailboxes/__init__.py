"""Mails from a mailbox in; each is matched, acted on, or parked with an owner."""
