"""Rows of an import, always a batch at once."""
