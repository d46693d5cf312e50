"""One effect each: import, plan, claim, compose, send, record, hear. The only readers of the environment and network."""
