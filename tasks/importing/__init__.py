"""A source of rows in, customers, orders, invoices and staff of the database out; bad rows with their reason."""
