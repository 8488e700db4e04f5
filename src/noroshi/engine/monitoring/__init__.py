"""Monitoring: monitors run when they are due, and what they lead to is written down."""
