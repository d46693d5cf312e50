"""Mails: their texts, one folder a message, and what makes sendable bytes of them."""
