"""What the desk asks: sessions, lists to work from, a customer found by whatever is known."""
