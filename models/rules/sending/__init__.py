"""Whether a contact may go now, and how fast."""
