"""A letter as plain values in, a finished mail in the language of its reader out."""
