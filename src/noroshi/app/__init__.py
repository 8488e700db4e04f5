"""Noroshi put together: all that works on a home folder, and the node that runs on it."""
