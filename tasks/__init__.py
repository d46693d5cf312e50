"""One effect each: import, plan, claim, compose, send, record, hear. Only they read environment and network."""
