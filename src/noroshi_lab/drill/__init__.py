"""Run `noroshi lab drill`: walk a running node through the most likely failures."""

from noroshi_lab.drill.main import main

__all__ = ["main"]
