"""When a commitment is due, kept or broken, and the steps of its escalation ladder."""
