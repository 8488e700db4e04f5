"""Simulate Entra ID and Exchange Online's SMTP on loopback, as a separate program."""
