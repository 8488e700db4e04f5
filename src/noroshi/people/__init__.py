"""People who log in: passwords, second steps, sessions, API tokens. Who it is, never what they do."""

from __future__ import annotations

from noroshi.people.authentication import People
from noroshi.people.authentication_errors import AuthenticationError

__all__ = ["AuthenticationError", "People"]
