"""The type of a secret, which cannot be printed, and the error that never quotes one."""

from __future__ import annotations

import hmac
from typing import NoReturn

from noroshi.core.message_error import MessageError


class VaultError(MessageError):
    """Report that a secret cannot be sealed or opened; the words say why and what to do."""


class Secret:
    """A text that is shown nowhere by accident: not by print, repr, format, pickle or a debugger's list."""

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]  # a secret has no place as a key

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        """Compare texts in constant time; a plain string is never equal."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not to be pickled or copied")
