"""Say why somebody is not let in."""

from __future__ import annotations

from noroshi.core.translation import Message, _

BUSY = _("Many users are logging in. Try again in a moment.")


class AuthenticationError(Exception):
    """Let nobody in, for this reason; `seconds` until it makes sense to try again."""

    def __init__(self, words: Message, seconds: float = 0.0) -> None:
        super().__init__(words.en)
        self.words, self.seconds = words, seconds


class FailedAttemptError(AuthenticationError):
    """Report an attempt that was none of theirs, as far as anybody can tell: it is written down."""


class BusyError(AuthenticationError):
    """Report that so many passwords are being checked that one more would only wait."""

    def __init__(self) -> None:
        super().__init__(BUSY, 1.0)
