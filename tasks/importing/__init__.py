"""Import: a company's own facts, read through its SELECTs, checked row by row, written once."""
