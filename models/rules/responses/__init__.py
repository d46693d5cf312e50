"""Until when a customer may withdraw."""
