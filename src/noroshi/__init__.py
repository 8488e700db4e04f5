"""Noroshi: a server monitor that proves that its alarms arrive."""

__version__ = "0.1.0"
