"""Looks whether an installation works and will go on working, and tells those who run it."""
