"""The exact reader returns what the converting reader makes of the same data, and leaves all else to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import Field

from noroshi import checks, transports
from noroshi.actions.mail import Options as MailOptions
from noroshi.core.definitions.exact_reader import NotExactError, read_exactly
from noroshi.definitions.documents import DEFINITION_TYPES
from noroshi.ports import options
from noroshi.schema_validation import validate
from tests.sweeps import sweep

KINDS = {kind.kind: kind.options for kind in (*checks.BUILT_IN, *transports.BUILT_IN)}
SHAPES = (*DEFINITION_TYPES.values(), *KINDS.values(), MailOptions)
each_shape = sweep("shape", SHAPES, ids=lambda shape: f"{shape.__module__}.{shape.__name__}")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70_000),
    st.just(10**400),
    st.floats(),
    st.text(max_size=4) | st.sampled_from(["1", "true", "\ud800", "12:00", "kind"]),
    st.lists(st.integers() | st.text(max_size=2), max_size=2),
    st.dictionaries(st.text(max_size=2) | st.integers(), st.integers(), max_size=2),
)
TEXT = st.text(max_size=5) | st.sampled_from(
    ["/var/log/syslog", "http://a.example/", "a@example.test", "60s", "22", "mail.example.test"]
)
PLAIN = {
    str: TEXT,
    int: st.integers(0, 70_000),
    float: st.floats(-9, 99) | st.integers(0, 9),
    bool: st.booleans(),
    NoneType: st.none(),
    Any: ODD,
}


@cache
def data_of(shape, depth=0):
    """Return data that is mostly of that shape, and odd here and there. One strategy for all
    examples: building takes as long as drawing."""
    rightly = st.deferred(lambda: right(shape, depth))
    return st.integers(0, 60).flatmap(lambda dice: rightly if dice else ODD)


@cache
def right(shape, depth):
    origin, args = get_origin(shape), get_args(shape)
    if shape in PLAIN:
        return PLAIN[shape]
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, UnionType):
        return st.one_of([data_of(arm, depth) for arm in args])
    if origin is tuple:
        return st.lists(data_of(args[0], depth + 1), max_size=2 if depth < 4 else 0)
    if origin is Mapping:
        return st.dictionaries(TEXT, data_of(args[1], depth + 1), max_size=2)
    return table(shape, depth)


def table(cls, depth):
    hints = get_type_hints(cls)
    must = {one.name for one in fields(cls) if repr(one.default) == repr(one.default_factory)}
    known = {name: data_of(hints[name], depth) for name in (one.name for one in fields(cls))}
    wanted = st.fixed_dictionaries(
        {name: known[name] for name in must},
        optional={name: known[name] for name in known.keys() - must},
    )
    return st.tuples(wanted, st.integers(0, 30)).map(
        lambda drawn: drawn[0] | ({} if drawn[1] else {"no_such": 1})
    )


@each_shape
@settings(max_examples=25, deadline=None)
@given(drawn=st.data())
def test_what_is_read_exactly_is_read_alike_by_the_other_reader(shape, drawn):
    data = drawn.draw(data_of(shape))
    try:
        exact = read_exactly(shape, data)
    except NotExactError:
        return
    value, faults = validate(shape, data)
    assert faults == [] and repr(value) == repr(exact)


RIGHT = {
    "instances": {
        "name": "web1",
        "at": "12:00",
        "group": [
            {
                "name": "os",
                "at": ["12:00"],
                "limits": {"disk": {"used": {"warning": 80, "rising": True}}},
                "monitor": [{"name": "d", "kind": "disk", "options": {"include": ["/"]}}],
            }
        ],
    },
    "contacts": {"name": "ops", "addresses": ["ops@example.test"], "language": "ja"},
    "rules": {"name": "r", "action": "mail", "contacts": ["ops"], "routes": ["m"], "nth": 2},
    "routes": {"name": "m", "kind": "smtp", "mails_a_minute": 3, "options": {"port": 25}},
    "http": {"url": "http://web.example.test/", "status": [200, 301], "timeout": 5},
    "heartbeat": {"job": "backup", "every": "1d"},
    "logfile": {"path": "/var/log/a", "terms": [{"any": [{"word": "a"}, {"pattern": "b"}]}]},
    "reach": {"ports": [22], "by": "tcp"},
    "script": {"argv": ["/bin/true"], "env": {"LANG": "C"}, "timeout": 2.5},
    "smtp": {"host": "mail.example.test", "sender": "noroshi@example.test", "port": 25},
    "graph": {
        "account": "m365",
        "graph": "https://graph.example.test",
        "user": "a@example.test",
    },
    "pickup": {
        "folder": str(Path("/var/spool/pickup").absolute()),
        "sender": "noroshi@example.test",
    },
    "webhook": {"url": "https://chat.example.test/hook", "shape": "slack"},
}


@sweep("name", RIGHT)
def test_what_is_of_its_type_to_begin_with_is_read_here(name):
    shape = (DEFINITION_TYPES | KINDS)[name]
    value, faults = validate(shape, RIGHT[name])
    assert faults == [] and repr(read_exactly(shape, RIGHT[name])) == repr(value)


@options
class Foreign:
    most: Annotated[int, Field(le=9)] = 0


@options
class Described:
    most: int = Field(default=0, le=9)


@dataclass(frozen=True)
class Lax:
    most: int = 0


@sweep(
    "shape", [Foreign, Described, Lax, list[int], int | float, str | Literal["a"], Literal[1]]
)
def test_what_only_the_other_reader_knows_is_left_to_it(shape):
    for data in ({"most": 10}, {"most": 1}, [1], 1, "a"):
        with pytest.raises(NotExactError):
            read_exactly(shape, data)


@sweep(
    "data",
    [
        {"name": "d", "addresses": "ops@example.test"},
        {"name": "d"},
        {"name": 1, "addresses": []},
        {"name": "d", "addresses": [], "one_by_one": True},
        {"name": "d", "addresses": [], "one_by_one": 3.0},
        {"name": "d", "addresses": [], "language": "fr"},
        {"name": "d", "addresses": [], "adress": "x"},
        {"name": "\ud800", "addresses": []},
        [],
        None,
    ],
)
def test_what_is_not_of_its_type_is_refused(data):
    with pytest.raises(NotExactError):
        read_exactly(DEFINITION_TYPES["contacts"], data)
