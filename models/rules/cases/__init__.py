"""Who may do what to a case, and when it may be closed."""
