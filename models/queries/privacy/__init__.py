"""What is kept of one customer, to be shown or taken out."""
