"""What ops see: order, batching, and a sentence at the end. No SQL, no SMTP, no business rule."""
