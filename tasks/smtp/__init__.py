"""A mail in, the answer of the mail server out, over connections that are kept."""
