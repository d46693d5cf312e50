"""Reading days, times and values as people write them."""
