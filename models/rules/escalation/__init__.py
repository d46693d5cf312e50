"""Who is notified, in which order, and where nobody would be."""
