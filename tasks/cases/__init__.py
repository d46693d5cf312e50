"""A reason for trouble in, one open case per customer and what people do about it out."""
