"""What a mail shows: colours that can be read, accounts that exist, codes to pay with."""
