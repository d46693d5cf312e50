"""Decisions as functions of values: plain data and `now` in, an answer with its reason out. No rule reads a clock."""
