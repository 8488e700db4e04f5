"""Write the answers of operations as JSON's own types, and read them again at the other side of a
wire.

The API and the node's door write, the command line reads. Pages get the answers themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from noroshi.core.command_text import CopiedCommand, line_at
from noroshi.core.translation import MarkedText, Medium, Message, ReadAt, bilingual

T = TypeVar("T")


class UnreadableAnswerError(ValueError):
    """Report an answer that does not have the type of its operation in this version: the sender
    is a node of another version, or no node."""


def as_json(value: object, medium: ReadAt = Medium.TERMINAL) -> Any:
    """Return the value as JSON's own types, with its texts in both languages as `medium` shows
    them."""
    return msgspec.to_builtins(value, enc_hook=_encoder(medium), builtin_types=(MarkedText,))


def from_json(shape: type[T], answer: object) -> T:
    """Return the answer that JSON's own types describe. Raises UnreadableAnswerError."""
    try:
        with _converting:
            return msgspec.convert(answer, shape, dec_hook=_decoded, str_keys=True)
    except msgspec.ValidationError as error:
        raise UnreadableAnswerError(str(error)) from error


def _encoder(medium: ReadAt) -> Callable[[object], Any]:
    def encoded(value: object) -> Any:
        if isinstance(value, Message):
            return value.both(medium)
        if isinstance(value, CopiedCommand):
            return line_at(value, medium)
        raise NotImplementedError(type(value))

    return encoded


_converting = threading.Lock()
"""Held while a converter is made: msgspec puts what it knows of a class onto the class before
it is whole, and a thread that reads by half of it ends the process (SIGSEGV, 0.22.0)."""


def _decoded(shape: type[Any], value: Any) -> Any:
    if shape is Message:
        return bilingual(**value)
    raise NotImplementedError(shape)
