"""Ladder steps, call lists and patterns of misses."""
