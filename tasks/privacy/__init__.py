"""What the law gives every customer: a copy of all that is kept, and its end."""
