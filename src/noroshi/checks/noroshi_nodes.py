"""Measure whether each node that shares the database lives, for how long it has been away, and whether
it can use the definitions."""

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
UNUSABLE = _(
    "node {node} cannot use version {version} of the definitions ({reason}). It goes on with the "
    "version before; what is new in its share is measured by nodes that can use this version. "
    "Next step: give {node} the same version of Noroshi and the same plug-ins as the other nodes, "
    "and restart it. Its log lists all problems."
)
UNUSABLE_SENDER = _(
    "node {node}, which sends, cannot use version {version} of the definitions ({reason}). It sends "
    "by the version before. New monitors that only the sending node can run are not measured. "
    "Next step: give {node} the same version of Noroshi and the same plug-ins as the other nodes, "
    "and restart it. Its log lists all problems."
)
IDLE = _(
    "node {node} does not monitor, because it cannot use version {version} of the definitions "
    "({reason}). {share} Next step: give {node} the same version of Noroshi and the same "
    "plug-ins as the other nodes, and restart it. Its log lists all problems."
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
        if node.unusable_version:
            yield _unusable(node, nodes)
        elif node.is_alive:
            yield Reading("gone", 0.0, "s", node.name)
        else:
            yield _absence_reading(node, nodes, (now - away_since[node.name]).total_seconds())


def _absence_reading(node: NodeLease, nodes: Sequence[NodeLease], seconds: float) -> Reading:
    name, words = ("stopped", STOPPED) if node.has_left else ("gone", GONE)
    note = words.fill(node=node.name, at=_local(node.renewed_at), share=_share(nodes))
    return Reading(name, round(max(0.0, seconds)), "s", node.name, note)


def _unusable(node: NodeLease, nodes: Sequence[NodeLease]) -> Reading:
    """Return that a node cannot use the definitions. One that found so at its start has no lease."""
    version, reason = node.unusable_version, node.unusable_reason
    facts = {"node": node.name, "version": version, "reason": reason}
    if not node.is_alive:
        note = IDLE.fill(share=_share(nodes), **facts)
    else:
        note = (UNUSABLE_SENDER if node.sends else UNUSABLE).fill(**facts)
    return Reading("unusable", 1.0, "", node.name, note)


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
        "Checks that each node that shares the database is running and can use the definitions. "
        "Noroshi monitors its nodes automatically, in the instance noroshi."
    ),
    options=Options,
    limits={
        "unusable": Limits(critical=1),
        "gone": Limits(critical=30),
        "stopped": Limits(warning=900),
    },
    units={"gone": "s", "stopped": "s"},
    yes_no=frozenset({"unusable"}),
    names={
        "nodes": _("Number of running nodes"),
        "unusable": _("Cannot use the definitions"),
        "gone": _("Time since last lease renewal"),
        "stopped": pgettext("node", "Time since it was stopped"),
    },
    run=run,
    may_vanish=True,
)
