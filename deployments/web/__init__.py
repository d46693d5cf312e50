"""The pages behind the links of the mails: customers answer, managers settle cases. No script, no cookie."""
