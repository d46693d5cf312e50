"""What is told of an installation's health, and when somebody hears of it."""
