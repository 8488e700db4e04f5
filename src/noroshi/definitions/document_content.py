"""The content of a document: canonical JSON, and the key that says of which definition it is.

By itself, as a command reads a folder and leaves all else to the node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, NoReturn

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid, Problem, file_of, shortened_text
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.printable import visible_text
from noroshi.core.size import SINGLE
from noroshi.core.translation import Message, _

TYPES = (
    "instances",
    "contacts",
    "rules",
    "notifications",
    "routes",
    "networks",
    "accounts",
    "clouds",
    "blueprints",
)
HALF_A_LETTER = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
"""Half of a pair that stands for one letter, as JSON may write it; alone it is no text, with
the other half it is one."""
NO_KEY = _("“{key}” is not a definition: use a name such as instances/web1")
NO_JSON = _("is not JSON: {why}")
NO_TABLE = _("must be a table")


def document(key: str, content: Mapping[str, Any]) -> Document:
    """Make a document with the content in canonical form: sorted, no blanks, no nulls.

    TypeError or ValueError if JSON or UTF-8 cannot say it (a date, infinity, half a letter).
    """
    body = json.dumps(
        _without_nulls(content),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    body.encode()
    return Document(key, body)


def tables(parent: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the tables of that key; what has not their form is left out."""
    entries = parent.get(key)
    return (
        [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    )


def content(document: Document) -> dict[str, Any]:
    """Return what a document says, as TOML would say it. Invalid if it is no JSON object."""
    type, name = split(document.key)
    try:
        table = _decoder.decode(document.body)
        if HALF_A_LETTER.search(document.body):
            json.dumps(table, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _invalid(type, name, NO_JSON, why=error) from None
    if not isinstance(table, dict):
        raise _invalid(type, name, NO_TABLE)
    return table


def _invalid(type: str, name: str, words: Message, **arguments: object) -> Invalid:
    """Return the error that a document as a whole is none."""
    place = file_of(type, name, [])
    place.say(words, **arguments)
    return Invalid(tuple(place.problems))


class Contents(Mapping[str, Mapping[str, Any]]):
    """Contents of documents by key: each is parsed when it is asked for, and not kept."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        return content(self._documents[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def split(key: str) -> tuple[str, str]:
    """Return type and name of a document's key. Raise Invalid if it is none."""
    type, _, name = key.partition("/")
    if type not in TYPES or not is_name(name):
        raise Invalid((Problem("", NO_KEY.fill(key=visible_text(shortened_text(key)))),))
    return type, name


def _without_nulls(value: Any) -> Any:
    """Return a value without nulls, which TOML has not: what is not said is not there."""
    if type(value) in SINGLE:
        return value
    if isinstance(value, Mapping):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(one) for one in value]
    return value


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
"""One for all documents: `json.loads` would make one for each."""
