"""What a delay costs, and which days to pay are accepted."""
