"""Monitoring: run monitors when they are due, and commit the changes that they lead to."""
