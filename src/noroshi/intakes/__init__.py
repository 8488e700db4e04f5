"""Intakes: mailboxes that are read, to see what arrived there and what came back."""
