"""What has changed and is to be planned."""
