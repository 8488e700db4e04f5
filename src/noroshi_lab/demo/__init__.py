"""Run `noroshi demo`, a separate program."""

from noroshi_lab.demo.main import main

__all__ = ["main"]
