"""What somebody wrote now, told from what hangs below: quoted mails and signatures. When unsure, more is kept."""
