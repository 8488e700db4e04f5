"""Send to the hub what happens to its monitors, and their samples, without end, beside the link.

`report_state` decides; here it is done. The rows are in the store before they are sent, and stay
until the hub has them, so nothing is lost whichever side ends when.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from noroshi import schema
from noroshi.agent.link_client import LinkClient, address_of
from noroshi.agent.link_loop import LinkLoop, LinkParts
from noroshi.agent.link_outcome import outcome_of
from noroshi.agent.link_state import RequestRefused
from noroshi.agent.report_samples import SampleReporter
from noroshi.agent.report_state import (
    FIRST_STEP,
    BegunAnew,
    ReportAction,
    ReportOutcome,
    Resumed,
    Woken,
    next_report_step,
)
from noroshi.agent.report_status import MOST_REFUSED, ReportStatus
from noroshi.core.clock_shift import shift_state
from noroshi.core.report import (
    START,
    Position,
    Reception,
    ReportDraft,
    ReportLog,
    Resumption,
    RowKind,
    decide_resumption,
)
from noroshi.core.sender_lease import Custody
from noroshi.link.link_messages import MOST_BYTES_SENT, REPORT
from noroshi.link.message_body import NO_TEXT, EarlierText, body_of
from noroshi.link.report_messages import GapOfRow, RefusedRow, ReportAnswer, ReportRequest
from noroshi.link.report_rows import row_of_state
from noroshi.link.stamps import era_of

T = TypeVar("T")
log = logging.getLogger(__name__)
LONGEST_REASON = 500
LOOK_AFTER = timedelta(seconds=20)
"""The time after which it is looked whether the hub was restored, if nothing happens here."""
TAKEN = frozenset({Reception.APPLY.value, Reception.REPEAT.value})
BEGUN = {Reception.FORK: Resumption.FORK, Reception.BEHIND: Resumption.BEHIND}


class ReportLoop:
    """The reports to one hub. `monitors` returns the ids of those that it gave.

    Rows and samples are sent independently, on one connection as long as they do not meet: no event
    waits behind samples, and none of it for a hub that thinks about samples.
    """

    def __init__(
        self, link: LinkLoop, parts: LinkParts, monitors: Callable[[], Collection[str]]
    ) -> None:
        self._link, self._parts, self._monitors = link, parts, monitors
        self.status = ReportStatus()
        self._client = parts.client(link.enrolment)
        self._samples_client = self._client.sibling()
        self._samples = SampleReporter(
            parts, monitors, partial(self._ask_by, self._samples_client), link.contacts
        )
        self._hub_position = START
        self._noted_gap: Position | None = None
        self._known_eras = set[str]()

    async def run(self) -> None:
        """Report, without end."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._report_rows())
                loops.create_task(self._samples.run())
        finally:
            self._client.close()
            self._samples_client.close()

    async def _report_rows(self) -> None:
        step, contacts, known_contacts = FIRST_STEP, self._link.contacts, 0
        while True:
            if step.needs_contact:
                await contacts.wait_for_more(known_contacts)
            if step.pause.most:
                pause = self._parts.uniform(step.pause.least, step.pause.most)
                await self._parts.sleep(pause)
            known_contacts = contacts.count
            outcome: ReportOutcome = await outcome_of(self._perform(step.action))
            step = next_report_step(step.state, outcome)

    async def _perform(self, action: ReportAction) -> ReportOutcome:
        match action:
            case ReportAction.COMPARE:
                return await self._compare()
            case ReportAction.SEND:
                return await self._send(has_gap=False)
            case ReportAction.SEND_WITH_GAP:
                await self._note_gap()
                return await self._send(has_gap=True)
            case ReportAction.BEGIN:
                return await self._begin()
            case ReportAction.REST:
                return await self._wait_for_work()

    async def _wait_for_work(self) -> Woken:
        """Wait until there is something to do."""
        while True:
            woken = Woken(
                now=self._parts.clocks.steady(),
                has_rows=(await self._log()).backlog > 0,
                is_hub_restored=self._has_new_era(),
            )
            if woken.has_rows or woken.is_hub_restored:
                return woken
            await self._parts.store.wait(LOOK_AFTER)

    async def _log(self) -> ReportLog:
        report_log = await self._parts.store.report_log()
        self._parts.notifications.note_log(report_log)
        self.status = replace(self.status, backlog=report_log.backlog)
        return report_log

    def _has_new_era(self) -> bool:
        """Return whether the hub gave a stamp of an era of which the logs were not compared."""
        stamps = (self._client.stamp, self._link.stamp)
        return any(stamp and era_of(stamp) not in self._known_eras for stamp in stamps)

    # rows

    async def _compare(self) -> ReportOutcome:
        last = (await self._log()).last
        outcome = await self._report(ReportRequest(start=last))
        for stamp in (self._client.stamp, self._link.stamp):
            self._known_eras.add(era_of(stamp))
        return outcome

    async def _send(self, *, has_gap: bool) -> ReportOutcome:
        start = (await self._log()).acknowledged
        rows = tuple(await self._parts.store.reports(start.seq))
        request = ReportRequest(start=start, rows=rows, has_gap=has_gap)
        return await self._report(_within_bounds(request))

    async def _report(self, request: ReportRequest) -> ReportOutcome:
        """Send a report with the end of the log, which is read after the rows, as the log grows, and
        after the promise: what was sent until then must stand in it."""
        notifications = self._parts.notifications
        sender = notifications.sender_of_request(self._client.stamp_received_at)
        last, fates = (await self._log()).last, notifications.fates
        request = replace(
            request,
            last=last,
            sender=sender,
            alone_after=notifications.alone_after,
            fates=fates,
        )
        asked_at = self._parts.clocks.steady()
        answer = await self._ask(REPORT, request, ReportAnswer)
        notifications.hub_clock.note_answer(answer.clock, asked_at)
        is_taken = answer.reception in TAKEN
        notifications.note_answer(sender, is_taken=is_taken)
        self._note_answer(request, answer)
        await notifications.settle(answer.fates)
        if answer.reception == Reception.INVALID.value:
            log.error("the hub cannot read the log of this node start=%d", request.start.seq)
            return RequestRefused(None)
        self._hub_position = answer.position
        return Resumed(await self._resumption(answer))

    async def _resumption(self, answer: ReportAnswer) -> Resumption:
        """Return how the log goes on from the hub's position, which is noted if it is of this
        log."""
        for reception, resumption in BEGUN.items():
            if answer.reception == reception.value:
                return resumption
        store, report_log = self._parts.store, await self._log()
        own_position = await store.report_position(answer.position.seq)
        resumption = decide_resumption(report_log, answer.position, own_position)
        if resumption is Resumption.SEND:
            await store.acknowledge_reports(answer.position)
        await self._log()
        return resumption

    async def _note_gap(self) -> None:
        """Add a row that tells of the rows that the hub lacks and that no longer exist, and go on
        from the first that does."""
        store, before_first = self._parts.store, (await self._log()).before_first
        if self._noted_gap != self._hub_position:
            rows = await store.reports(before_first.seq, 1)
            hub_clock = self._parts.notifications.hub_clock
            now = hub_clock.now()
            gap = GapOfRow(
                count=before_first.seq - self._hub_position.seq,
                start=self._link.enrolment.joined_at + hub_clock.offset,
                end=rows[0].written_at if rows else now,
            )
            draft = ReportDraft(kind=RowKind.GAP, written_at=now, body=schema.text(gap))
            await store.add_reports(draft)
            self._noted_gap = self._hub_position
            log.warning("the hub lacks rows that no longer exist count=%d", gap.count)
        await store.acknowledge_reports(before_first)

    async def _begin(self) -> ReportOutcome:
        """Begin the log anew on the hub's position: with the rows that the hub has not acknowledged,
        as alarms may be among them, and after them how the hub's monitors stand, as the last row
        counts."""
        store, hub_clock = self._parts.store, self._parts.notifications.hub_clock
        report_log, drafts = await self._log(), list[ReportDraft]()
        states = await store.states(self._monitors())
        drafts += await self._unacknowledged_rows(report_log)
        now, offset = hub_clock.now(), hub_clock.offset
        drafts += [
            row_of_state(id, shift_state(state, offset), now) for id, state in states.items()
        ]
        # What an older copy of this store has for the hub, the hub may have sent long ago.
        await self._parts.notifications.forget(Custody.HUB)
        log.warning(
            "the log for the hub begins anew position=%d rows=%d",
            self._hub_position.seq,
            len(drafts),
        )
        if not await store.begin_reports(self._hub_position, *drafts, last=report_log.last):
            return Resumed(Resumption.FORK)  # more happened meanwhile: again, with that
        return BegunAnew()

    async def _unacknowledged_rows(self, report_log: ReportLog) -> list[ReportDraft]:
        drafts, seq = list[ReportDraft](), report_log.acknowledged.seq
        while rows := await self._parts.store.reports(seq):
            drafts += [
                ReportDraft(kind=row.kind, written_at=row.written_at, body=row.body)
                for row in rows
            ]
            seq = rows[-1].seq
        return drafts

    def _note_answer(self, request: ReportRequest, answer: ReportAnswer) -> None:
        if request.rows and answer.reception == Reception.APPLY.value:
            self.status = replace(self.status, last_report=self._parts.clocks.wall())
        for row in answer.refused_rows:
            log.warning("the hub refused a row of the log seq=%d: %s", row.seq, row.reason)
        if answer.refused_rows:
            refused_rows = (*self.status.refused_rows, *map(_bounded, answer.refused_rows))
            self.status = replace(
                self.status,
                refused_count=self.status.refused_count + len(answer.refused_rows),
                refused_rows=refused_rows[-MOST_REFUSED:],
            )

    async def _ask(self, name: str, message: object, shape: type[T]) -> T:
        return await self._ask_by(self._client, name, message, shape)

    async def _ask_by(
        self,
        client: LinkClient,
        name: str,
        message: object,
        shape: type[T],
        earlier_text: EarlierText = NO_TEXT,
    ) -> T:
        client.use_address(address_of(self._link.enrolment))
        signer = await self._link.signer()
        return await client.ask(name, message, shape, signer, earlier_text=earlier_text)


def _within_bounds(request: ReportRequest) -> ReportRequest:
    """Return as much of a report as the hub takes at a time."""
    while len(request.rows) > 1 and len(body_of(request).content) > MOST_BYTES_SENT:
        request = replace(request, rows=request.rows[: len(request.rows) // 2])
    return request


def _bounded(row: RefusedRow) -> RefusedRow:
    return replace(row, reason=row.reason[:LONGEST_REASON])
