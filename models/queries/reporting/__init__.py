"""Counts for the report, and news for other systems."""
