"""From readings to levels: limits, hysteresis, looks in a row, items that come and go."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi import schema
from noroshi.core.judgement import MOST_ITEMS, advance, close, end_of, judge
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Instance, Limits, Monitor, Reading, Sample, State
from noroshi.core.translation import plain
from noroshi.testing import DAWN

USED = Limits(warning=80, critical=90)
FREE = Limits(warning=20, critical=10, rising=False)
STICKY = Limits(warning=80, critical=90, margin=5)
LOW_STICKY = Limits(warning=20, critical=10, rising=False, margin=2)
WEB1 = Instance(name="web1")
DISK = Monitor(
    id="m",
    name="disk",
    instance=WEB1,
    group="g",
    kind="disk",
    options=None,
    limits={"used": USED},
)


def look(at=DAWN, fault=None, **used):
    readings = tuple(Reading("used", v, item=k) for k, v in used.items())
    return Sample(at, readings, fault=plain(fault) if fault else None)


def after(monitor, state, *samples):
    for sample in samples:
        state, events, _ = advance(monitor, state, sample)
    return state, events


def levels(state):
    return {name: item.level.value for name, item in state.items.items()}


@pytest.mark.parametrize(
    ("limits", "value", "level"),
    [
        pytest.param(USED, 79.9, Level.OK, id="below"),
        pytest.param(USED, 80, Level.WARNING, id="met exactly"),
        pytest.param(USED, 90, Level.CRITICAL, id="critical wins over warning"),
        pytest.param(FREE, 21, Level.OK, id="falling: above"),
        pytest.param(FREE, 20, Level.WARNING, id="falling: met exactly"),
        pytest.param(FREE, 3, Level.CRITICAL, id="falling: below"),
        pytest.param(Limits(critical=0, rising=False), 0, Level.CRITICAL, id="falling to zero"),
        pytest.param(Limits(), 1e9, Level.OK, id="no limits"),
    ],
)
def test_a_value_is_judged_by_its_limits(limits, value, level):
    assert judge(Reading("used", value), limits) is level


@pytest.mark.parametrize(
    ("limits", "value", "now", "level"),
    [
        pytest.param(STICKY, 76, Level.WARNING, Level.WARNING, id="held inside the margin"),
        pytest.param(STICKY, 75, Level.WARNING, Level.OK, id="let go at the margin's end"),
        pytest.param(STICKY, 76, Level.OK, Level.OK, id="the margin does not raise"),
        pytest.param(STICKY, 86, Level.CRITICAL, Level.CRITICAL, id="critical is held"),
        pytest.param(STICKY, 84, Level.CRITICAL, Level.WARNING, id="critical falls to warning"),
        pytest.param(STICKY, 89, Level.WARNING, Level.WARNING, id="warning keeps no critical"),
        pytest.param(LOW_STICKY, 21, Level.WARNING, Level.WARNING, id="falling: held"),
        pytest.param(LOW_STICKY, 22, Level.WARNING, Level.OK, id="falling: let go"),
        pytest.param(STICKY, 76, Level.UNKNOWN, Level.OK, id="unknown holds nothing"),
    ],
)
def test_hysteresis_holds_a_level_until_the_value_is_behind_the_margin(
    limits, value, now, level
):
    assert judge(Reading("used", value), limits, now) is level


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        pytest.param([95, 95, 95], ["ok", "ok", "critical"], id="believed at the third look"),
        pytest.param([95, 10, 95, 95], ["ok"] * 4, id="an interruption starts again"),
        pytest.param([95, 85, 95], ["ok", "ok", "warning"], id="at least warning three times"),
        pytest.param(
            [85, 95, 95, 95], ["ok", "ok", "warning", "critical"], id="no look is counted anew"
        ),
        pytest.param(
            [95, 95, 95, 10, 85, 10],
            ["ok", "ok", "critical", "critical", "critical", "warning"],
            id="recovers no further than all looks agree",
        ),
    ],
)
def test_a_level_is_believed_after_so_many_looks_in_a_row(looks, expected):
    state, seen = State(), []
    for value in looks:
        state, _ = after(replace(DISK, patience=3), state, look(a=value))
        seen.append(state.level.value)
    assert seen == expected


NO_LOOK = "timed out"


@pytest.mark.parametrize(
    ("limits", "patience", "looks", "expected"),
    [
        pytest.param(
            STICKY, 1, [85, NO_LOOK, 76], ["warning", "unknown", "warning"], id="held"
        ),
        pytest.param(STICKY, 1, [85, NO_LOOK, 75], ["warning", "unknown", "ok"], id="let go"),
        pytest.param(
            STICKY, 1, [95, NO_LOOK, 86], ["critical", "unknown", "critical"], id="critical"
        ),
        pytest.param(
            STICKY,
            1,
            [85, NO_LOOK, NO_LOOK, 76],
            ["warning", "unknown", "unknown", "warning"],
            id="failed twice",
        ),
        pytest.param(
            STICKY,
            1,
            [85, NO_LOOK, 75, NO_LOOK, 76],
            ["warning", "unknown", "ok", "unknown", "ok"],
            id="let go before it failed again",
        ),
        pytest.param(STICKY, 1, [NO_LOOK, 76], ["unknown", "ok"], id="nothing to hold"),
        pytest.param(
            STICKY,
            2,
            [85, 85, NO_LOOK, NO_LOOK, 76, 76],
            ["ok", "warning", "warning", "unknown", "unknown", "warning"],
            id="two looks in a row",
        ),
        pytest.param(
            LOW_STICKY, 1, [19, NO_LOOK, 21], ["warning", "unknown", "warning"], id="falling"
        ),
    ],
)
def test_hysteresis_goes_on_after_looks_that_failed(limits, patience, looks, expected):
    monitor = replace(DISK, limits={"used": limits}, patience=patience)
    state, seen = State(), []
    for value in looks:
        failed = value == NO_LOOK
        sample = look(fault=value) if failed else Sample(DAWN, (Reading("used", value),))
        state, _ = after(monitor, state, sample)
        seen.append(state.level.value)
    assert seen == expected


def test_hysteresis_goes_on_for_an_item_that_was_not_seen_for_a_while():
    monitor = replace(DISK, limits={"used": STICKY})
    state, _ = after(monitor, State(), look(a=85, b=10), look(b=10))
    assert levels(state)["a"] == "unknown"
    state, _ = after(monitor, state, look(a=76, b=10))
    assert levels(state)["a"] == "warning"


def test_each_item_has_its_own_level_and_event():
    state, events = after(DISK, State(), look(a=95, b=85, c=10))
    assert [(e.id, e.item, e.after.value) for e in events] == [
        ("m.1", "a", "critical"),
        ("m.2", "b", "warning"),
    ]
    assert state.level is Level.CRITICAL


def test_the_worst_of_an_items_readings_decides():
    monitor = replace(DISK, limits={"used": USED, "free": FREE})
    sample = Sample(DAWN, (Reading("used", 50, item="/"), Reading("free", 5, item="/")))
    _, (event,) = after(monitor, State(), sample)
    assert (event.after, event.cause.reading.name) == (Level.CRITICAL, "free")


def test_the_same_sample_again_gives_the_same_state_object():
    state, _ = after(DISK, State(), look(a=95, b=10))
    again, events, _ = advance(DISK, state, look(DAWN + timedelta(hours=1), a=96, b=11))
    assert again is state and events == ()


def test_a_fault_is_about_the_measuring_and_leaves_the_items_as_they_are():
    state, _ = after(DISK, State(), look(a=95))
    state, (lost,) = after(DISK, state, look(fault="connection refused"))
    assert levels(state) == {"a": "critical", "": "unknown"}
    state, (back,) = after(DISK, state, look(a=95))
    assert (lost.item, lost.cause.words.en, back.after) == ("", "connection refused", Level.OK)


def test_an_item_that_vanishes_is_unknown_and_in_time_forgotten():
    state, _ = after(DISK, State(), look(a=10, b=10))
    state, (event,) = after(DISK, state, look(a=10))
    assert (event.item, event.after) == ("b", Level.UNKNOWN)
    state, events = after(DISK, state, look(DAWN + timedelta(days=7), a=10))
    assert (levels(state), events) == ({"a": "ok"}, ())


def test_an_item_that_comes_back_is_well_again():
    state, _ = after(DISK, State(), look(a=10, b=10), look(a=10))
    state, (event,) = after(DISK, state, look(a=10, b=10))
    assert (event.item, event.before, event.after) == ("b", Level.UNKNOWN, Level.OK)
    assert state.items["b"].missing_since is None


def test_an_item_that_may_vanish_is_no_event():
    state, _ = after(DISK, State(), look(a=10, b=10))
    assert after(replace(DISK, may_vanish=True), state, look(a=10))[1] == ()


def test_no_more_than_a_thousand_items_are_judged_and_the_rest_is_told_in_one_line():
    state, (event,) = after(DISK, State(), look(**{f"i{n}": 10 for n in range(MOST_ITEMS + 5)}))
    assert len(state.items) == MOST_ITEMS + 1
    assert (event.item, event.after) == ("", Level.UNKNOWN)
    assert event.cause.words.en.startswith("5 more items")


@pytest.mark.parametrize("may_vanish", [False, True])
def test_what_is_left_out_of_too_many_keeps_its_level(may_vanish):
    """In whatever order they come: none of them recovered, and none is not seen any more."""
    monitor = replace(DISK, may_vanish=may_vanish)
    many = {f"i{n}": 10 for n in range(2 * MOST_ITEMS)}
    state, _ = after(monitor, State(), look(first=95, last=85))
    state, _ = after(monitor, state, look(**many, last=85, first=95))
    before = state
    state, events = after(
        monitor, state, look(**dict(reversed(many.items())), first=95, last=85)
    )
    assert events == () and state.items == before.items
    assert (state.items["first"].level, state.items["last"].level) == (
        Level.CRITICAL,
        Level.WARNING,
    )


def test_more_than_a_thousand_that_an_older_version_knew_keep_their_levels():
    bad = {f"i{n}": 95 for n in range(MOST_ITEMS)}
    one, _ = after(DISK, State(), look(**bad))
    other, _ = after(DISK, State(), look(**{f"j{n}": 95 for n in range(MOST_ITEMS)}))
    both = State(items={**one.items, **other.items}, serial=one.serial)
    state, events = after(DISK, both, look(**bad, **{f"j{n}": 95 for n in range(MOST_ITEMS)}))
    assert [event.item for event in events] == [""]
    assert {item.level for name, item in state.items.items() if name} == {Level.CRITICAL}


def test_items_that_come_and_go_all_day_are_not_remembered_without_end():
    monitor, state = replace(DISK, may_vanish=True), State()
    for minute in range(5):
        seen = {f"job{minute}.{n}": 10 for n in range(MOST_ITEMS // 2)}
        at = DAWN + timedelta(minutes=minute)
        state, _ = after(monitor, state, look(at, **seen))
    assert len(state.items) == MOST_ITEMS
    assert seen.keys() <= state.items.keys()


def test_what_is_open_is_closed_when_nobody_watches_any_more():
    state, _ = after(DISK, State(), look(a=95, b=10))
    closed, (event,) = close(DISK, state, DAWN)
    assert (event.id, event.item, event.after) == ("m.2", "a", Level.OK)
    assert closed.level is Level.OK


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"warning": 80, "critical": 70}, "critical 70 would be reached before warning 80"),
        (
            {"warning": 10, "critical": 20, "rising": False},
            "critical 20 would be reached before warning 10",
        ),
        ({"margin": -1}, "margin -1 is below zero"),
    ],
)
def test_limits_that_contradict_themselves_are_refused(given, words):
    with pytest.raises(ValueError, match=words):
        Limits(**given)


BOTH = replace(DISK, limits={"used": USED, "free": FREE})
FULL, LITTLE_LEFT = {"used": 95, "free": 50}, {"used": 50, "free": 5}


def looks(*found):
    return [
        Sample(DAWN + timedelta(minutes=n), tuple(Reading(k, v) for k, v in one.items()))
        for n, one in enumerate(found)
    ]


def behind(state):
    return state.items[""].cause.name


def test_another_reading_behind_the_same_level_is_an_event_from_the_level_to_itself():
    state, (event,) = after(BOTH, State(), *looks(FULL, LITTLE_LEFT))
    assert (event.id, event.before, event.after) == ("m.2", Level.CRITICAL, Level.CRITICAL)
    assert (event.cause.name, event.since) == ("free", DAWN)
    assert (behind(state), state.items[""].level_since) == ("free", DAWN)


def test_who_led_to_a_level_stays_behind_it_as_long_as_it_does():
    state, events = after(BOTH, State(), *looks(LITTLE_LEFT, {"used": 95, "free": 5}))
    assert (behind(state), events) == ("free", ())
    state, events = after(BOTH, state, *looks({"used": 95, "free": 5}))
    assert (behind(state), events) == ("free", ())


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        pytest.param([LITTLE_LEFT], ["used"], id="not at the first look"),
        pytest.param([LITTLE_LEFT] * 2, ["used", "free"], id="at the second"),
        pytest.param(
            [LITTLE_LEFT, FULL, LITTLE_LEFT], ["used"] * 3, id="an interruption starts again"
        ),
        pytest.param(
            [LITTLE_LEFT, {"used": 50, "free": 15}, LITTLE_LEFT],
            ["used"] * 3,
            id="so does another level",
        ),
    ],
)
def test_another_reading_is_believed_after_so_many_looks_in_a_row(found, seen):
    monitor, behind_it = replace(BOTH, patience=2), []
    state, _ = after(monitor, State(), *looks(FULL, FULL))
    for look in found:
        state, _ = after(monitor, state, *looks(look))
        behind_it.append(behind(state))
    assert behind_it == seen


def test_the_margin_holds_the_reading_that_led_to_the_level_and_no_other():
    monitor = replace(DISK, limits={"used": STICKY, "inodes": STICKY})
    state, _ = after(monitor, State(), *looks({"used": 85, "inodes": 78}))
    assert after(monitor, state, *looks({"used": 70, "inodes": 78}))[0].level is Level.OK


NOTED = {"closed": Limits(critical=1)}


def test_the_words_of_what_is_bad_are_those_of_the_last_look():
    monitor, state = replace(DISK, limits=NOTED), State()
    for said in ("refused at 10:00", "refused at 11:00"):
        sample = Sample(DAWN, (Reading("closed", 1, note=plain(said)),))
        state, events = after(monitor, state, sample)
    assert state.items[""].cause.reading.note.en == "refused at 11:00"
    assert events == ()


def test_a_fault_that_is_another_one_now_is_told_as_it_is_now():
    state, events = after(DISK, State(), look(fault="timed out"), look(fault="no such host"))
    assert (state.items[""].cause.words.en, events) == ("no such host", ())
    assert after(DISK, state, look(fault="no such host"))[0] is state


@pytest.mark.parametrize(
    ("row", "end"),
    [
        pytest.param('{"id":"no longer watched","arguments":{}}', "ended", id="a key"),
        pytest.param(
            '{"en":"no longer watched","ja":"監視の対象から外れました"}', "ended", id="ended"
        ),
        pytest.param(
            '{"en":"monitoring was stopped; whether it is well is not known","ja":"監視を停止しました"}',
            "stopped",
            id="stopped",
        ),
        pytest.param('{"en":"measured again","ja":"再び測定できました"}', "", id="no end"),
    ],
)
def test_an_end_is_known_in_a_row_that_was_written_with_another_wording(row, end):
    assert end_of(schema.value(Cause, f'{{"words":{row}}}')) == end
