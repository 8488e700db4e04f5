"""Limit the definitions that one node takes: more of them would use up its memory when they are
only looked at."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.schema import Definitions, GroupDef, InstanceDef, MonitorDef
from noroshi.core.model import LOGIN_SOURCES
from noroshi.core.sources import NETWORK
from noroshi.core.translation import _, ngettext

MOST_DEFINITIONS, MOST_MONITORS = 20_000, 25_000
"""Twice as many as were measured (docs/benchmarks.md): what is only looked at takes 26 MiB then, the heaviest 31."""
MOST_OF_AGENT, MOST_IN_ALL = 1_000, 100_000
"""Monitors of agents count apart, as the node does not measure them: one node takes 1,000 agents with
30 monitors each."""
MOST_WEIGHT, A_MONITOR = 8 << 20, 200
"""The most bytes that all bodies may have in memory, where one wide letter makes each letter of
its body two or four bytes, and the bytes that each monitor adds: looking at them takes the node
about five times as much."""
MOST_INHERITED, MOST_WAYS = 100_000, 1_000_000
"""The most windows and limits that monitors with some of their own take over from what is above
them, and the most ways by which alarms of routes and accounts may be told, each route's to each
contact: both grow with the product of two numbers, so that a short text could take
gigabytes."""
SOME_WAYS = 20
"""As much as so many ways takes what has none."""
DEFINITIONS = ngettext(
    "there is {count} definition, but one node supports {most}; distribute them over several "
    "nodes",
    "there are {count} definitions, but one node supports {most}; distribute them over "
    "several nodes",
)
MONITORS = ngettext(
    "there is {count} monitor, but one node supports {most}; distribute them over several "
    "nodes",
    "there are {count} monitors, but one node supports {most}; distribute them over several "
    "nodes",
)
MONITORS_OF_AGENT = ngettext(
    "agent {agent} has {count} monitor, but one agent supports {most}; define fewer",
    "agent {agent} has {count} monitors, but one agent supports {most}; define fewer",
)
MONITORS_IN_ALL = ngettext(
    "there is {count} monitor, including those of agents, but one node supports {most}; "
    "distribute them over several nodes",
    "there are {count} monitors, including those of agents, but one node supports {most}; "
    "distribute them over several nodes",
)
WEIGHT = _(
    "the definitions take {size} MiB (their text in memory, and {each} bytes for each "
    "monitor), but one request may take {most} MiB; non-Latin text takes twice as much, "
    "emoji four times as much. Split the change into several parts"
)
INHERITED_WINDOWS = ngettext(
    "monitors with their own maintenance or limits inherit {count} entry from their groups "
    "and instances, but one node supports {most}; define fewer of them in groups and "
    "instances",
    "monitors with their own maintenance or limits inherit {count} entries from their groups "
    "and instances, but one node supports {most}; define fewer of them in groups and "
    "instances",
)
ROUTES = ngettext("{count} route", "{count} routes")
ACCOUNTS = ngettext("{count} account", "{count} accounts")
CONTACTS = ngettext("{count} contact", "{count} contacts")
WAYS = _(
    "there are {routes}, {accounts} and {contacts}: too many combinations to report the "
    "state of each route to each contact; distribute them over several nodes"
)


@dataclass(frozen=True, slots=True)
class MonitorCounts:
    """Hold how many monitors a node measures itself, and each of its agents, by its name."""

    of_node: int = 0
    by_agent: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.of_node + sum(self.by_agent.values())


NO_MONITORS = MonitorCounts()


def monitor_counts(agents: Iterable[str]) -> MonitorCounts:
    """Count monitors, each by the name of the agent that measures it, "" for the node itself."""
    by_agent = Counter(agents)
    return MonitorCounts(by_agent.pop("", 0), by_agent)


def count_problems(
    documents: Sequence[Document],
    monitors: MonitorCounts,
    previous_documents: Sequence[Document] = (),
    previous_monitors: Callable[[], MonitorCounts] = lambda: NO_MONITORS,
) -> Iterator[Problem]:
    """Yield a problem for each count that exceeds what a node and its agents take, and what they have
    already. The earlier monitors are counted only if that matters."""
    if len(documents) > max(MOST_DEFINITIONS, len(previous_documents)):
        message = DEFINITIONS.fill(count=len(documents), most=MOST_DEFINITIONS)
        yield Problem("", message)
    if tuple(_too_many_monitors(monitors, NO_MONITORS)):
        yield from _too_many_monitors(monitors, previous_monitors())


def _too_many_monitors(
    monitors: MonitorCounts, previous_monitors: MonitorCounts
) -> Iterator[Problem]:
    if monitors.of_node > max(MOST_MONITORS, previous_monitors.of_node):
        yield Problem("", MONITORS.fill(count=monitors.of_node, most=MOST_MONITORS))
    for agent, count in sorted(monitors.by_agent.items()):
        if count > max(MOST_OF_AGENT, previous_monitors.by_agent.get(agent, 0)):
            fields = {"agent": agent, "count": count, "most": MOST_OF_AGENT}
            yield Problem("", MONITORS_OF_AGENT.fill(**fields))
    if monitors.total > max(MOST_IN_ALL, previous_monitors.total):
        yield Problem("", MONITORS_IN_ALL.fill(count=monitors.total, most=MOST_IN_ALL))


def certain_count_problems(
    documents: Sequence[Document], definitions: Definitions
) -> Iterator[Problem]:
    """Yield the problems that any node would find, whatever its name is and those of its agents."""
    by_source = Counter[str]()
    for one in definitions.instances.values():
        name = "" if one.source in (NETWORK, *LOGIN_SOURCES) else one.source.casefold()
        by_source[name] += sum(len(group.monitor) for group in one.group)
    yield from count_problems(documents, MonitorCounts(max(by_source.values(), default=0)))
    if by_source.total() > MOST_IN_ALL:
        yield Problem("", MONITORS_IN_ALL.fill(count=by_source.total(), most=MOST_IN_ALL))


def monitors_in(definitions: Definitions) -> int:
    """Return how many monitors the instances define."""
    instances = definitions.instances.values()
    return sum(len(group.monitor) for one in instances for group in one.group)


def too_heavy(documents: Iterable[Document], definitions: Definitions) -> Iterator[Problem]:
    """Yield why a node would need too much memory to look at them, few as they may be."""
    weight = sum(sys.getsizeof(one.body) for one in documents)
    weight += A_MONITOR * monitors_in(definitions)
    if weight > MOST_WEIGHT:
        fields = {"size": -(-weight >> 20), "most": MOST_WEIGHT >> 20, "each": A_MONITOR}
        yield Problem("", WEIGHT.fill(**fields))
    inherited_count = sum(map(_inherited_count, definitions.instances.values()))
    if inherited_count > MOST_INHERITED:
        yield Problem("", INHERITED_WINDOWS.fill(count=inherited_count, most=MOST_INHERITED))
    routes, accounts = len(definitions.routes), len(definitions.accounts)
    contacts = len(definitions.contacts)
    if (routes + SOME_WAYS) * (routes + accounts) * max(contacts, 1) > MOST_WAYS:
        yield Problem(
            "",
            WAYS.fill(
                routes=ROUTES.fill(count=routes),
                accounts=ACCOUNTS.fill(count=accounts),
                contacts=CONTACTS.fill(count=contacts),
            ),
        )


def _inherited_count(instance: InstanceDef) -> int:
    """Return how many windows and limits the monitors of an instance copy, beside their own."""
    return sum(
        _inherited_by(monitor, (instance, group))
        for group in instance.group
        for monitor in group.monitor
    )


def _inherited_by(monitor: MonitorDef, parents: Sequence[InstanceDef | GroupDef]) -> int:
    windows = sum(len(one.maintenance) for one in parents) if monitor.maintenance else 0
    limits = (
        sum(len(one.limits.get(monitor.kind, ())) for one in parents) if monitor.limits else 0
    )
    return windows + limits
