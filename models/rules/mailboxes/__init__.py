"""What a colleague asks for in a mail."""
