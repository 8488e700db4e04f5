"""Mark what a monitor measures, so that a node that takes over its state knows if it is of something else."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any

from noroshi.core.model import Monitor

LENGTH = 16


def target_mark(monitor: Monitor) -> str:
    """Return a text that is the same as long as a monitor measures the same, in each version of Noroshi;
    "" if an option has a value of a type that is not known here."""
    computer = monitor.instance.address if monitor.instance.login is not None else ""
    target = (monitor.kind, monitor.options, monitor.goes_to, computer)
    try:
        return sha256(repr(_plain(target)).encode()).hexdigest()[:LENGTH]
    except TypeError:
        return ""


def _plain(value: object) -> object:
    """Return a value as one that is written alike in each process. Raise TypeError if it cannot be."""
    match value:
        case Enum():
            return value.name
        case str() | int() | float() | None:
            return value
        case date() | time() | timedelta():
            return str(value)
        case tuple() | list():
            return [_plain(one) for one in value]
        case Set():
            return sorted(repr(_plain(one)) for one in value)
        case Mapping():
            return sorted((repr(_plain(key)), _plain(one)) for key, one in value.items())
    if is_dataclass(value):
        return _chosen_fields(value)
    raise TypeError(f"{type(value).__name__} has no plain form")


def _chosen_fields(value: Any) -> object:
    """Return the fields that are not as by default: an option that a later version adds changes nothing."""
    return [
        (field.name, _plain(getattr(value, field.name)))
        for field in sorted(fields(value), key=lambda one: one.name)
        if getattr(value, field.name) != _default(field)
    ]


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()
