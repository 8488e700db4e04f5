"""Read data that has its type exactly, as nearly all data does: with plain code, and at once.

The converter of data that nearly fits, which also names what is wrong, takes long to import.
Whatever is read here, the converter reads as the same value; whatever is refused here is left
to the converter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Reader = Callable[[Any], Any]
REFUSALS = (AssertionError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""The exceptions that reading raises for data of another type, and for a type that is not read
here."""


class NotExactError(Exception):
    """Report data that does not have its type exactly, or a type that is not read here."""


def read_exactly(shape: Any, data: object) -> Any:
    """Return the value that the data describes; raise NotExactError if it is not of this shape."""
    try:
        return _reader(shape)(data)
    except REFUSALS as error:
        raise NotExactError from error


@cache
def _reader(shape: Any) -> Reader:
    if shape in SCALARS:
        return SCALARS[shape]
    if _is_strict(shape):
        return partial(_read_fields, shape)
    origin, args = get_origin(shape), get_args(shape)
    if origin in (Union, UnionType):
        return partial(_read_union, _readers_of_arms(args))
    if origin is Literal and {type(arg) for arg in args} == {str}:
        return partial(_read_choice, args)
    if origin is tuple and args[1:] == (...,):
        return partial(_read_tuple, _reader(args[0]))
    if origin is Mapping and args[0] is str:
        return partial(_read_mapping, _reader(args[1]))
    raise TypeError(shape)


def _is_strict(shape: Any) -> bool:
    """Return True for a dataclass that refuses unknown names, as definitions and options do."""
    config = getattr(shape, "__pydantic_config__", {})
    return isinstance(shape, type) and is_dataclass(shape) and config.get("extra") == "forbid"


@cache
def _readers_of_fields(cls: Any) -> Mapping[str, Reader]:
    """Return a reader for each field. Raises TypeError if the default of a field is not of the
    field's type: such a default stands for a value that is worked out elsewhere."""
    hints = get_type_hints(cls, include_extras=True)
    readers = {field.name: _reader(hints[field.name]) for field in fields(cls) if field.init}
    for field in fields(cls):
        if field.default is not MISSING:
            readers[field.name](field.default)
    return readers


def _read_fields(cls: Any, data: object) -> Any:
    if type(data) is not dict:
        raise TypeError(cls)
    readers = _readers_of_fields(cls)
    return cls(**{name: readers[name](value) for name, value in data.items()})


def _readers_of_arms(arms: tuple[Any, ...]) -> Mapping[type, Reader]:
    """Return the reader for each type of data. Which arm is meant must be plain from that."""
    readers = {type_: _reader(arm) for arm in arms for type_ in _types_of_data(arm)}
    if len(readers) != sum(len(_types_of_data(arm)) for arm in arms):
        raise TypeError(arms)
    return readers


def _types_of_data(arm: Any) -> tuple[type, ...]:
    if arm is float:
        return (float, int)
    if arm in (str, int, bool, NoneType):
        return (arm,)
    if get_origin(arm) is tuple:
        return (list, tuple)
    if _is_strict(arm):
        return (dict,)
    raise TypeError(arm)


def _read_union(readers: Mapping[type, Reader], data: object) -> Any:
    return readers[type(data)](data)


def _read_choice(choices: tuple[str, ...], data: object) -> str:
    if type(data) is not str or data not in choices:
        raise ValueError(data)
    return data


def _read_tuple(read: Reader, data: object) -> tuple[Any, ...]:
    if type(data) not in (list, tuple):
        raise TypeError(data)
    return tuple(map(read, data))  # type: ignore[call-overload]  # one of the two


def _read_mapping(read: Reader, data: object) -> Mapping[str, Any]:
    if type(data) is not dict:
        raise TypeError(data)
    return {_read_text(name): read(value) for name, value in data.items()}


def _read_text(data: object) -> str:
    if type(data) is not str:
        raise TypeError(data)
    if not data.isascii():
        data.encode()  # ValueError: half of a character
    return data


def _read_number(data: object) -> float:
    if type(data) not in (float, int):
        raise TypeError(data)
    return float(data)  # type: ignore[arg-type]  # one of the two


def _read_as_is(type_: type, data: object) -> Any:
    if type(data) is not type_:
        raise TypeError(data)
    return data


SCALARS: Mapping[Any, Reader] = {
    Any: lambda data: data,
    str: _read_text,
    float: _read_number,
    **{type_: partial(_read_as_is, type_) for type_ in (int, bool, NoneType)},
}
