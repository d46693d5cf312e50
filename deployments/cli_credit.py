"""The commands about credit recovery: sign, hand over, put off, let go on, and the dossier as a document."""
