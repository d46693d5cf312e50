"""Invoices on the way to recovery."""
