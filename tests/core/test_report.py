"""What the hub makes of a report, and the agent of the hub's position."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from noroshi.core.report import (
    START,
    Position,
    Reception,
    Report,
    ReportDraft,
    ReportLog,
    Resumption,
    RowKind,
    decide_report,
    decide_resumption,
    is_caught_up,
    next_epoch,
    number_rows,
    position_after,
)

DAWN = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


def log(count, body="row", epoch=1, after=START):
    """Rows that follow on a position, and their positions with that one before them."""
    drafts = [
        ReportDraft(kind=RowKind.CHANGE, written_at=DAWN, body=f"{body} {number}")
        for number in range(count)
    ]
    pairs = list(number_rows(after, epoch, drafts))
    return [row for row, _ in pairs], [after, *(position for _, position in pairs)]


ROWS, AT = log(10)
OTHER_ROWS, OTHER_AT = log(3, "other", after=AT[5])


def report(after, count, last=10, **other):
    rows = tuple(ROWS[after : after + count])
    return Report(start=AT[after], rows=rows, last=AT[last], **other)


@pytest.mark.parametrize(
    ("known", "sent", "reception", "position", "first"),
    [
        (5, report(5, 3), Reception.APPLY, 8, 6),
        (0, report(0, 10), Reception.APPLY, 10, 1),
        (5, report(3, 4), Reception.APPLY, 7, 6),  # its answer was lost, and there is more now
        (5, report(3, 2), Reception.REPEAT, 5, None),
        (5, report(5, 0), Reception.REPEAT, 5, None),
        (5, report(2, 1), Reception.WANT, 5, None),  # repeated later than what followed
        (5, report(7, 2), Reception.WANT, 5, None),  # the hub was restored
        (5, report(10, 0), Reception.WANT, 5, None),  # a life begins
        (5, report(7, 2, has_gap=True), Reception.APPLY, 9, 8),
        (5, report(10, 0, has_gap=True), Reception.APPLY, 10, None),
        (8, report(5, 2, last=7), Reception.BEHIND, 8, None),
        (8, report(7, 0, last=7), Reception.BEHIND, 8, None),
        (8, Report(start=START, last=START), Reception.BEHIND, 8, None),  # installed anew
        (0, Report(start=START, last=START), Reception.REPEAT, 0, None),
    ],
)
def test_the_hub_applies_what_it_lacks_and_nothing_else(
    known, sent, reception, position, first
):
    decision = decide_report(AT[known], sent)
    assert (decision.reception, decision.position) == (reception, AT[position])
    numbers = [row.seq for row in decision.new_rows]
    assert numbers == ([] if first is None else list(range(first, position + 1)))


@pytest.mark.parametrize(
    "sent",
    [
        Report(start=OTHER_AT[2], last=OTHER_AT[3]),
        Report(start=AT[5], rows=tuple(OTHER_ROWS), last=OTHER_AT[3]),
        Report(start=OTHER_AT[1], rows=tuple(OTHER_ROWS[1:]), last=OTHER_AT[3]),
    ],
)
def test_other_rows_under_known_numbers_are_a_fork(sent):
    decision = decide_report(AT[7], sent)
    assert (decision.reception, decision.position, decision.new_rows) == (
        Reception.FORK,
        AT[7],
        (),
    )


@pytest.mark.parametrize(
    "sent",
    [
        replace(report(5, 3), rows=(ROWS[6], ROWS[7])),
        replace(report(5, 3), rows=(ROWS[5], ROWS[7])),
        replace(report(5, 3), rows=(ROWS[5], ROWS[5])),
        replace(report(5, 3), last=AT[7]),  # it ends after its own end
    ],
)
def test_rows_that_do_not_follow_each_other_are_no_report(sent):
    assert decide_report(AT[5], sent).reception is Reception.INVALID


@pytest.mark.parametrize(
    "other",
    [
        {"epoch": 2},
        {"seq": 2},
        {"kind": RowKind.SENT},
        {"written_at": DAWN.replace(microsecond=1)},
        {"body": "row 0 "},
    ],
)
def test_the_tag_depends_on_all_of_a_row(other):
    changed = replace(ROWS[0], **other)
    assert position_after(START, changed).tag != AT[1].tag


def test_the_tag_depends_on_all_rows_before():
    after_other = list(
        number_rows(OTHER_AT[1], 1, [ReportDraft(kind="x", written_at=DAWN, body="")])
    )
    after_first = list(number_rows(AT[6], 1, [ReportDraft(kind="x", written_at=DAWN, body="")]))
    assert after_other[0][0] == after_first[0][0]
    assert after_other[0][1] != after_first[0][1]


BOUNDS = ReportLog(before_first=AT[3], acknowledged=AT[6], last=AT[10])


@pytest.mark.parametrize(
    ("known", "own", "resumption"),
    [
        (AT[6], AT[6], Resumption.SEND),
        (AT[4], AT[4], Resumption.SEND),  # the hub was restored
        (AT[3], AT[3], Resumption.SEND),
        (AT[10], AT[10], Resumption.SEND),
        (AT[2], None, Resumption.GAP),
        (START, None, Resumption.GAP),
        (OTHER_AT[2], AT[7], Resumption.FORK),
        (Position(epoch=1, seq=11, tag="?"), None, Resumption.BEHIND),
    ],
)
def test_an_agent_goes_on_from_the_hubs_position_if_it_is_of_its_log(known, own, resumption):
    assert decide_resumption(BOUNDS, known, own) is resumption


def test_a_hub_is_caught_up_with_the_very_same_end():
    assert is_caught_up(AT[10], AT[10])
    assert not is_caught_up(AT[9], AT[10])
    assert not is_caught_up(AT[7], OTHER_AT[2])


def test_a_new_beginning_has_an_epoch_of_its_own():
    assert next_epoch(3, AT[5]) == 4
    assert next_epoch(3, replace(AT[5], epoch=7)) == 8


def test_the_backlog_is_what_the_hub_has_not_acknowledged():
    assert BOUNDS.backlog == 4
