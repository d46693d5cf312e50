"""What the business knows: tables, rules and queries. Nothing here reads a clock, the environment or the network."""
