"""From untrusted mappings to values, with every problem named; from values to stored text.

Only this file knows pydantic (the edge) and msgspec (the stored form). Both build their
machinery for a type once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from noroshi.core.words import Words
from noroshi.core.words import plain as same

T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
_decoder: Callable[[Any], msgspec.json.Decoder[Any]] = cache(msgspec.json.Decoder)

_SAID = {
    "missing": Words(en="is missing", ja="指定がありません"),
    "extra_forbidden": Words(en="there is no such setting", ja="このような設定はありません"),
    "unexpected_keyword_argument": Words(
        en="there is no such setting", ja="このような設定はありません"
    ),
    "string_type": Words(en="must be text", ja="文字列で指定してください"),
    "int_type": Words(en="must be a whole number", ja="整数で指定してください"),
    "int_parsing": Words(en="must be a whole number", ja="整数で指定してください"),
    "float_type": Words(en="must be a number", ja="数値で指定してください"),
    "float_parsing": Words(en="must be a number", ja="数値で指定してください"),
    "bool_type": Words(en="must be true or false", ja="true か false で指定してください"),
    "bool_parsing": Words(en="must be true or false", ja="true か false で指定してください"),
    "list_type": Words(en="must be a list", ja="リストで指定してください"),
    "tuple_type": Words(en="must be a list", ja="リストで指定してください"),
    "dict_type": Words(en="must be a table", ja="テーブルで指定してください"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with something given from outside, and where in it."""

    where: str
    what: Words

    def say(self, language: str) -> str:
        """The whole line: the place and the sentence."""
        said = self.what.say(language)
        return f"{self.where}: {said}" if self.where else said

    def __str__(self) -> str:
        return self.say("en")


class Invalid(ValueError):
    """Something given from outside cannot be used; `problems` says where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Unreadable(ValueError):
    """A stored text is not the stored form of what was asked for."""


def read(wanted: type[T], given: object, at: str = "") -> T:
    """The value that untrusted data describes; Invalid names all problems, each below `at`."""
    try:
        found: T = _adapter(wanted).validate_python(given)
        return found
    except ValidationError as error:
        problems = tuple(_problem(e, at) for e in error.errors(include_input=False))
        raise Invalid(problems) from None


def form(wanted: type[Any]) -> dict[str, Any]:
    """The JSON Schema from which the web manager draws the form of a plug-in's options."""
    return _adapter(wanted).json_schema()


def text(value: object) -> str:
    """The stored form of a value of ours: JSON."""
    return _encoder.encode(value).decode()


def value(wanted: type[T], stored: str) -> T:
    """The value that was stored; Unreadable if the text is not one of that type."""
    try:
        found: T = _decoder(wanted).decode(stored)
        return found
    except msgspec.DecodeError as error:
        raise Unreadable(f"no {wanted.__name__}: {error}") from error


def plain(value: object) -> Any:
    """The value as JSON's own types, for an answer of the API."""
    return msgspec.to_builtins(value)


def _problem(error: ErrorDetails, at: str) -> Problem:
    where = ".".join(str(part) for part in (at, *error["loc"]) if part != "")
    return Problem(where, _SAID.get(error["type"]) or same(error["msg"]))
