"""Silence, misses and ladder steps in, notices to our own people and call lists out."""
