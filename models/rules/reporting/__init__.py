"""Figures from counted rows."""
