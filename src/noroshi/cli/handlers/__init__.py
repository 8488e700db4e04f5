"""Handlers of the commands: each asks operations and prints their answers."""
