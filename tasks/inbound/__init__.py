"""The bytes of one mail in; who wrote it, what it is and what it says out. Nothing is acted on."""
