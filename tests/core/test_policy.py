"""Each rule's answer, with its reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.levels import Level, Reason, RuleTrigger
from noroshi.core.model import Cause, Event, ItemState, LastNotification, Rule, Suppression
from noroshi.core.policy import decide
from noroshi.testing import DAWN
from tests.sweeps import sweep

HOUR = timedelta(hours=1)
RULE = Rule(id="r", action="mail", contacts=(), routes=("smtp1",))
BAD = ItemState(level=Level.CRITICAL, consecutive=1)
WELL = ItemState()


def told(level=Level.CRITICAL, ago=HOUR / 2, times=1):
    return {"r": LastNotification(at=DAWN - ago, level=level, times=times, thread="m.1")}


def event(before, after):
    return Event(
        id="m.2",
        monitor="m",
        path="w/g/m",
        item="",
        at=DAWN,
        before=before,
        after=after,
        since=None,
        cause=Cause(),
    )


WORSE = event(Level.OK, Level.CRITICAL)
ENDED = event(Level.CRITICAL, Level.OK)
TWICE = replace(RULE, trigger=RuleTrigger.EACH, most=2)
THIRD = replace(RULE, trigger=RuleTrigger.NTH, nth=3)
ONCE = replace(RULE, trigger=RuleTrigger.FIRST)
HOURLY = replace(RULE, repeat=HOUR)


@sweep(
    ("rule", "item", "news", "reason"),
    [
        pytest.param(RULE, BAD, WORSE, Reason.NEW_LEVEL, id="on change"),
        pytest.param(RULE, BAD, None, Reason.OVERDUE, id="nobody notified yet"),
        pytest.param(
            RULE,
            replace(BAD, last_notifications=told(Level.WARNING)),
            WORSE,
            Reason.NEW_LEVEL,
            id="it worsens",
        ),
        pytest.param(
            RULE,
            replace(BAD, last_notifications=told(Level.WARNING)),
            None,
            Reason.OVERDUE,
            id="it had worsened while nobody could be told",
        ),
        pytest.param(
            RULE,
            replace(BAD, last_notifications=told()),
            None,
            Reason.TOO_SOON,
            id="told already",
        ),
        pytest.param(
            replace(RULE, levels=frozenset({Level.WARNING})),
            BAD,
            WORSE,
            Reason.NOT_ASKED,
            id="level",
        ),
        pytest.param(
            HOURLY,
            replace(BAD, last_notifications=told(ago=HOUR)),
            None,
            Reason.REPEAT,
            id="repeat is due",
        ),
        pytest.param(
            HOURLY,
            replace(BAD, last_notifications=told()),
            None,
            Reason.TOO_SOON,
            id="repeat later",
        ),
        pytest.param(
            HOURLY,
            replace(BAD, last_notifications=told(ago=-24 * HOUR)),
            None,
            Reason.REPEAT,
            id="told tomorrow, by a clock that was set back since",
        ),
        pytest.param(
            replace(HOURLY, most=3),
            replace(BAD, last_notifications=told(ago=HOUR, times=3)),
            None,
            Reason.ENOUGH,
            id="repeated as often as allowed",
        ),
        pytest.param(TWICE, BAD, WORSE, Reason.NEW_LEVEL, id="each time: the first"),
        pytest.param(
            TWICE,
            replace(BAD, last_notifications=told()),
            None,
            Reason.EACH_TIME,
            id="each time: the second",
        ),
        pytest.param(
            TWICE,
            replace(BAD, last_notifications=told(times=2)),
            None,
            Reason.ENOUGH,
            id="each time: enough",
        ),
        pytest.param(
            TWICE,
            replace(BAD, last_notifications=told(Level.WARNING, times=2)),
            WORSE,
            Reason.NEW_LEVEL,
            id="enough is of one level",
        ),
        pytest.param(ONCE, BAD, WORSE, Reason.NEW_LEVEL, id="first: the first"),
        pytest.param(
            ONCE,
            replace(BAD, last_notifications=told(Level.WARNING)),
            WORSE,
            Reason.TOO_SOON,
            id="first: whatever its level becomes",
        ),
        pytest.param(
            THIRD, replace(BAD, consecutive=2), None, Reason.NOT_YET, id="third: the second"
        ),
        pytest.param(
            THIRD, replace(BAD, consecutive=3), None, Reason.NTH_TIME, id="third: the third"
        ),
        pytest.param(
            THIRD,
            replace(BAD, consecutive=3, last_notifications=told()),
            None,
            Reason.TOO_SOON,
            id="third: the fourth",
        ),
        pytest.param(
            RULE,
            replace(WELL, last_notifications=told()),
            ENDED,
            Reason.RECOVERED,
            id="recovered",
        ),
        pytest.param(RULE, WELL, ENDED, Reason.NEVER_TOLD, id="recovered, and nobody knew"),
        pytest.param(
            replace(RULE, notifies_recovery=False),
            replace(WELL, last_notifications=told()),
            ENDED,
            Reason.NOT_ASKED,
            id="recoveries are not asked for",
        ),
    ],
)
def test_a_rule_answers_with_its_reason(rule, item, news, reason):
    assert decide(rule, item, news, Suppression(), DAWN) is reason


@pytest.mark.parametrize(
    ("suppression", "reason"),
    [
        (Suppression(silenced=DAWN + HOUR), Reason.SILENCED),
        (Suppression(silenced=DAWN), Reason.NEW_LEVEL),
        (Suppression(parents=Level.CRITICAL), Reason.HOST_DOWN),
        (Suppression(parents=Level.UNKNOWN), Reason.HOST_DOWN),
        (Suppression(parents=Level.WARNING), Reason.NEW_LEVEL),
        (Suppression(maintenance=DAWN + HOUR), Reason.MAINTENANCE),
        (Suppression(maintenance=DAWN), Reason.NEW_LEVEL),
        (Suppression(silenced=DAWN, maintenance=DAWN + HOUR), Reason.MAINTENANCE),
    ],
)
def test_people_and_neighbours_can_hush_it(suppression, reason):
    assert decide(RULE, BAD, WORSE, suppression, DAWN) is reason


def test_a_turn_without_a_measurement_is_not_a_time():
    item = replace(BAD, last_notifications=told())
    assert decide(TWICE, item, None, Suppression(), DAWN, is_measured=False) is Reason.TOO_SOON


WARNED = replace(BAD, level=Level.WARNING)
HUSHED = {"r": Reason.SILENCED}
OTHER = {"r": replace(told()["r"], reading="inodes")}
HAD = Level.CRITICAL


@pytest.mark.parametrize(
    ("rule", "item", "news", "had", "reason"),
    [
        pytest.param(
            HOURLY,
            replace(BAD, last_notifications=told(ago=HOUR)),
            None,
            HAD,
            Reason.ACKNOWLEDGED,
            id="repeat",
        ),
        pytest.param(
            TWICE,
            replace(BAD, last_notifications=told()),
            None,
            HAD,
            Reason.ACKNOWLEDGED,
            id="each time",
        ),
        pytest.param(
            THIRD,
            replace(BAD, consecutive=3),
            None,
            HAD,
            Reason.ACKNOWLEDGED,
            id="a rule yet to speak",
        ),
        pytest.param(
            RULE,
            replace(WARNED, last_notifications=told()),
            event(Level.CRITICAL, Level.WARNING),
            HAD,
            Reason.ACKNOWLEDGED,
            id="it gets better, and not well",
        ),
        pytest.param(
            RULE,
            replace(BAD, last_notifications=told(Level.WARNING)),
            WORSE,
            Level.WARNING,
            Reason.NEW_LEVEL,
            id="it worsens",
        ),
        pytest.param(
            RULE,
            BAD,
            event(Level.OK, Level.CRITICAL),
            HAD,
            Reason.NEW_LEVEL,
            id="another problem, of an item that was forgotten meanwhile",
        ),
        pytest.param(
            RULE,
            replace(BAD, cause=Cause(), last_notifications=OTHER),
            WORSE,
            HAD,
            Reason.NEW_CAUSE,
            id="another reading is another problem",
        ),
        pytest.param(
            RULE,
            replace(WELL, last_notifications=told()),
            ENDED,
            HAD,
            Reason.RECOVERED,
            id="it is well",
        ),
    ],
)
def test_what_a_person_has_is_not_told_again(rule, item, news, had, reason):
    assert decide(rule, item, news, Suppression(), DAWN, acknowledged=had) is reason


@pytest.mark.parametrize(
    ("rule", "item", "reason"),
    [
        pytest.param(RULE, BAD, Reason.AFTER_SILENCE, id="nobody notified yet"),
        pytest.param(
            RULE,
            replace(BAD, last_notifications=told()),
            Reason.AFTER_SILENCE,
            id="told before it was silent",
        ),
        pytest.param(
            HOURLY,
            replace(BAD, last_notifications=told(ago=HOUR)),
            Reason.AFTER_SILENCE,
            id="repeat is due",
        ),
        pytest.param(
            THIRD, replace(BAD, consecutive=2), Reason.NOT_YET, id="third: the second"
        ),
        pytest.param(
            THIRD, replace(BAD, consecutive=3), Reason.AFTER_SILENCE, id="third: the third"
        ),
        pytest.param(
            ONCE,
            replace(BAD, last_notifications=told()),
            Reason.TOO_SOON,
            id="first: it was told",
        ),
        pytest.param(
            replace(RULE, most=1),
            replace(BAD, last_notifications=told()),
            Reason.ENOUGH,
            id="told enough",
        ),
        pytest.param(RULE, WELL, Reason.NEVER_TOLD, id="well, and nobody knew"),
        pytest.param(
            RULE,
            replace(WELL, last_notifications=told()),
            Reason.RECOVERED_MEANWHILE,
            id="it recovered",
        ),
    ],
)
def test_once_a_silence_is_over_it_is_told_how_it_is(rule, item, reason):
    item = replace(item, reasons=HUSHED)
    assert decide(rule, item, None, Suppression(), DAWN, is_measured=False) is reason


def test_a_recovery_waits_for_the_end_of_a_silence():
    item, silent = replace(WELL, last_notifications=told()), Suppression(silenced=DAWN + HOUR)
    assert decide(RULE, item, ENDED, silent, DAWN) is Reason.SILENCED
