"""What the database itself tells of an installation's health."""
