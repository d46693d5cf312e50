"""Replaying the past: facts appear when they happened, customers answer when and what they answered."""
