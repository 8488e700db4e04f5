"""Make the tree of instances, groups and monitors, each with the worst level below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from noroshi.core.levels import Level
from noroshi.operations.status_answers import MonitorStatus

NEW, STOPPED = "new", "stopped"
STEP = " › "
CALM = frozenset({Level.OK.value, NEW, STOPPED})
"""Levels that need no attention."""


@dataclass(slots=True)
class Group:
    """Hold one group of an instance; `monitors` as `status` answers them."""

    name: str
    title: str
    monitors: list[MonitorStatus] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """The title of each monitor by the whole path; "" if there is none."""

    @property
    def level(self) -> str:
        """Return the worst level in it."""
        return worst(level_of(one) for one in self.monitors)


@dataclass(slots=True)
class Instance:
    """Hold one instance, and the groups by name."""

    name: str
    title: str = ""
    groups: dict[str, Group] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """Return the worst level in it."""
        return worst(group.level for group in self.groups.values())

    @property
    def count(self) -> int:
        """Return the number of the instance's monitors."""
        return sum(len(group.monitors) for group in self.groups.values())

    @property
    def is_measured_by_agent(self) -> bool:
        """Return whether an agent measures it."""
        return any(one.agent for group in self.groups.values() for one in group.monitors)

    @property
    def print(self) -> int:
        """Return a number that changes once the tree of the instance looks different: another
        level, another item."""
        return hash(
            tuple(
                (
                    one.path,
                    one.instance_title,
                    one.title,
                    level_of(one),
                    one.silent,
                    one.maintenance,
                    tuple((i.item, i.level, i.acknowledged is not None) for i in one.items),
                )
                for group in self.groups.values()
                for one in group.monitors
            )
        )


def level_of(monitor: MonitorStatus) -> str:
    """Return the level, or why there is none: not measured yet, or stopped."""
    if monitor.stopped is not None:
        return STOPPED
    return monitor.level.value if monitor.known else NEW


def worst(levels: Iterable[str]) -> str:
    """Return the worst of them; of OK and not measured, OK; stopped if all are."""
    distinct = set(levels)
    measured = [Level(level) for level in distinct - {NEW, STOPPED}]
    if measured:
        return Level.worst(measured).value
    return STOPPED if distinct == {STOPPED} else NEW


def tree_of(monitors: Sequence[MonitorStatus]) -> dict[str, Instance]:
    """Return the tree of all monitors, in the order of the paths."""
    instances = dict[str, Instance]()
    for one in monitors:
        name, group, _ = one.path.split("/", 2)
        instance = instances.setdefault(name, Instance(name, one.instance_title or name))
        group_in_tree = instance.groups.setdefault(
            group, Group(group, one.group_title or group)
        )
        group_in_tree.monitors.append(one)
        group_in_tree.titles[one.path] = one.title
    return instances


def place_title(place: str, tree: Mapping[str, Instance]) -> str:
    """Return a place by the titles of it and the instance; the place as given if it is
    unknown."""
    names = place.split("/", 2)
    instance = tree.get(names[0])
    if instance is None:
        return place
    if len(names) == 1:
        return instance.title
    group = instance.groups.get(names[1])
    if len(names) == 2:
        return f"{instance.title}{STEP}{group.title if group else names[1]}"
    title = group.titles.get(place, "") if group else ""
    return f"{instance.title}{STEP}{title or names[2]}"


def called_of(monitor: MonitorStatus, item: str = "") -> str:
    """Return the name of a monitor, and of an item of it, by titles."""
    names = monitor.path.split("/", 2)
    steps = (monitor.instance_title or names[0], monitor.title or names[2], item)
    return STEP.join(filter(None, steps))


def tally(monitors: Iterable[MonitorStatus]) -> Mapping[str, int]:
    """Count the monitors of each level; a level that has none is told only if there are any."""
    counts = Counter(level_of(one) for one in monitors)
    order = (
        *(one.value for one in (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.OK)),
        NEW,
        STOPPED,
    )
    return {level: counts[level] for level in order if counts[level] or level not in order[4:]}
