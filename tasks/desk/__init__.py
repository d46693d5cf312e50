"""One of our people at the desk in; sessions, and the lists that he or she works from, out."""
