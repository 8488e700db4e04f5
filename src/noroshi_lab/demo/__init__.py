"""`noroshi demo`: a program of its own."""

from noroshi_lab.demo.main import main

__all__ = ["main"]
