"""Words that mean trouble, thanks or consent."""
