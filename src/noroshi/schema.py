"""Convert untrusted mappings to values, with every problem named, and values to stored text.

Only this file knows msgspec (the stored form), and `schema_validation` alone knows pydantic
(the edge). pydantic takes long to import, so it is asked only about data that does not fit its
type exactly.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec

from noroshi.core.definitions.exact_reader import NotExactError, read_exactly
from noroshi.core.definitions.partial import mend
from noroshi.core.definitions.problems import MOST_FOUND, Invalid as Invalid, Problem as Problem
from noroshi.core.definitions.validation_errors import Fault, problems_of
from noroshi.core.size import MOST_VALUES, values_in
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import MarkedText, Message, _
from noroshi.imports import called_later

VALIDATION = "noroshi.schema_validation"
T = TypeVar("T")
MOST_OPTIONS = 5000
"""Values in the options of one monitor, rule or route."""
TOO_MANY = _("has too many values; the maximum is {most}")
MENDINGS = 4
"""A part that is taken out may be one that must be there: it is put in, empty, the next time."""


def _as_stored(value: object) -> Any:
    if isinstance(value, Message):
        return stored_form(value)
    if isinstance(value, MarkedText):
        return str(value)
    raise NotImplementedError(type(value))


def _from_stored(type_: type[Any], record: Any) -> Any:
    if type_ is Message:
        return message_from(record)
    raise NotImplementedError(type_)


_encoder = msgspec.json.Encoder(enc_hook=_as_stored)
_any = msgspec.json.Decoder()
_making = threading.Lock()


@cache
def _decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    """Return a decoder for a type. Decoders are made one at a time: msgspec puts what it knows
    of a class onto the class before it is whole, and a thread that reads by half of it ends the
    process (SIGSEGV, 0.22.0)."""
    with _making:
        return msgspec.json.Decoder(type_, dec_hook=_from_stored)


class Unreadable(ValueError):
    """A stored text is not the stored form of what was asked for."""


def read(shape: type[T], data: object, at: str = "", most: int = MOST_OPTIONS) -> T:
    """Return the value that untrusted data describes; Invalid names all problems, each below
    `at`. Of more values than `most` nothing is looked at: a reader tells a thousand bytes of
    each."""
    if values_in(data, most) > most:
        raise Invalid((Problem(at, TOO_MANY.fill(most=most)),))
    result, faults = _validate(shape, data)
    if faults:
        raise Invalid(problems_of(faults, shape, data, at))
    value: T = result
    return value


def read_most(
    shape: type[T], data: object, at: str = ""
) -> tuple[T | None, tuple[Problem, ...]]:
    """Return what can be read of the data, faulty parts left out, and all problems as in
    `read`.

    None if nothing can be read. If there are problems, the value is only good enough to look
    for more of them.
    """
    if values_in(data, MOST_VALUES) > MOST_VALUES:
        return None, (Problem(at.removesuffix(": "), TOO_MANY.fill(most=MOST_VALUES)),)
    problems: tuple[Problem, ...] = ()
    for _unused in range(MENDINGS):
        result, faults = _validate(shape, data)
        if not faults:
            return result, problems
        problems = problems or problems_of(faults, shape, data, at)
        if len(faults) > MOST_FOUND:  # of that little more could be learned
            return None, problems
        data = mend(faults, shape, data)
    return None, problems


def _validate(shape: type[Any], data: object) -> tuple[Any, Sequence[Fault]]:
    """Return the value that can be made of the data, and all that is wrong with the data."""
    try:
        return read_exactly(shape, data), ()
    except NotExactError:  # it is converted, or there is something to say of it
        result: tuple[Any, Sequence[Fault]] = called_later(VALIDATION, "validate")(shape, data)
        return result


def form(type_: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema from which the web manager draws the form of a plug-in's
    options."""
    found: dict[str, Any] = called_later(VALIDATION, "form")(type_)
    return found


def forms(
    inputs: Mapping[str, Any], answers: Mapping[str, Any], ref: str
) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
    """Return the JSON Schemas of what is given and of what is answered, by the same names, and
    what they share; `ref` is where that is found, with {model} in it."""
    found: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
    found = called_later(VALIDATION, "forms")(inputs, answers, ref)
    return found


def text(value: object) -> str:
    """Return the stored form of a value of ours: JSON."""
    return _encoder.encode(value).decode()


def value(type_: type[T], stored: str | bytes) -> T:
    """Return the value that was stored; Unreadable if the text is not one of that type."""
    try:
        result: T = _decoder(type_).decode(stored)  # type: ignore[arg-type]  # a type is hashable
        return result
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"not a valid record: {error}") from error


def value_or_none(type_: type[T], stored: str | None) -> T | None:
    """Return the value that was stored; None if nothing was, or nothing that can be read."""
    try:
        return value(type_, stored) if stored else None
    except Unreadable:
        return None


def parse_json(text: bytes) -> Any:
    """Return the value of a JSON text, parsed from the bytes: as a str, a text with one wide
    letter would take four times their memory before parsing begins. Raises ValueError if the
    bytes are no JSON."""
    try:
        return _any.decode(text)
    except (msgspec.DecodeError, RecursionError):  # what Python alone writes, as Infinity
        return json.loads(text)
