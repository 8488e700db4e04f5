"""`noroshi lab drill`: a running node is walked through what goes wrong most."""

from noroshi_lab.drill.main import main

__all__ = ["main"]
