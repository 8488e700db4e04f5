"""People who log in: passwords, second steps, sessions, API tokens. Who it is, never what they do."""

from __future__ import annotations

from noroshi.people.authentication import NoEntry, People

__all__ = ["NoEntry", "People"]
