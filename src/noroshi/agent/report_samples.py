"""Send the samples of the hub's monitors, by a cursor of their own: charts can wait, and some may be
missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from noroshi.agent.hub_contacts import HubContacts
from noroshi.agent.link_errors import LinkRefusedError
from noroshi.agent.link_loop import LinkParts
from noroshi.agent.link_outcome import outcome_of
from noroshi.agent.samples_state import FIRST_STATE, SamplesTaken, next_samples_step
from noroshi.core.model import Sample
from noroshi.link.link_messages import MOST_BYTES_INFLATED, MOST_BYTES_SENT, SAMPLES, LinkFault
from noroshi.link.message_body import NO_TEXT, EarlierText, body_of, text_of
from noroshi.link.report_messages import SamplesAnswer, SamplesOfMonitor, SamplesRequest
from noroshi.ports import StoredSample

T = TypeVar("T")
CURSOR = "hub/samples"
"""Under this name the store keeps the last row of which the hub has the sample."""
INTERVAL, SHORTEST_INTERVAL, LONGEST_INTERVAL = 60.0, 10.0, 3600.0
"""Seconds between two sendings: at first, and the bounds of what a hub may ask for."""
AT_A_TIME, AHEAD = 2000, 500
"""Rows that are sent at a time, and further ones that are looked at."""
YOUNG = timedelta(seconds=5)
"""Samples that are younger may still be written in another order than they were measured in."""
TICK = timedelta(milliseconds=1)


class Ask(Protocol):
    """Ask the hub, which has an earlier text. Raises as `LinkClient.ask` does."""

    async def __call__(
        self, name: str, message: object, shape: type[T], earlier_text: EarlierText
    ) -> T: ...


class SampleReporter:
    """Send what was measured of the hub's monitors since the last time. `contacts` count the
    answers of the hub to the link."""

    def __init__(
        self,
        parts: LinkParts,
        monitors: Callable[[], Collection[str]],
        ask: Ask,
        contacts: HubContacts,
    ) -> None:
        self._parts, self._monitors, self._ask = parts, monitors, ask
        self._contacts = contacts
        self._interval = INTERVAL
        self._earlier_text = NO_TEXT
        self._due_at = parts.clocks.steady() + INTERVAL

    async def run(self) -> None:
        """Send samples whenever they are due, without end."""
        state = FIRST_STATE
        while True:
            await self._until_due()
            known_contacts = self._contacts.count
            step = next_samples_step(state, await outcome_of(self._send()))
            state = step.state
            if step.needs_contact:
                await self._contacts.wait_for_more(known_contacts)
            if step.pause.most:
                pause = self._parts.uniform(step.pause.least, step.pause.most)
                await self._parts.sleep(pause)

    async def _until_due(self) -> None:
        while (seconds := self._due_at - self._parts.clocks.steady()) > 0:
            await self._parts.store.wait(timedelta(seconds=seconds))

    async def _send(self) -> SamplesTaken:
        """Send the next samples; there may be more, which are due at once. Raises as
        `LinkClient.ask` does, or StoreError."""
        cursor = await self._cursor()
        rows = await self._parts.store.samples_after(cursor, AT_A_TIME + AHEAD)
        sent_rows = self._settled_rows(rows)
        if sent_rows:
            sent_rows = await self._send_rows(sent_rows, rows)
            await self._parts.store.put_value(CURSOR, str(sent_rows[-1].row))
        if len(sent_rows) < AT_A_TIME:
            self._due_at = self._parts.clocks.steady() + self._interval
        return SamplesTaken()

    async def _cursor(self) -> int:
        text = (await self._parts.store.get_values()).get(CURSOR, "")
        return int(text) if text.isdecimal() else 0

    def _settled_rows(self, rows: Sequence[StoredSample]) -> Sequence[StoredSample]:
        """Return the rows before the first that is young."""
        limit = self._parts.clocks.wall() - YOUNG
        young_at = (
            number
            for number, one in enumerate(rows)
            if limit <= one.sample.measured_at <= limit + 2 * YOUNG
        )
        return rows[: min(next(young_at, len(rows)), AT_A_TIME)]

    async def _send_rows(
        self, sent_rows: Sequence[StoredSample], rows: Sequence[StoredSample]
    ) -> Sequence[StoredSample]:
        """Send the samples of the hub's monitors among rows, or of as many rows as the hub takes at
        a time; return these."""
        monitors = frozenset(self._monitors())
        hub_clock = self._parts.notifications.hub_clock
        while True:
            request = _request(sent_rows, rows[len(sent_rows) :], monitors, hub_clock.offset)
            if len(sent_rows) == 1 or _is_within_bounds(request):
                break
            sent_rows = sent_rows[: len(sent_rows) // 2]
        if request.monitors:
            asked_at = self._parts.clocks.steady()
            answer = await self._answer_to(request)
            hub_clock.note_answer(answer.clock, asked_at)
            asked_interval = max(SHORTEST_INTERVAL, answer.interval)
            self._interval = min(LONGEST_INTERVAL, asked_interval)
        return sent_rows

    async def _answer_to(self, request: SamplesRequest) -> SamplesAnswer:
        """Return the answer to samples. What was sent last makes them shorter, as long as the hub has
        it: a hub that began anew gets all."""
        earlier_text, self._earlier_text = self._earlier_text, NO_TEXT
        try:
            answer = await self._ask(SAMPLES, request, SamplesAnswer, earlier_text)
        except LinkRefusedError as refusal:
            if refusal.fault is not LinkFault.EARLIER_TEXT:
                raise
            answer = await self._ask(SAMPLES, request, SamplesAnswer, NO_TEXT)
        self._earlier_text = EarlierText.end_of(text_of(request))
        return answer


def _request(
    rows: Sequence[StoredSample],
    later_rows: Sequence[StoredSample],
    monitors: Collection[str],
    hub_offset: timedelta,
) -> SamplesRequest:
    """Return the samples of monitors as a message, by the hub's clock. It ends where the rows that
    are not in it begin, as these may have been measured before the last one in it."""
    by_monitor = defaultdict[str, list[Sample]](list)
    for one in rows:
        if one.monitor in monitors:
            moment = one.sample.measured_at + hub_offset
            by_monitor[one.monitor].append(replace(one.sample, measured_at=moment))
    moments = [one.sample.measured_at for one in rows]
    return SamplesRequest(
        start=min(moments) + hub_offset,
        end=_end(max(moments), later_rows) + hub_offset,
        monitors=tuple(
            SamplesOfMonitor(monitor=id, samples=tuple(samples))
            for id, samples in by_monitor.items()
        ),
    )


def _is_within_bounds(request: SamplesRequest) -> bool:
    """Return whether the hub takes so much at a time: what is much alike is short only as a body."""
    if len(text_of(request)) > MOST_BYTES_INFLATED:
        return False
    return len(body_of(request).content) <= MOST_BYTES_SENT


def _end(last: datetime, later_rows: Sequence[StoredSample]) -> datetime:
    return min((last + TICK, *(one.sample.measured_at for one in later_rows)))
