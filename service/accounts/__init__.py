"""Readers' accounts: sign-up, passwords, recovery, and the changes a reader makes to her own."""
