"""Business days, working hours, and distances in them."""
