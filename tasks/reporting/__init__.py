"""A span of days in, the after-sale measures and the events for other systems out."""
