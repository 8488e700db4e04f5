"""The main path as values: what a turn leads to, and what it does not."""

from dataclasses import replace
from datetime import time, timedelta

from noroshi.core.levels import Level, Reason, RuleTrigger
from noroshi.core.maintenance import WeeklyWindow
from noroshi.core.model import (
    NOT_SUPPRESSED,
    Contact,
    Instance,
    Limits,
    Monitor,
    Reading,
    Rule,
    Sample,
    State,
    Suppression,
)
from noroshi.core.reckon import closing_change, reckon
from noroshi.core.translation import plain
from noroshi.testing import DAWN

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AKI, RIN = (Contact(id=n, addresses=(f"{n}@example.com",)) for n in ("aki", "rin"))
OPS = Rule(id="ops", action="mail", contacts=(AKI, RIN), routes=("smtp1", "smtp2"), repeat=HOUR)
DISK = Monitor(
    id="m",
    name="disk",
    instance=Instance(name="web1"),
    group="g",
    kind="disk",
    options=None,
    limits={"used": Limits(warning=80, critical=90)},
    rules=(OPS,),
)


def turn(state, at=DAWN, suppression=NOT_SUPPRESSED, monitor=DISK, **used):
    readings = tuple(Reading("used", v, item=k) for k, v in used.items())
    sample = Sample(at, readings) if used else None
    return reckon(monitor, state, sample, suppression, at, lambda *_: {})


def reasons(change):
    return [decision.reason for decision in change.decisions]


def test_one_envelope_for_each_rule_and_contact_whatever_the_number_of_items():
    change = turn(State(), a=95, b=95)
    assert [e.id for e in change.envelopes] == ["m.1/ops/aki", "m.1/ops/rin"]
    assert change.envelopes[0].alarms == ("m.1/ops/aki", "m.2/ops/aki")
    assert change.envelopes[0].order == "m/aki"
    assert change.envelopes[0].routes == ("smtp1", "smtp2")


def test_a_turn_that_changes_nothing_gives_back_the_same_state_and_an_empty_change():
    calm = turn(State(), a=10).state
    change = turn(calm, a=11)
    assert change.state is calm
    assert (change.events, change.envelopes, change.decisions) == ((), (), ())
    assert change.wake is None


def test_while_it_lasts_the_second_turn_notes_the_new_reason_and_the_third_nothing():
    first = turn(State(), a=95)
    second = turn(first.state, DAWN + MINUTE, a=95)
    third = turn(second.state, DAWN + 2 * MINUTE, a=95)
    assert reasons(second) == [Reason.TOO_SOON]
    assert third.state is second.state and third.wake == DAWN + HOUR


def test_time_alone_is_a_cause_and_its_telling_is_an_event_from_the_level_to_itself():
    bad = turn(State(), a=95)
    change = turn(bad.state, bad.wake)
    assert [e.id for e in change.envelopes] == ["m.2/ops/aki", "m.2/ops/rin"]
    assert reasons(change) == [Reason.REPEAT]
    assert [(e.before, e.after) for e in change.events] == [(Level.CRITICAL, Level.CRITICAL)]


def test_a_reminder_with_a_sample_tells_the_value_of_now():
    bad = turn(State(), a=95)
    change = turn(bad.state, DAWN + HOUR, a=99)
    assert change.events[0].cause.reading.value == 99


def test_alarm_repeat_and_recovery_hang_on_the_first_envelope():
    alarm = turn(State(), a=95, b=95)
    repeat = turn(alarm.state, DAWN + HOUR, a=95, b=95)
    recovery = turn(repeat.state, DAWN + HOUR + MINUTE, a=95, b=10)
    assert alarm.envelopes[0].thread == ()
    assert repeat.envelopes[0].thread == ("m.1/ops/aki",)
    assert recovery.envelopes[0].thread == ("m.1/ops/aki",)


def test_the_next_problem_is_a_thread_of_its_own():
    state = turn(turn(State(), a=95).state, a=10).state
    assert turn(state, a=95).envelopes[0].thread == ()


def test_a_rule_that_was_away_when_a_problem_ended_tells_of_the_next_one():
    bare = replace(DISK, rules=())
    over = turn(turn(State(), a=95).state, monitor=bare, a=10)
    again = turn(over.state, a=95)
    assert [envelope.thread for envelope in again.envelopes] == [(), ()]


def test_a_level_that_worsens_stays_in_the_thread():
    warned = turn(State(), a=85)
    assert turn(warned.state, a=95).envelopes[0].thread == ("m.1/ops/aki",)


def test_what_was_silenced_is_told_when_the_silence_ends():
    hushed = turn(State(), suppression=Suppression(silenced=DAWN + HOUR), a=95)
    assert (reasons(hushed), hushed.envelopes) == ([Reason.SILENCED], ())
    assert hushed.wake == DAWN + HOUR
    told = turn(hushed.state, hushed.wake, Suppression(silenced=DAWN + HOUR))
    assert reasons(told) == [Reason.AFTER_SILENCE]
    assert told.envelopes


def test_a_worse_level_under_silence_is_not_lost_behind_the_one_already_told():
    warned = turn(State(), a=85)
    worse = turn(warned.state, suppression=Suppression(silenced=DAWN + HOUR), a=95)
    assert reasons(turn(worse.state, DAWN + HOUR)) == [Reason.AFTER_SILENCE]


SILENT = Suppression(silenced=DAWN + HOUR)


def test_after_a_silence_it_is_told_once():
    hushed = turn(State(), suppression=SILENT, a=95)
    told = turn(hushed.state, hushed.wake, SILENT)
    again = turn(told.state, DAWN + HOUR + MINUTE, a=95)
    assert (reasons(again), again.envelopes) == ([Reason.TOO_SOON], ())


def test_a_recovery_under_silence_is_told_when_it_ends_in_the_thread_of_its_problem():
    bad = turn(State(), a=95)
    well = turn(bad.state, DAWN + MINUTE, SILENT, a=10)
    assert (reasons(well), well.envelopes) == ([Reason.SILENCED], ())
    assert turn(well.state, DAWN + 2 * MINUTE, SILENT, a=10).state is well.state
    assert well.wake == DAWN + HOUR
    told = turn(well.state, well.wake, SILENT)
    assert reasons(told) == [Reason.RECOVERED_MEANWHILE]
    assert [(e.before, e.after) for e in told.events] == [(Level.CRITICAL, Level.OK)]
    assert told.envelopes[0].thread == ("m.1/ops/aki",)
    assert turn(told.state, DAWN + 2 * HOUR, a=10).state is told.state


def test_what_comes_and_goes_under_a_silence_is_told_as_over_when_it_ends():
    state = turn(State(), a=95).state
    for minute, used in enumerate((10, 95, 10), 1):
        state = turn(state, DAWN + minute * MINUTE, SILENT, a=used).state
    told = turn(state, DAWN + HOUR, SILENT)
    assert reasons(told) == [Reason.RECOVERED_MEANWHILE]
    assert told.envelopes[0].thread == ("m.1/ops/aki",)


def test_what_came_back_under_a_silence_is_told_in_the_thread_that_people_know():
    state = turn(State(), a=95).state
    for minute, used in enumerate((10, 95), 1):
        state = turn(state, DAWN + minute * MINUTE, SILENT, a=used).state
    told = turn(state, DAWN + HOUR, SILENT)
    assert reasons(told) == [Reason.AFTER_SILENCE]
    assert told.envelopes[0].thread == ("m.1/ops/aki",)
    over = turn(told.state, DAWN + HOUR + MINUTE, a=10)
    assert reasons(over) == [Reason.RECOVERED]


def test_a_rule_that_comes_back_does_not_tell_of_a_recovery_long_ago():
    bare = replace(DISK, rules=())
    over = turn(turn(State(), a=95).state, monitor=bare, a=10)
    assert turn(over.state, DAWN + HOUR, a=10).state is over.state


NIGHT = WeeklyWindow(begins=time(6), ends=time(6, 30), zone="UTC")


def test_planned_work_is_a_silence_that_comes_by_itself():
    monitor = replace(DISK, maintenance=(NIGHT,))
    bad = turn(State(), DAWN - MINUTE, monitor=monitor, a=95)
    assert bad.envelopes and bad.wake == DAWN
    hushed = turn(bad.state, bad.wake, monitor=monitor)
    assert (reasons(hushed), hushed.wake) == ([Reason.MAINTENANCE], DAWN + HOUR / 2)
    told = turn(hushed.state, hushed.wake, monitor=monitor)
    assert reasons(told) == [Reason.AFTER_SILENCE]


def test_who_has_an_item_hears_of_the_other_one():
    bad = turn(State(), a=95)
    mine = Suppression(acknowledged={"a": Level.CRITICAL})
    change = turn(bad.state, DAWN + HOUR, mine, a=95, b=95)
    assert [(d.item, d.reason) for d in change.decisions] == [
        ("a", Reason.ACKNOWLEDGED),
        ("b", Reason.NEW_LEVEL),
    ]


def test_a_parent_that_is_down_speaks_for_its_children():
    change = turn(State(), suppression=Suppression(parents=Level.CRITICAL), a=95)
    assert (reasons(change), change.envelopes) == ([Reason.HOST_DOWN], ())


def test_a_recovery_nobody_waited_for_is_not_told():
    monitor = replace(DISK, rules=(replace(OPS, levels=frozenset({Level.CRITICAL})),))
    warned = turn(State(), monitor=monitor, a=85)
    change = turn(warned.state, monitor=monitor, a=10)
    assert (reasons(change), change.envelopes) == ([Reason.NEVER_TOLD], ())


def test_each_time_is_told_each_time_and_no_more_often_than_allowed():
    monitor = replace(
        DISK, rules=(replace(OPS, trigger=RuleTrigger.EACH, most=3, repeat=None),)
    )
    state, told = State(), 0
    for n in range(6):
        change = turn(state, DAWN + n * MINUTE, monitor=monitor, a=95)
        state, told = change.state, told + len(change.envelopes)
    assert told == 3 * len(OPS.contacts)
    assert change.state is turn(state, DAWN + 9 * MINUTE, monitor=monitor, a=95).state


def test_the_nth_time_is_told_once_and_what_comes_after_writes_nothing():
    monitor = replace(DISK, rules=(replace(OPS, trigger=RuleTrigger.NTH, nth=3, repeat=None),))
    state, told = State(), []
    for n in range(5):
        change = turn(state, DAWN + n * MINUTE, monitor=monitor, a=95)
        state, told = change.state, [*told, len(change.envelopes)]
    assert told == [0, 0, 2, 0, 0]
    assert turn(state, DAWN + HOUR, monitor=monitor, a=95).state is state


def test_a_closing_change_tells_those_who_know_of_it_that_nobody_looks_any_more():
    bad = turn(State(), a=95, b=10)
    change = closing_change(DISK, bad.state, DAWN, lambda *_: {})
    assert [e.thread for e in change.envelopes] == [("m.1/ops/aki",), ("m.1/ops/rin",)]
    assert change.events[0].cause.words.en == "no longer monitored"
    calm = turn(State(), a=10)
    assert closing_change(DISK, calm.state, DAWN, lambda *_: {}).envelopes == ()


def test_nobody_is_told_that_what_was_stopped_recovered():
    bad = turn(State(), a=95)
    change = closing_change(replace(DISK, disabled=True), bad.state, DAWN, lambda *_: {})
    assert reasons(change) == [Reason.ENDED] and len(change.envelopes) == 2
    assert change.events[0].cause.words.en.startswith("monitoring was stopped")


def test_a_recovery_that_a_silence_holds_back_is_told_when_the_watch_ends_before_it():
    silent = Suppression(silenced=DAWN + HOUR)
    well = turn(turn(State(), a=95, b=95).state, DAWN + MINUTE, silent, a=10, b=95)
    for monitor in (DISK, replace(DISK, disabled=True)):
        change = closing_change(monitor, well.state, DAWN + 2 * MINUTE, lambda *_: {})
        assert reasons(change) == [Reason.RECOVERED_MEANWHILE, Reason.ENDED]
        its, other = (
            f"{event.id}/ops/aki" for event in sorted(change.events, key=lambda e: e.item)
        )
        assert set(change.envelopes[0].alarms) == {its, other}
        assert change.envelopes[0].thread == ("m.1/ops/aki",)
        assert all(not item.last_notifications for item in change.state.items.values())


def test_what_no_rule_asks_about_is_an_event_all_the_same():
    change = turn(State(), monitor=replace(DISK, rules=()), a=95)
    assert [event.after for event in change.events] == [Level.CRITICAL]
    assert (change.envelopes, change.wake) == ((), None)


TWO = replace(DISK, limits={"overdue": Limits(critical=1), "failed": Limits(critical=1)})
LATE, FAILED = {"overdue": 1, "failed": 0}, {"overdue": 0, "failed": 1}


def look(state, found, at=DAWN, suppression=NOT_SUPPRESSED, **rule):
    monitor = replace(TWO, rules=(replace(OPS, **({"repeat": None} | rule)),))
    sample = Sample(at, tuple(Reading(name, value) for name, value in found.items()))
    return reckon(monitor, state, sample, suppression, at, lambda *_: {})


def test_another_reading_behind_the_same_level_is_told_once_in_the_same_thread():
    late = look(State(), LATE)
    failed = look(late.state, FAILED, DAWN + MINUTE)
    assert reasons(failed) == [Reason.NEW_CAUSE]
    assert [e.thread for e in failed.envelopes] == [("m.1/ops/aki",), ("m.1/ops/rin",)]
    again = look(failed.state, FAILED, DAWN + 2 * MINUTE)
    assert (reasons(again), again.envelopes) == ([Reason.TOO_SOON], ())


def test_another_reading_that_came_under_silence_is_told_when_the_silence_ends():
    late = look(State(), LATE)
    hushed = look(late.state, FAILED, suppression=Suppression(silenced=DAWN + HOUR))
    assert (reasons(hushed), hushed.envelopes) == ([Reason.SILENCED], ())
    assert reasons(look(hushed.state, FAILED, DAWN + HOUR)) == [Reason.AFTER_SILENCE]


def test_another_reading_that_came_under_silence_is_nobodys_yet():
    late, mine = look(State(), LATE), {"": Level.CRITICAL}
    silent = Suppression(silenced=DAWN + HOUR, acknowledged=mine)
    hushed = look(late.state, FAILED, suppression=silent)
    told = look(hushed.state, FAILED, DAWN + HOUR, silent)
    assert reasons(told) == [Reason.AFTER_SILENCE]
    again = look(told.state, FAILED, DAWN + HOUR + MINUTE, silent)
    assert (reasons(again), again.envelopes) == ([Reason.ACKNOWLEDGED], ())


def test_another_reading_is_no_news_for_a_rule_that_speaks_once_or_as_often_as_it_may():
    for given in ({"trigger": RuleTrigger.FIRST}, {"most": 1}):
        late = look(State(), LATE, **given)
        assert look(late.state, FAILED, **given).envelopes == ()


def test_what_an_earlier_version_told_is_not_told_again_for_want_of_a_name():
    late = look(State(), LATE)
    item = late.state.items[""]
    told = {rule: replace(said, reading=None) for rule, said in item.last_notifications.items()}
    state = replace(late.state, items={"": replace(item, last_notifications=told)})
    assert look(state, LATE, DAWN + MINUTE).envelopes == ()


LOG = replace(
    DISK,
    name="log",
    kind="logfile",
    limits={"hits": Limits(warning=1, critical=10)},
    occurrences=frozenset({"hits"}),
    rules=(replace(OPS, repeat=HOUR),),
)


def reads(state, hits, at=DAWN, suppression=NOT_SUPPRESSED, monitor=LOG, fault=None):
    lines = tuple(f"line {n}" for n in range(hits))
    reading = Reading("hits", hits, note=plain(f"{hits} lines"), lines=lines)
    sample = Sample(at, fault=plain(fault)) if fault else Sample(at, (reading,))
    return reckon(monitor, state, sample, suppression, at, lambda *_: {})


def read_in_turn(monitor, *found):
    """The reasons of each look, whether they spoke or not; "" for a look that failed."""
    state, told = State(), []
    for n, hits in enumerate(found):
        at, fault = DAWN + n * MINUTE, "" if isinstance(hits, int) else "no such file"
        change = reads(state, hits or 0, at, monitor=monitor, fault=fault)
        state = change.state
        told.append({i.reasons.get("ops") for i in state.items.values()}.pop())
        assert bool(change.envelopes) is bool(told[-1] and told[-1].notifies)
    return told


def test_lines_are_told_at_each_look_that_finds_some_and_have_no_recovery():
    assert read_in_turn(LOG, 2, 1, 3, 0, 0, 4) == [
        Reason.NEW_LEVEL,
        Reason.FOUND_AGAIN,
        Reason.FOUND_AGAIN,
        Reason.PASSED,
        Reason.PASSED,
        Reason.NEW_LEVEL,
    ]


def test_each_telling_has_the_lines_of_its_own_look():
    first = reads(State(), 2)
    (event,) = reads(first.state, 1, DAWN + MINUTE).events
    assert (event.before, event.after) == (Level.WARNING, Level.WARNING)
    assert event.cause.reading.lines == ("line 0",)


def test_a_log_that_cannot_be_read_is_a_state_that_is_told_once_and_ends():
    assert read_in_turn(LOG, 0, "", "", 0) == [
        None,
        Reason.NEW_LEVEL,
        Reason.TOO_SOON,
        Reason.RECOVERED,
    ]


def test_a_look_that_finds_nothing_tells_nothing_though_patience_keeps_the_level():
    patient = replace(LOG, patience=2)
    assert read_in_turn(patient, 1, 1, 0, 1, 0, 0) == [
        None,
        Reason.NEW_LEVEL,
        Reason.TOO_SOON,
        Reason.FOUND_AGAIN,
        Reason.TOO_SOON,
        Reason.PASSED,
    ]


def test_time_alone_repeats_no_lines():
    change = reads(State(), 2)
    assert change.wake is None
    later = reckon(LOG, change.state, None, NOT_SUPPRESSED, DAWN + HOUR, lambda *_: {})
    assert later.envelopes == ()


def test_lines_that_came_under_silence_are_told_when_it_ends():
    hushed = reads(State(), 2, suppression=Suppression(silenced=DAWN + HOUR))
    hushed = reads(hushed.state, 3, suppression=Suppression(silenced=DAWN + HOUR))
    told = reckon(LOG, hushed.state, None, NOT_SUPPRESSED, DAWN + HOUR, lambda *_: {})
    assert [event.cause.reading.value for event in told.events] == [3]


def test_a_rule_may_still_ask_for_a_problem_of_many_looks_and_its_end():
    third = replace(LOG, rules=(replace(OPS, trigger=RuleTrigger.NTH, nth=3),))
    assert read_in_turn(third, 1, 1, 1, 0)[2:] == [Reason.NTH_TIME, Reason.RECOVERED]


def test_lines_are_told_no_more_often_than_the_rule_allows():
    twice = replace(LOG, rules=(replace(OPS, most=2),))
    assert read_in_turn(twice, 1, 1, 1)[-1] is Reason.ENOUGH


# what the hub tells

OF_HUB = replace(OPS, routes=(), of_hub=True)
AT_HUB = replace(DISK, rules=(OF_HUB,))


def hub_alarms(change):
    return [alarm for one in change.hub_notifications for alarm in one.alarms]


def test_of_a_rule_of_the_hub_no_envelope_is_drafted_and_the_alarms_are_those_of_it():
    of_hub = turn(State(), monitor=AT_HUB, a=95, b=95)
    assert of_hub.envelopes == ()
    assert [
        (alarm.id, one.rule.id, one.contact.id)
        for one in of_hub.hub_notifications
        for alarm in one.alarms
    ] == [
        ("m.1/ops/aki", "ops", "aki"),
        ("m.2/ops/aki", "ops", "aki"),
        ("m.1/ops/rin", "ops", "rin"),
        ("m.2/ops/rin", "ops", "rin"),
    ]
    own = turn(State(), a=95, b=95)
    assert own.hub_notifications == ()
    assert hub_alarms(of_hub)[0].id == own.envelopes[0].id


def test_what_a_rule_of_the_hub_told_is_remembered_as_of_any_rule():
    moments = [(DAWN, 95), (DAWN + MINUTE, 95), (DAWN + HOUR, 95), (DAWN + 2 * HOUR, 10)]
    states = []
    for monitor in (DISK, AT_HUB):
        state = State()
        for at, used in moments:
            state = turn(state, at, monitor=monitor, a=used).state
        states.append(state)
    assert states[0] == states[1]


def test_a_monitor_that_goes_tells_its_end_by_the_hub_too():
    bad = turn(State(), monitor=AT_HUB, a=95)
    change = closing_change(AT_HUB, bad.state, DAWN + MINUTE, lambda *_: {})
    assert {alarm.reason for alarm in hub_alarms(change)} == {Reason.ENDED}
    assert {alarm.thread for alarm in hub_alarms(change)} == {"m.1/ops/aki", "m.1/ops/rin"}


def test_an_own_rule_beside_one_of_the_hub_drafts_its_own():
    monitor = replace(DISK, rules=(replace(OF_HUB, id="hub"), OPS))
    change = turn(State(), monitor=monitor, a=95)
    assert [envelope.id for envelope in change.envelopes] == ["m.1/ops/aki", "m.1/ops/rin"]
    assert [alarm.id for alarm in hub_alarms(change)] == ["m.1/hub/aki", "m.1/hub/rin"]
