"""Raw bytes from a mailbox in, a judged message out. Nothing here acts; see `reading.read`."""
