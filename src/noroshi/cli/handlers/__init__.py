"""What each command does: it asks operations, and prints their answers."""
