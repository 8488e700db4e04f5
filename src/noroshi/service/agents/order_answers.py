"""Read the answers of agents to orders as the hub may show and use them: bounded and neutral, like all
that agents report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from math import isfinite
from typing import TypeVar

from noroshi import schema
from noroshi.core.cadence import zone_of
from noroshi.core.model import Monitor
from noroshi.core.reported_text import (
    ReportCleaner,
    UnfitReportError,
    neutral_message,
    neutral_name,
)
from noroshi.core.translation import _
from noroshi.link.order_messages import (
    MOST_ANSWER,
    Discovered,
    Examined,
    ExaminedStage,
    MeasuredOnTrial,
    OrderAnswer,
    OrderOutcome,
    ProgramFound,
    ServiceFound,
)
from noroshi.ports import Listener, Memory, Volume
from noroshi.service.errors import OperationFailedError

T = TypeVar("T")
MOST_FOUND, MOST_REMARKS, MOST_PREVIEW = 200, 20, 200
MOST_SIZE, MOST_CORES, MOST_PROCESSES = 1 << 60, 1 << 16, 1 << 20
LONGEST_TRIAL = 3600.0
FORBIDDEN = _("noroshi.toml on {agent} does not allow this request (the hub_requests setting).")
EXPIRED = _("Agent {agent} did not process the request in time. Try again in a moment.")
INTERRUPTED = _("Noroshi on {agent} has since been restarted. Try again.")
FAILED = _("Agent {agent} could not carry out the request: {why}")
UNFIT = _("Agent {agent} sent a reply that this node cannot process.")
REFUSALS = {
    OrderOutcome.FORBIDDEN.value: FORBIDDEN,
    OrderOutcome.EXPIRED.value: EXPIRED,
    OrderOutcome.INTERRUPTED.value: INTERRUPTED,
}


def answer_in(body: str) -> OrderAnswer | None:
    """Return the answer in a row of a log; None if there is none that can be read."""
    return schema.value_or_none(OrderAnswer, body)


def result_of(answer: OrderAnswer, shape: type[T], agent: str) -> T:
    """Return what the answer of an agent holds. Raises OperationFailedError where the order was not
    done, or the answer cannot be read."""
    if answer.outcome != OrderOutcome.DONE.value:
        words = REFUSALS.get(answer.outcome, FAILED)
        raise OperationFailedError(words.fill(agent=agent, why=neutral_message(answer.words)))
    if len(answer.body) > MOST_ANSWER:
        raise unfit_answer(agent)
    try:
        return schema.value(shape, answer.body)
    except schema.Unreadable:
        raise unfit_answer(agent) from None


def unfit_answer(agent: str) -> OperationFailedError:
    """Return the error for an answer that cannot be used."""
    return OperationFailedError(UNFIT.fill(agent=agent))


def clean_trial(trial: MeasuredOnTrial, monitor: Monitor, now: datetime) -> MeasuredOnTrial:
    """Return what was measured of a monitor, just now by the hub's clock. Raises
    UnfitReportError."""
    if not isfinite(trial.seconds):
        raise UnfitReportError("a duration is no number")
    sample = ReportCleaner(monitor, now).sample(trial.sample)
    return MeasuredOnTrial(
        sample=replace(sample, measured_at=now),
        seconds=max(0.0, min(trial.seconds, LONGEST_TRIAL)),
        preview=tuple(map(neutral_message, trial.preview[:MOST_PREVIEW])),
    )


def clean_examination(examined: Examined) -> Examined:
    """Return what an examination found."""
    stages = (
        ExaminedStage(
            name=neutral_name(one.name),
            finding=neutral_message(one.finding),
            remarks=tuple(map(neutral_message, one.remarks[:MOST_REMARKS])),
            is_failed=one.is_failed,
        )
        for one in examined.stages[:MOST_FOUND]
    )
    return Examined(stages=tuple(stages))


def clean_discovery(discovered: Discovered) -> Discovered:
    """Return what there is on a computer, without what cannot be."""
    return Discovered(
        zone=discovered.zone if str(zone_of(discovered.zone)) == discovered.zone else "",
        volumes=tuple(_volumes(discovered.volumes[:MOST_FOUND])),
        memory=_memory(discovered.memory),
        cores=max(0, min(discovered.cores, MOST_CORES)),
        programs=tuple(
            ProgramFound(
                name=neutral_name(one.name), count=max(0, min(one.count, MOST_PROCESSES))
            )
            for one in discovered.programs[:MOST_FOUND]
        ),
        services=tuple(
            ServiceFound(name=neutral_name(one.name), is_running=one.is_running)
            for one in discovered.services[:MOST_FOUND]
        ),
        listeners=tuple(_listeners(discovered.listeners[:MOST_FOUND])),
    )


def _volumes(volumes: Sequence[Volume]) -> Iterator[Volume]:
    for one in volumes:
        if 0 <= one.free <= one.size <= MOST_SIZE:
            yield Volume(neutral_name(one.mount), one.size, one.free)


def _memory(memory: Memory | None) -> Memory | None:
    if memory is None or not 0 <= memory.available <= memory.total <= MOST_SIZE:
        return None
    return Memory(total=memory.total, available=memory.available)


def _listeners(listeners: Sequence[Listener]) -> Iterator[Listener]:
    for one in listeners:
        try:
            address = str(ip_address(one.address))
        except ValueError:
            continue
        if 0 < one.port < 1 << 16:
            yield Listener(address, one.port)
