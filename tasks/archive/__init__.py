"""Message-IDs in, which of them the archive holds out."""
