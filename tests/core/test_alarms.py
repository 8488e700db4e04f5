"""What people say of alarms: what is covered by it, and when it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import (
    NODE,
    Acknowledgement,
    Silence,
    Suppressions,
    suppression_by_monitor,
    survives,
    without_ended,
)
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Event, Instance, Monitor, Suppression
from noroshi.testing import DAWN

HOUR = timedelta(hours=1)
DISK = Monitor(
    id="m", name="disk", instance=Instance(name="web1"), group="os", kind="disk", options=None
)
CPU = replace(DISK, id="n", name="cpu")
OTHER = replace(DISK, id="o", instance=Instance(name="web10"))
EVERY = (DISK, CPU, OTHER)
MINE = Acknowledgement(monitor="m", item="/", level=Level.WARNING, who="aki", at=DAWN)


def silence(place, monitor="", hours=1):
    return Silence(
        id="s",
        place=place,
        monitor=monitor,
        begins=DAWN,
        ends=DAWN + hours * HOUR,
        why="work",
        who="aki",
    )


def event(level, item="/", monitor="m"):
    return Event(
        id="m.2",
        monitor=monitor,
        path="",
        item=item,
        at=DAWN,
        before=Level.WARNING,
        after=level,
        since=None,
        cause=Cause(),
    )


@pytest.mark.parametrize(
    ("one", "ids"),
    [
        (silence(NODE), {"m", "n", "o"}),
        (silence("web1"), {"m", "n"}),
        (silence("web1/os"), {"m", "n"}),
        (silence("web1/os/disk"), {"m"}),
        (silence("old/name", "m"), {"m"}),
        (silence("web"), set()),
    ],
)
def test_a_silence_covers_what_is_at_its_place(one, ids):
    assert {monitor.id for monitor in EVERY if one.covers(monitor)} == ids


@pytest.mark.parametrize(
    ("happened", "goes_on"),
    [
        (event(Level.OK), False),
        (event(Level.WARNING), True),
        (replace(event(Level.WARNING), before=Level.OK), False),
        (event(Level.UNKNOWN), False),
        (event(Level.CRITICAL), False),
        (event(Level.CRITICAL, item="/home"), True),
        (event(Level.CRITICAL, monitor="n"), True),
    ],
)
def test_an_acknowledgement_ends_with_the_problem_or_when_it_gets_worse(happened, goes_on):
    assert survives(MINE, happened) is goes_on
    said = Suppressions((), (MINE,))
    assert (without_ended(said, [happened]) is said) is goes_on


def test_whoever_has_a_critical_alarm_has_it_as_a_warning_too():
    had = replace(MINE, level=Level.CRITICAL)
    assert survives(had, event(Level.WARNING)) and survives(had, event(Level.UNKNOWN))


def test_of_several_silences_the_last_to_end_counts():
    said = Suppressions((silence("web1", hours=1), silence("web1/os/cpu", hours=2)))
    found = suppression_by_monitor(said, EVERY, {})
    assert {id: one.silenced for id, one in found.items()} == {
        "m": DAWN + HOUR,
        "n": DAWN + 2 * HOUR,
    }


def test_what_is_said_otherwise_stays():
    known = {"m": Suppression(silenced=DAWN + 3 * HOUR, parents=Level.CRITICAL)}
    found = suppression_by_monitor(Suppressions((silence("web1"),), (MINE,)), EVERY, known)
    assert found["m"] == replace(known["m"], acknowledged={"/": Level.WARNING})
    assert found["n"].silenced == DAWN + HOUR
