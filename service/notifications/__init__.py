"""Delivers what the outbox tells: so far, the mail about a reader's own account."""
