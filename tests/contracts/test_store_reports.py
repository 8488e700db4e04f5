"""What every store promises of the log of an agent, and of what its hub receives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import Acknowledgement, Remark, Remarked
from noroshi.core.delivery import Accepted
from noroshi.core.levels import Level, Reason
from noroshi.core.report import (
    MOST_BYTES,
    START,
    Position,
    Reception,
    Report,
    ReportDraft,
    ReportLog,
    RowKind,
    number_rows,
)
from tests.contracts.sample_records import (
    DAWN,
    HOUR,
    OK,
    change,
    decision,
    event,
    letter,
    state,
)


def draft(body="{}", kind=RowKind.CHANGE, at=DAWN):
    return ReportDraft(kind=kind, written_at=at, body=body)


def drafts(*bodies):
    return [draft(body) for body in bodies]


def numbered(*bodies, after=START, epoch=0):
    """Rows that follow on a position, and the positions of these."""
    pairs = list(number_rows(after, epoch, drafts(*bodies)))
    return [row for row, _ in pairs], [position for _, position in pairs]


def report(*bodies, after=START, last=None, **other):
    rows, positions = numbered(*bodies, after=after)
    return Report(
        start=after, rows=tuple(rows), last=last or (positions or [after])[-1], **other
    )


# on the agent


async def test_the_log_of_a_node_without_a_hub_is_empty(store):
    assert await store.report_log() == ReportLog()
    assert list(await store.reports(0)) == []
    assert await store.report_position(0) == START
    assert await store.report_position(1) is None


async def test_rows_are_numbered_and_each_tag_follows_from_the_one_before(store):
    await store.add_reports(*drafts("a", "b"))
    await store.add_reports(draft("c"))
    rows, positions = numbered("a", "b", "c")
    assert list(await store.reports(0)) == rows
    assert list(await store.reports(1)) == rows[1:]
    assert [await store.report_position(seq) for seq in (1, 2, 3)] == positions
    assert (await store.report_log()).last == positions[2]


async def test_a_change_is_written_with_its_rows_or_neither_is(store, node):
    block = await store.lease_monitors(node, DAWN)
    assert await store.commit(block.fence, change(reports=(draft("a"), draft("b"))))
    assert not await store.commit(block.fence + 1, change(serial=2, reports=(draft("c"),)))
    assert [row.body for row in await store.reports(0)] == ["a", "b"]


async def test_the_last_change_of_a_monitor_is_written_with_its_rows(store, node):
    block = await store.lease_monitors(node, DAWN)
    assert await store.retire(block.fence, change(reports=(draft("a"),)))
    assert [row.body for row in await store.reports(0)] == ["a"]


async def test_the_end_of_an_attempt_is_written_with_its_rows_or_neither_is(store, node):
    await store.post(letter())
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    sent = draft("sent", RowKind.SENT)
    assert await store.settle(parcel, OK, Accepted(DAWN), reports=(sent,))
    assert not await store.settle(parcel, OK, Accepted(DAWN), reports=(draft("again"),))
    assert [(row.kind, row.body) for row in await store.reports(0)] == [("sent", "sent")]


async def test_so_many_rows_come_at_a_time(store):
    await store.add_reports(*drafts("a" * 10, "b" * 10, "c" * 10))
    assert [row.seq for row in await store.reports(0, most=2)] == [1, 2]
    assert [row.seq for row in await store.reports(0, most_bytes=20)] == [1, 2]
    assert [row.seq for row in await store.reports(0, most_bytes=19)] == [1]
    assert [row.seq for row in await store.reports(1, most_bytes=1)] == [2]
    assert [row.seq for row in await store.reports(0)] == [1, 2, 3]
    assert MOST_BYTES > 30


async def test_the_size_of_a_row_is_counted_in_bytes(store):
    await store.add_reports(*drafts("危" * 10, "b"))
    assert [row.seq for row in await store.reports(0, most_bytes=30)] == [1]
    assert [row.seq for row in await store.reports(0, most_bytes=31)] == [1, 2]


async def test_the_hub_may_acknowledge_what_is_of_this_log_alone(store):
    await store.add_reports(*drafts("a", "b", "c"))
    _, positions = numbered("a", "b", "c")
    assert await store.acknowledge_reports(positions[2])
    log = await store.report_log()
    assert (log.acknowledged, log.backlog) == (positions[2], 0)
    assert not await store.acknowledge_reports(replace(positions[1], tag="other"))
    assert not await store.acknowledge_reports(Position(seq=4, tag="x"))
    assert (await store.report_log()).acknowledged == positions[2]
    assert await store.acknowledge_reports(positions[0])  # the hub was restored
    assert (await store.report_log()).backlog == 2
    assert await store.acknowledge_reports(START)
    assert (await store.report_log()).backlog == 3


async def test_a_log_begins_anew_on_the_hubs_position(store):
    await store.add_reports(*drafts("a", "b"))
    of_hub = Position(epoch=4, seq=7, tag="77")
    await store.begin_reports(of_hub, draft("c"))
    rows, positions = numbered("c", "d", after=of_hub, epoch=5)
    assert await store.report_position(7) == of_hub
    assert await store.report_position(2) is None
    await store.add_reports(draft("d"))
    assert list(await store.reports(0)) == rows
    assert await store.report_log() == ReportLog(
        epoch=5, before_first=of_hub, acknowledged=of_hub, last=positions[1]
    )
    await store.begin_reports(START)
    assert (await store.report_log()).epoch == 6


async def test_a_log_that_goes_on_meanwhile_does_not_begin_anew(store):
    await store.add_reports(*drafts("a"))
    last = (await store.report_log()).last
    await store.add_reports(*drafts("b"))
    of_hub = Position(epoch=4, seq=7, tag="77")
    assert not await store.begin_reports(of_hub, draft("c"), last=last)
    assert [row.body for row in await store.reports(0)] == ["a", "b"]
    last = (await store.report_log()).last
    assert await store.begin_reports(of_hub, draft("c"), last=last)
    assert [row.body for row in await store.reports(0)] == ["c"]


@pytest.mark.parametrize(
    ("acknowledged", "cutoff", "most_bytes", "limit", "count"),
    [
        (4, 2, 1000, 100, 2),  # those that are old
        (4, 0, 25, 100, 2),  # those that are too many: two of ten bytes stay
        (4, 9, 0, 100, 4),
        (1, 9, 0, 100, 1),  # what the hub lacks stays
        (0, 9, 0, 100, 0),
        (4, 9, 1000, 3, 3),
        (4, 0, 1000, 100, 0),
    ],
)
async def test_old_rows_go_once_the_hub_has_them(
    store, acknowledged, cutoff, most_bytes, limit, count
):
    bodies = [letter * 10 for letter in "abcdef"]
    _, positions = numbered_hourly(bodies)
    await store.add_reports(*hourly(bodies))
    assert await store.acknowledge_reports([START, *positions][acknowledged])
    assert await store.forget_reports(DAWN + cutoff * HOUR, most_bytes, limit) == count
    assert [row.seq for row in await store.reports(0)] == list(range(count + 1, 7))
    log = await store.report_log()
    assert log.before_first == [START, *positions][count]
    assert log.last == positions[-1]
    assert await store.report_position(count) == log.before_first


async def test_a_log_that_was_forgotten_goes_on_where_it_was(store):
    bodies = ["a", "b"]
    _, positions = numbered_hourly(bodies)
    await store.add_reports(*hourly(bodies))
    await store.acknowledge_reports(positions[1])
    assert await store.forget_reports(DAWN + 9 * HOUR, 0, 100) == 2
    assert await store.forget_reports(DAWN + 9 * HOUR, 0, 100) == 0
    await store.add_reports(draft("c"))
    rows, _ = numbered("c", after=positions[1])
    assert list(await store.reports(0)) == rows


def hourly(bodies):
    return [draft(body, at=DAWN + number * HOUR) for number, body in enumerate(bodies)]


def numbered_hourly(bodies):
    pairs = list(number_rows(START, 0, hourly(bodies)))
    return [row for row, _ in pairs], [position for _, position in pairs]


# on the hub


async def test_a_report_is_applied_once(store):
    assert await store.received_positions() == {}
    first = report("a", "b")
    changes = {1: change(letter(), events=(event(1),)), 2: change(serial=2, events=(event(2),))}
    received = await store.receive("a1", first, changes)
    assert (received.decision.reception, received.refused_rows) == (Reception.APPLY, ())
    again = await store.receive("a1", first, changes)
    assert again.decision.reception is Reception.REPEAT
    assert await store.received_positions() == {"a1": first.last}
    assert [one.id for one in await store.events("m")] == ["m.2", "m.1"]
    assert (await store.states(["m"]))["m"] == state(2)
    assert [row.envelope.id for row in await store.queue()] == [letter().id]


async def test_each_agent_has_a_position_of_its_own(store):
    first, other = report("a"), report("b", "c")
    await store.receive("a1", first, {})
    await store.receive("a2", other, {})
    assert await store.received_positions() == {"a1": first.last, "a2": other.last}


async def test_rows_that_are_known_are_skipped_and_the_others_applied(store):
    _, positions = numbered("a", "b", "c")
    await store.receive("a1", report("a", "b"), {})
    longer = report("b", "c", after=positions[0])
    changes = {2: change(events=(event(1),)), 3: change(serial=2, events=(event(2),))}
    received = await store.receive("a1", longer, changes)
    assert [row.seq for row in received.decision.new_rows] == [3]
    assert [one.id for one in await store.events("m")] == ["m.2"]


@pytest.mark.parametrize(
    ("sent", "reception"),
    [
        (report("x", "y", "z"), Reception.FORK),
        (report(after=Position(seq=9, tag="9")), Reception.WANT),
        (report("a"), Reception.BEHIND),
    ],
)
async def test_of_a_report_that_does_not_follow_nothing_is_written(store, sent, reception):
    await store.receive("a1", report("a", "b"), {})
    received = await store.receive("a1", sent, {row.seq: change() for row in sent.rows})
    assert received.decision.reception is reception
    assert await store.received_positions() == {"a1": report("a", "b").last}
    assert (await store.states(["m"]))["m"].serial == 0


async def test_one_bad_row_is_refused_alone(store):
    changes = {
        1: change(monitor="nowhere", events=(event(1, "nowhere"),)),
        2: change(events=(event(1),)),
    }
    received = await store.receive("a1", report("a", "b", "c"), changes)
    assert received.refused_rows == (1,)
    assert [one.id for one in await store.events()] == ["m.1"]
    assert (await store.received_positions())["a1"].seq == 3


async def test_the_last_row_of_the_log_counts_whatever_its_serial(store):
    """As a hub that is restored counts ahead, and an agent that is set back from before."""
    await store.receive("a1", report("a"), {1: change(serial=1_000_007, events=(event(5),))})
    _, positions = numbered("a")
    later = change(events=(event(1),), decisions=(decision(Reason.NEW_LEVEL),))
    await store.receive("a1", report("b", after=positions[0]), {2: later})
    assert (await store.states(["m"]))["m"] == state(1)
    assert list(await store.decisions("m")) == [decision(Reason.NEW_LEVEL)]
    assert [one.id for one in await store.events("m")] == ["m.1", "m.5"]


async def test_an_event_that_is_known_ends_no_acknowledgement(store):
    over = replace(event(1), before=Level.CRITICAL, after=Level.OK)
    await store.receive("a1", report("a"), {1: change(events=(over,))})
    its = {"monitor": "m", "item": "/", "who": "aki", "at": DAWN}
    mine = Acknowledgement(level=Level.CRITICAL, **its)
    assert await store.acknowledge(
        mine, Remark(sort=Remarked.ACKNOWLEDGED, level=Level.CRITICAL, **its)
    )
    _, positions = numbered("a")
    await store.receive(
        "a1", report("b", after=positions[0]), {2: change(serial=2, events=(over,))}
    )
    assert (await store.suppressions(DAWN)).acknowledged == (mine,)
    later = replace(over, id="m.2", at=DAWN + timedelta(seconds=1))
    end = numbered("b", after=positions[0])[1][-1]
    await store.receive("a1", report("c", after=end), {3: change(serial=3, events=(later,))})
    assert (await store.suppressions(DAWN)).acknowledged == ()


async def test_rows_that_the_agent_no_longer_has_are_passed_over(store):
    far = Position(seq=9, tag="9")
    sent = report("k", after=far, has_gap=True)
    received = await store.receive("a1", sent, {10: change(events=(event(1),))})
    assert received.decision.reception is Reception.APPLY
    assert await store.received_positions() == {"a1": sent.last}
    assert [one.id for one in await store.events("m")] == ["m.1"]


async def test_who_reported_a_state_is_known_until_it_is_judged_here(store, node):
    block = await store.lease_monitors(node, DAWN)
    assert await store.reporters() == {}
    ((row, _position),) = number_rows(START, 0, drafts("{}"))
    report = Report(start=START, rows=(row,), last=Position(seq=1))
    await store.receive("a1", report, {1: change(monitor="m")})
    assert await store.reporters() == {"m": "a1"}
    assert await store.commit(block.fence, change(monitor="m", serial=2))
    assert await store.reporters() == {}
