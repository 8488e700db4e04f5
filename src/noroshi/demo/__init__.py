"""`noroshi demo`: a program of its own."""

from noroshi.demo.story import main

__all__ = ["main"]
