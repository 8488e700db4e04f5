"""`noroshi demo`: a program of its own."""

from noroshi.demo.main import main

__all__ = ["main"]
