"""Every process we start: schedules, the command line, the customers' pages, the local mailbox."""
