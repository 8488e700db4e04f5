"""The short way of nearly every turn: whatever it lets pass, the whole way would find nothing in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import event, given, settings, strategies as st

from noroshi.core.judgement import MOST_ITEMS, moves_nothing
from noroshi.core.levels import Level, RuleTrigger
from noroshi.core.model import (
    NOT_SUPPRESSED,
    Contact,
    Instance,
    ItemState,
    Limits,
    Monitor,
    Reading,
    Rule,
    Sample,
    State,
)
from noroshi.core.reckon import reckon
from noroshi.core.translation import plain
from noroshi.testing import DAWN
from tests.sweeps import sweep

OPS = Contact(id="ops", addresses=("ops@example.com",))
RULES = (
    Rule(id="r", action="mail", contacts=(OPS,), routes=("smtp1",)),
    Rule(
        id="n",
        action="mail",
        contacts=(OPS,),
        routes=("smtp1",),
        trigger=RuleTrigger.NTH,
        nth=3,
    ),
)
DISK = Monitor(
    id="m",
    name="m",
    instance=Instance(name="web1"),
    group="g",
    kind="disk",
    options=None,
    limits={"used": Limits(warning=80, critical=90, margin=5), "free": Limits()},
    rules=RULES,
)
MONITORS = st.builds(
    lambda patience, vanish, known: replace(
        DISK, patience=patience, may_vanish=vanish, occurrences=frozenset(known)
    ),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from([(), ("used",)]),
)
READINGS = st.builds(
    Reading,
    st.sampled_from(["used", "free", "other"]),
    st.sampled_from([10, 78, 80, 95]),
    item=st.sampled_from(["", "/", "/home"]),
)
WELL = st.builds(Reading, st.sampled_from(["used", "free"]), st.just(10), item=st.just("/"))
LOOKS = st.one_of(
    st.lists(WELL, max_size=2).map(lambda found: (tuple(found), None)),
    st.lists(READINGS, max_size=5).map(lambda found: (tuple(found), None)),
    st.just(((), plain("no answer"))),
)


def draft(*_):
    return {"text": "-"}


def turn(monitor, state, sample):
    return reckon(monitor, state, sample, NOT_SUPPRESSED, sample.measured_at, draft)


@settings(max_examples=700)
@given(MONITORS, st.lists(LOOKS, max_size=7), LOOKS)
def test_what_takes_the_short_way_changes_nothing_on_the_long_one(monitor, before, last):
    state = State()
    for number, (readings, fault) in enumerate(before):
        sample = Sample(DAWN + timedelta(minutes=number), readings, fault=fault)
        state = turn(monitor, state, sample).state
    sample = Sample(DAWN + timedelta(minutes=10), last[0], fault=last[1])
    change = turn(monitor, state, sample)
    short = moves_nothing(monitor, state, sample)
    event(f"short: {short}, the same: {change.state is state}")
    if short:
        assert change.state is state
        assert change.wake is None
        assert (change.events, change.envelopes, change.decisions) == ((), (), ())


def look(**used):
    return Sample(
        DAWN, tuple(Reading("used", value, item=item) for item, value in used.items())
    )


def known(*items, **more):
    return State(items={item: ItemState(**more) for item in items})


@sweep(
    ("state", "sample", "short"),
    [
        pytest.param(known("a", "b"), look(a=1, b=79), True, id="all well"),
        pytest.param(known("a", "b"), look(b=1, a=1), True, id="in any order"),
        pytest.param(known("a", ""), look(a=1), True, id="a fault is over for long"),
        pytest.param(known("a", "b"), look(a=1, b=80), False, id="a limit is met"),
        pytest.param(known("a", "b"), look(a=1), False, id="one is not seen"),
        pytest.param(known("a"), look(a=1, b=1), False, id="one is new"),
        pytest.param(State(), look(a=1), False, id="the first look"),
        pytest.param(known("a", missing_since=DAWN), look(a=1), False, id="it is there again"),
        pytest.param(known("a", level=Level.WARNING), look(a=1), False, id="it was not well"),
        pytest.param(
            known("a", pending_levels=(Level.WARNING,)),
            look(a=1),
            False,
            id="a look said otherwise",
        ),
        pytest.param(
            known("a"), Sample(DAWN, fault=plain("no answer")), False, id="no measurement"
        ),
    ],
)
def test_the_short_way_is_for_what_is_well_and_was(state, sample, short):
    assert moves_nothing(DISK, state, sample) is short


def test_too_many_items_go_the_long_way():
    many = {f"i{n}": 1 for n in range(MOST_ITEMS + 1)}
    assert not moves_nothing(DISK, known(*many), look(**many))
