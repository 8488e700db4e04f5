"""Measure whether each node that shares the database lives, and for how long it has been away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import COMMA, Message, _, joined, ngettext, pgettext, plain
from noroshi.ports import Check, Host, Outcome, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import NodeLease

AWAY_SINCE = "away"
LONGEST_UNSEEN = timedelta(minutes=2)
"""An absence that began longer ago, and was never measured, began while no node could look: none ran,
or none had the database. It counts from now on, so that the node has time to come back."""
FORGET = CommandText("node forget", "{node}")
GONE = with_commands(
    _(
        "node {node} last renewed its lease at {at} and did not report that it was stopping. {share} "
        "Next step: on {node}, run {command}. If {node} was removed for good: {forget}"
    ),
    command=CommandText("service status"),
    forget=FORGET,
)
STOPPED = with_commands(
    _("node {node} was stopped at {at}. {share} If {node} was removed for good: {forget}"),
    forget=FORGET,
)
SHARE = _("Its monitors now run on: {nodes}.")
SENDS = ngettext(
    "{name} ({count} monitor, sending node)", "{name} ({count} monitors, sending node)"
)
HOLDS = ngettext("{name} ({count} monitor)", "{name} ({count} monitors)")


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    nodes, now = await (await host.self_facts()).nodes(), await host.now()
    away_since = _away_since(nodes, memory.get(AWAY_SINCE, {}), now)
    readings = tuple(_readings(nodes, away_since, now))
    memory_of_away = {name: since.isoformat() for name, since in away_since.items()}
    return Outcome(readings, {AWAY_SINCE: memory_of_away} if memory_of_away else {})


def _away_since(
    nodes: Sequence[NodeLease], noticed: Mapping[str, str], now: datetime
) -> Mapping[str, datetime]:
    """Return the start of the absence of each node that does not live."""
    return {
        node.name: _absence_start(node, noticed.get(node.name), now)
        for node in nodes
        if not node.is_alive
    }


def _absence_start(node: NodeLease, noticed: str | None, now: datetime) -> datetime:
    """Return the start of an absence; one that was noticed before, also by another node, is kept."""
    if noticed is not None and datetime.fromisoformat(noticed) >= node.renewed_at:
        return datetime.fromisoformat(noticed)
    return node.renewed_at if now - node.renewed_at < LONGEST_UNSEEN else now


def _readings(
    nodes: Sequence[NodeLease], away_since: Mapping[str, datetime], now: datetime
) -> Iterator[Reading]:
    yield Reading("nodes", float(sum(node.is_alive for node in nodes)))
    for node in nodes:
        if node.is_alive:
            yield Reading("gone", 0.0, "s", node.name)
            continue
        name, words = ("stopped", STOPPED) if node.has_left else ("gone", GONE)
        seconds = max(0.0, (now - away_since[node.name]).total_seconds())
        note = words.fill(node=node.name, at=_local(node.renewed_at), share=_share(nodes))
        yield Reading(name, round(seconds), "s", node.name, note)


def _share(nodes: Sequence[NodeLease]) -> Message:
    """Return the nodes that live, with the number of their monitors."""
    living = [
        (SENDS if node.sends else HOLDS).fill(name=plain(node.name), count=node.monitor_count)
        for node in nodes
        if node.is_alive
    ]
    return SHARE.fill(nodes=joined(living, COMMA))


def _local(instant: datetime) -> str:
    local_time = instant.astimezone()
    return f"{local_time:%Y-%m-%d %H:%M:%S} {local_time.isoformat()[-6:]}"


CHECK = Check(
    kind="noroshi-nodes",
    title=_("Nodes"),
    help=_(
        "Checks that each node that shares the database is running. Noroshi monitors its nodes "
        "automatically, in the instance noroshi."
    ),
    options=Options,
    limits={"gone": Limits(critical=30), "stopped": Limits(warning=900)},
    units={"gone": "s", "stopped": "s"},
    names={
        "nodes": _("Number of running nodes"),
        "gone": _("Time since last lease renewal"),
        "stopped": pgettext("node", "Time since it was stopped"),
    },
    run=run,
    may_vanish=True,
)
