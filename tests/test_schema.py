"""What goes into the store comes out of it as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from noroshi import schema
from noroshi.core.model import (
    Answer,
    Cause,
    Envelope,
    Event,
    ItemState,
    Level,
    Limits,
    Reading,
    Reason,
    Receipt,
    Standing,
    State,
    Told,
    Verdict,
)
from noroshi.core.words import Words
from noroshi.ports import options

NOON = datetime(2026, 4, 1, 12, 0, 0, 123456, tzinfo=UTC)
USED = Reading("used", 93.5, "%", "/var", Words(en="nearly full", ja="ほぼ満杯です"))
CAUSE = Cause(USED, Limits(warning=80, critical=90, margin=2.5), Words(en="a", ja="あ"))
ITEM = ItemState(
    level=Level.CRITICAL,
    since=NOON,
    cause=CAUSE,
    looks=(Level.OK, Level.WARNING),
    run=3,
    gone=NOON,
    told={"r": Told(at=NOON, level=Level.WARNING, times=2, thread="m.1/r/ops")},
    reasons={"r": Reason.NEW_LEVEL},
)
STATE = State(items={"/var": ITEM, "": ItemState()}, serial=7)
EVENT = Event(
    id="m.7",
    monitor="m",
    path="web/os/disk",
    item="/var",
    at=NOON,
    before=Level.OK,
    after=Level.CRITICAL,
    since=None,
    cause=CAUSE,
)
ENVELOPE = Envelope(
    id="m.7/r/ops",
    routes=("smtp", "graph"),
    contact="ops",
    to=("a@example.test",),
    order="m/ops",
    alarms=("m.7/r/ops",),
    payload={"subject": "危険", "lines": [1, 2.5, None, {"deep": True}]},
    born=NOON,
    thread=("m.1/r/ops",),
    reached=("b@example.test",),
)
RECEIPT = Receipt(
    at=NOON, answers={"a@example.test": Answer(Verdict.REFUSED, "no such user", 550, "5.1.1")}
)


@dataclass(frozen=True)
class Lasts:
    how_long: timedelta


@options
class Settings:
    size: int
    name: str = ""


@pytest.mark.parametrize(
    "value",
    [STATE, EVENT, ENVELOPE, RECEIPT, Standing(silenced=NOON), Lasts(timedelta(hours=1.5))],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_as_it_was_stored(value):
    assert schema.value(type(value), schema.text(value)) == value


def test_a_text_that_is_no_such_value_says_so():
    with pytest.raises(schema.Unreadable, match="no State"):
        schema.value(State, '{"items": 3}')


def test_a_value_as_plain_data_has_only_what_json_knows():
    assert schema.plain(Standing(parents=Level.UNKNOWN)) == {
        "silenced": None,
        "parents": "unknown",
    }


def test_all_problems_are_named_with_their_places_in_both_languages():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Settings, {"size": "large", "colour": "red"}, "web.disk")
    assert [str(p) for p in caught.value.problems] == [
        "web.disk.size: must be a whole number, not text",
        "web.disk.colour: there is no such setting; there are: name, size",
    ]
    assert (
        caught.value.problems[0].say("ja")
        == "web.disk.size: 整数にしてください (今は文字列です)"
    )


def test_a_problem_never_repeats_what_was_given():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Settings, {"size": "s3cret"})
    assert "s3cret" not in repr(caught.value) + repr(caught.value.problems)
