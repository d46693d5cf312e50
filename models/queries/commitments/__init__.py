"""Commitments and delivery days."""
