"""Which contacts are owed, and when."""
