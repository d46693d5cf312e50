"""The desk: where the people of the company work. Signed in by a press, never by opening a link."""
