"""Facts and policy in, follow-ups with their times out."""
