"""Decide everything in pure values and functions. Nothing here waits, reads a clock, or does
I/O."""
