"""What a customer said, on any channel, in; answered contacts, commitments and cases out."""
