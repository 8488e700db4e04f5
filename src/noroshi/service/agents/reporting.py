"""Take in what agents report: changes of their monitors, and samples."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from noroshi import schema
from noroshi.core.agents import Agent
from noroshi.core.model import Change, Monitor, Sample, State
from noroshi.core.report import (
    MOST_ROWS,
    START,
    Position,
    Report,
    ReportRow,
    RowKind,
    decide_report,
    is_caught_up,
)
from noroshi.core.reported_text import AHEAD, ReportCleaner, UnfitReportError
from noroshi.link.link_messages import LinkFault
from noroshi.link.message_body import Body, EarlierText
from noroshi.link.report_messages import (
    RefusedRow,
    ReportAnswer,
    ReportRequest,
    SamplesAnswer,
    SamplesOfMonitor,
    SamplesRequest,
    StatesOfHub,
)
from noroshi.ports import RowEffect
from noroshi.service.agents.agent_leases import Promise
from noroshi.service.agents.earlier_samples import EarlierSamples
from noroshi.service.agents.hub_state import HubState
from noroshi.service.agents.link_refusal import LinkRefusedError, RowRefusedError, message_of
from noroshi.service.agents.order_answers import answer_in
from noroshi.service.agents.report_reader import ReadRow, ReportReader, first_of
from noroshi.service.agents.request_verification import Caller

log = logging.getLogger(__name__)
T = TypeVar("T")
LARGE = 64 * 1024
"""A body of more bytes is read in a thread: the hub has others to answer."""
MOST_STATES = 2 * 1024 * 1024
"""Bytes of the states that an agent is given; of further monitors it is told the serial alone."""
MOST_NUMBER, LONGEST_WORD = 1 << 53, 64
HANDED_OVER_AFTER = 1.0
"""Seconds after which an agent reports again on a monitor that is not its own yet."""
PAUSE_EVERY = 20
"""Rows after which others get their turn: each may be drafted for many contacts."""
SAMPLES_NOTE = "samples of agent "
"""Under this name and an agent's id the hub notes up to when it has the agent's samples."""


class Reporting:
    """Answer the reports of agents, those of one agent in turn."""

    def __init__(self, state: HubState) -> None:
        self._state = state
        self._turns = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._positions: dict[str, Position] | None = None
        self._sample_positions: dict[str, datetime] | None = None
        self._earlier_samples = EarlierSamples()

    def forget(self, agent: str) -> None:
        """Drop what is kept in memory of an agent that was removed."""
        self._earlier_samples.forget(agent)
        for turn in (agent, _samples_turn(agent)):
            self._turns.pop(turn, None)

    # what agents begin with

    async def position_of(self, agent: str) -> Position:
        """Return up to where the hub has the log of an agent. Raises StoreError."""
        if self._positions is None:
            self._positions = dict(await self._state.store.received_positions())
        return self._positions.get(agent, START)

    async def states_of(self, agent: Agent) -> StatesOfHub:
        """Return the states that the hub has of an agent's monitors; of those that another computer
        measured until now, the serials. Raises StoreError."""
        try:
            monitors = await self._state.monitors.monitors_of(agent.name)
        except LinkRefusedError:  # what is to be watched can be told all the same
            monitors = {}
        states = await self._state.store.states(monitors) if monitors else {}
        reporters = await self._state.store.reporters() if monitors else {}
        states = {
            id: state
            if monitors[id].goes_to or self._is_own_word(agent, reporters.get(id, ""))
            else State(serial=state.serial)
            for id, state in states.items()
        }
        position = await self.position_of(agent.id)
        return StatesOfHub(states=bounded_states(states), position=position)

    def _is_own_word(self, agent: Agent, reporter: str) -> bool:
        """Return whether an agent reported a state, perhaps before it joined again: a state of another
        computer tells nothing of its own, but for the serial."""
        if reporter == agent.id:
            return True
        known_agent = self._state.roster.agents.get(reporter)
        return known_agent is not None and known_agent.name == agent.name

    # reports

    async def report(self, caller: Caller, body: Body) -> ReportAnswer:
        """Take in rows of an agent's log. Raises LinkRefusedError, and StoreError."""
        request = await _read(ReportRequest, body)
        _require_sound(request)
        promise = Promise(
            sender=request.sender,
            alone_after=request.alone_after,
            stamped_at=caller.stamped_at,
            is_caught_up=False,
        )
        # First, as what the report tells is the agent's to send, too.
        agent = await self._state.note_sender(caller.agent, promise)
        async with self._turns[agent.id]:
            answer = await self._receive(agent, request)
        has_log = is_caught_up(answer.position, request.last)
        agent = await self._state.note_sender(agent, replace(promise, is_caught_up=has_log))
        backlog = request.last.seq - answer.position.seq
        self._state.presence.note_backlog(caller.agent.id, backlog, self._state.now())
        fates = await self._state.fates.news(agent, request.fates)
        return replace(answer, fates=fates, clock=self._state.clock)

    async def _receive(self, agent: Agent, request: ReportRequest) -> ReportAnswer:
        state = self._state
        report = Report(
            start=request.start, rows=request.rows, last=request.last, has_gap=request.has_gap
        )
        previous_position = await self.position_of(agent.id)
        rows = decide_report(previous_position, report).new_rows
        await self._require_handed_over(agent, rows)
        state.report_rates.take(
            agent.id,
            len(rows),
            state.clocks.steady(),
            backlog=request.last.seq - previous_position.seq,
            seconds=self._age(rows).total_seconds(),
        )
        changes, refused_rows = await self._changes(agent, rows)
        outcome = await state.store.receive(agent.id, report, changes)
        position = outcome.decision.position
        if self._positions is not None:
            self._positions[agent.id] = position
        refused_rows += [
            RefusedRow(seq=seq, reason="the monitor is gone") for seq in outcome.refused_rows
        ]
        self._note_refused(agent, refused_rows)
        self._note_lost(agent, previous_position, outcome.decision.new_rows)
        self._note_answers(agent, outcome.decision.new_rows)
        return ReportAnswer(
            reception=outcome.decision.reception.value,
            position=position,
            refused_rows=tuple(refused_rows),
        )

    def _age(self, rows: Sequence[ReportRow]) -> timedelta:
        """Return how long ago the first of these rows was written."""
        return self._state.now() - rows[0].written_at if rows else timedelta(0)

    async def _require_handed_over(self, agent: Agent, rows: Sequence[ReportRow]) -> None:
        """Raise LinkRefusedError if rows are of a monitor that is not handed over to the agent
        yet."""
        ids = await self._state.monitors.new_monitors_of(agent.name) if rows else ()
        if any(id in row.body for id in ids for row in rows):
            text = "a monitor is just being handed over"
            raise LinkRefusedError(LinkFault.BUSY, text, HANDED_OVER_AFTER)

    async def _changes(
        self, agent: Agent, rows: Sequence[ReportRow]
    ) -> tuple[Mapping[int, RowEffect], list[RefusedRow]]:
        """Return what the rows lead to, by their numbers, and which of them cannot be applied as
        they are."""
        changes, refused_rows = dict[int, RowEffect](), list[RefusedRow]()
        reader = await self._reader(agent) if rows else None
        for number, row in enumerate(rows):
            assert reader is not None
            if number % PAUSE_EVERY == PAUSE_EVERY - 1:
                await asyncio.sleep(0)
            read_row = _read_row(reader, row)
            if read_row is None:
                continue
            effect = read_row.change
            if isinstance(effect, Change):
                effect = await self._state.with_texts(effect)
            if effect is not None:
                changes[row.seq] = effect
            if read_row.problems:
                reason = first_of(read_row.problems)
                refused_rows.append(RefusedRow(seq=row.seq, reason=reason))
        return changes, refused_rows

    async def is_caught_up(self, agent: str, last: Position) -> bool:
        """Return whether the hub has the log of an agent up to that end. Raises StoreError."""
        return is_caught_up(await self.position_of(agent), last)

    async def _reader(self, agent: Agent) -> ReportReader:
        state, now = self._state, self._state.now()
        return ReportReader(
            agent=agent,
            monitors=await state.monitors.monitors_of(agent.name),
            suppressions=await state.store.suppressions(now),
            now=now,
            installation=state.id,
            draft=state.plugins.draft,
        )

    def _note_refused(self, agent: Agent, refused_rows: Sequence[RefusedRow]) -> None:
        if not refused_rows:
            return
        now = self._state.clocks.steady()
        self._state.report_rates.note_refused(agent.id, len(refused_rows), now)
        first = refused_rows[0]
        log.warning(
            "rows of agent %s are refused count=%d first=%d: %s",
            agent.name,
            len(refused_rows),
            first.seq,
            first.reason,
        )

    def _note_lost(
        self, agent: Agent, previous_position: Position, rows: Sequence[ReportRow]
    ) -> None:
        """Note how many rows before these the agent no longer had: nobody hears of them."""
        lost_count = rows[0].seq - previous_position.seq - 1 if rows else 0
        if lost_count > 0:
            now = self._state.clocks.steady()
            self._state.report_rates.note_refused(agent.id, lost_count, now)
            log.warning("rows of agent %s are lost count=%d", agent.name, lost_count)

    def _note_answers(self, agent: Agent, rows: Sequence[ReportRow]) -> None:
        """Hand the answers to orders to those who wait for them."""
        for row in rows:
            if row.kind == RowKind.ANSWER and (answer := answer_in(row.body)) is not None:
                self._state.orders.note_answer(agent.id, answer)

    # samples

    async def samples(self, caller: Caller, body: Body) -> SamplesAnswer:
        """Take in samples for the history. Raises LinkRefusedError, and StoreError."""
        agent = caller.agent
        request, text = await self._read_samples(agent.id, body)
        if request.start.tzinfo is None or request.end.tzinfo is None:
            raise LinkRefusedError(LinkFault.MALFORMED, "a time has no time zone")
        count, now = (
            sum(len(one.samples) for one in request.monitors),
            self._state.clocks.steady(),
        )
        seconds = (request.end - request.start).total_seconds()
        self._state.report_rates.take_samples(agent.id, count, seconds, now)
        async with self._turns[_samples_turn(agent.id)]:
            position = await self._samples_position(agent.id)
            end = min(request.end, self._state.now() + AHEAD)
            rows = await self._history(agent, request.monitors, position)
            if rows:
                await self._state.store.append(rows)
            if position is None or end > position:
                position = end
                await self._keep_samples_position(agent.id, end)
            self._earlier_samples.keep(agent.id, text)
        return SamplesAnswer(position=position, clock=self._state.clock)

    async def _read_samples(self, agent: str, body: Body) -> tuple[SamplesRequest, EarlierText]:
        if len(body.content) < LARGE:
            return self._earlier_samples.read(agent, body)
        return await asyncio.to_thread(self._earlier_samples.read, agent, body)

    async def _samples_position(self, agent: str) -> datetime | None:
        if self._sample_positions is None:
            notes = await self._state.store.get_values()
            self._sample_positions = {
                name.removeprefix(SAMPLES_NOTE): datetime.fromisoformat(text)
                for name, text in notes.items()
                if name.startswith(SAMPLES_NOTE)
            }
        return self._sample_positions.get(agent)

    async def _keep_samples_position(self, agent: str, position: datetime) -> None:
        await self._state.store.put_value(SAMPLES_NOTE + agent, position.isoformat())
        if self._sample_positions is not None:
            self._sample_positions[agent] = position

    async def _history(
        self, agent: Agent, monitors: Sequence[SamplesOfMonitor], position: datetime | None
    ) -> list[tuple[str, Sample]]:
        """Return what is new of the agent's own monitors: the answer to samples may be lost, and
        they are sent again."""
        own_monitors = await self._state.monitors.monitors_of(agent.name)
        rows, unfit = list[tuple[str, Sample]](), 0
        for one in monitors:
            monitor = own_monitors.get(one.monitor)
            if monitor is None:
                unfit += len(one.samples)
                continue
            clean_samples = self._clean_samples(monitor, one.samples)
            unfit += len(one.samples) - len(clean_samples)
            rows += [
                (monitor.id, sample)
                for sample in clean_samples
                if position is None or sample.measured_at >= position
            ]
        if unfit:
            log.warning("samples of agent %s are left out count=%d", agent.name, unfit)
        return rows

    def _clean_samples(self, monitor: Monitor, samples: Sequence[Sample]) -> list[Sample]:
        cleaner, clean_samples = ReportCleaner(monitor, self._state.now()), list[Sample]()
        for sample in samples:
            try:
                clean_samples.append(cleaner.sample(sample))
            except UnfitReportError:
                continue
        return clean_samples


def _samples_turn(agent: str) -> str:
    return f"samples {agent}"


async def _read(shape: type[T], body: Body) -> T:
    if len(body.content) < LARGE:
        return message_of(shape, body)
    return await asyncio.to_thread(message_of, shape, body)


def _read_row(reader: ReportReader, row: ReportRow) -> ReadRow | None:
    """Return what a row leads to; of one that is refused, that the agent gives up what it notifies
    of, as nobody here will send it. None if it leads to nothing."""
    try:
        return reader.read(row)
    except RowRefusedError as error:
        reason = str(error)
    except Exception:  # whatever it is, the rows after it must be heard
        log.exception("a row of agent %s cannot be read seq=%d", reader.agent.name, row.seq)
        reason = "the hub cannot read this row"
    return ReadRow(change=reader.withheld_by_refusal(row), problems=(reason,))


def _require_sound(request: ReportRequest) -> None:
    """Raise LinkRefusedError for what is no part of a log."""
    if len(request.rows) > MOST_ROWS:
        raise LinkRefusedError(LinkFault.TOO_LARGE, "there are too many rows")
    are_sound = all(map(_is_sound_position, (request.start, request.last)))
    if not are_sound or not all(map(_is_sound_row, request.rows)):
        raise LinkRefusedError(LinkFault.MALFORMED, "the rows are not valid log rows")


def _is_sound_position(position: Position) -> bool:
    numbers = (position.epoch, position.seq)
    return len(position.tag) <= LONGEST_WORD and all(
        0 <= number <= MOST_NUMBER for number in numbers
    )


def _is_sound_row(row: ReportRow) -> bool:
    return (
        all(0 <= number <= MOST_NUMBER for number in (row.epoch, row.seq))
        and len(row.kind) <= LONGEST_WORD
        and row.written_at.tzinfo is not None
    )


def bounded_states(states: Mapping[str, State]) -> Mapping[str, State]:
    """Return states that fit into an answer: of those that do not, the serials alone."""
    bounded, size = dict[str, State](), 0
    for id, state in states.items():
        size += len(schema.text(state).encode())
        bounded[id] = state if size <= MOST_STATES else State(serial=state.serial)
    return bounded
