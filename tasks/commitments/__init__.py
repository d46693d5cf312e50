"""An act on what we owe in, a commitment with its owner, due time and escalation ladder out."""
