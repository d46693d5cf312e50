"""Exports of other programs in; a proposed source out, and what is not sure of it."""
