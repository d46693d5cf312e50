"""Due follow-ups in, mails at the mail server and their recorded outcomes out."""
