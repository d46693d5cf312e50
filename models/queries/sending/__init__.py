"""Follow-ups that are due, their claims, and the mails that carry them."""
