"""What customers said, and what their pages show."""
