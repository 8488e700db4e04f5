"""Say why a command was not done."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message


class CliError(MessageError):
    """Report what went wrong with a command, in words for whoever typed it."""


class RefusedError(CliError):
    """Report that an operation was refused, in the node's words. `kind` decides the exit code;
    `codes` are the codes or replies of another server, as they came."""

    def __init__(
        self,
        kind: str,
        words: Message,
        problems: Sequence[tuple[str, Message]] = (),
        codes: Sequence[str] = (),
    ) -> None:
        super().__init__(words)
        self.kind, self.problems, self.codes = kind, tuple(problems), tuple(codes)

    def concerns(self, location: str) -> bool:
        """Return True if one of the problems is at that location."""
        return any(place == location for place, _ in self.problems)
