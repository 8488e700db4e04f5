"""Notices: what happens to an instance or to Noroshi itself, and who is told of it."""
