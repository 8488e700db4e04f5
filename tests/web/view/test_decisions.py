"""Why a monitor was told of, or not: its tellings beside what the rules answered."""

from datetime import datetime

from noroshi.core.levels import Reason
from noroshi.core.translation import bilingual
from noroshi.operations.history_answers import Decided, Log
from noroshi.web.view.decisions import decisions_of
from tests.web.sample_answers import ledger_row

BECAUSE = bilingual(en="it got worse", ja="悪化したため")


def answered(at, *, speaks=True, item="/var"):
    return Decided(
        rule="ops",
        called="ops",
        item=item,
        reason=Reason.NEW_LEVEL,
        at=datetime.fromisoformat(at),
        speaks=speaks,
        because=BECAUSE,
    )


def alarm(at, *, item="/var"):
    return ledger_row(
        path="web1/base/disks",
        item=item,
        queued=datetime.fromisoformat(at),
        subject=f"at {at[11:16]}",
        contact="ops",
        alarm=f"e.1/{at}",
    )


def told(newest, ledger, earlier=()):
    log = Log(events=(), decisions=tuple(newest), earlier=tuple(earlier))
    return [
        (f"{one.decided_at:%H:%M}", one.notifies, bool(one.because), one.contact)
        for one in decisions_of(log, ledger)
    ]


def test_each_telling_is_there_beside_the_answers_newest_first():
    tellings = [alarm("2026-11-25T08:00:00+00:00"), alarm("2026-09-24T12:00:00+00:00")]
    still = answered("2026-11-25T08:10:00+00:00", speaks=False)
    assert told([still], tellings) == [
        ("08:10", False, True, ""),
        ("08:00", True, False, "ops"),
        ("12:00", True, False, "ops"),
    ]


def test_what_was_answered_before_the_newest_is_there_with_its_reason():
    first, then = "2026-11-25T08:00:00+00:00", "2026-11-25T08:01:00+00:00"
    newest = answered("2026-11-25T09:00:00+00:00", speaks=False)
    earlier = [answered(then, speaks=False), answered(first)]
    assert told([newest], [alarm(first)], earlier) == [
        ("09:00", False, True, ""),
        ("08:01", False, True, ""),
        ("08:00", True, True, "ops"),
    ]


def test_an_answer_and_the_telling_that_came_of_it_are_one():
    at = "2026-11-25T08:00:00+00:00"
    assert told([answered(at)], [alarm(at)]) == [("08:00", True, True, "ops")]
