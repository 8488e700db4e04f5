"""Show instances, groups and monitors: where they are, and if they are monitored. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.translation import with_capital
from noroshi.operations.status_answers import ItemStatus, MonitorStatus, Status, StoppedBy
from noroshi.web.view.language import Localizer
from noroshi.web.view.overview import part_page, stopped_by
from noroshi.web.view.tree import Group, Instance, level_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Hold if a part is monitored, and what can be done about it. `stopped_parent`: it is stopped
    as part of that, whose page is at `href`; `stopped_by`: who stopped it."""

    path: str
    is_stopped: bool = False
    stopped_parent: str = ""
    href: str = ""
    stopped_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """Hold all that is stopped, by path: a group may have thousands of monitors, each stopped
    alone."""

    stops_by_path: Mapping[str, StoppedBy]
    moment: datetime
    localizer: Localizer

    def switch_of(self, path: str) -> Switch:
        """Return the switch of an instance, a group or a monitor."""
        names = path.split("/", 2)
        paths = ("/".join(names[:count]) for count in range(1, len(names) + 1))
        stop = next(
            (self.stops_by_path[place] for place in paths if place in self.stops_by_path), None
        )
        if stop is None:
            return Switch(path=path)
        stopped_part = "" if path == stop.path else stop.path
        stopped_by_whom = stopped_by(stop, self.moment, self.localizer)
        return Switch(
            path=path,
            is_stopped=True,
            stopped_parent=stopped_part,
            href=part_page(stop.path),
            stopped_by=stopped_by_whom
            if stopped_part
            else with_capital(stopped_by_whom, self.localizer.language),
        )


def stops_of(status: Status, localizer: Localizer) -> Stops:
    """Return all stopped parts, from the answer of `status`."""
    return Stops(
        stops_by_path={one.path: one for one in status.stopped},
        moment=status.at,
        localizer=localizer,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRow:
    """Show a monitor in a group's table; `readings` has one line for each of the worst
    items."""

    path: str
    name: str
    level: str
    readings: Sequence[str]
    level_since: str
    switch: Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Hold a group with the monitors in it."""

    path: str
    name: str
    title: str
    level: str
    switch: Switch
    rows: Sequence[MonitorRow]


def tables(
    instance: str,
    groups: Sequence[Mapping[str, Any]],
    instance_tree: Instance | None,
    status: Status,
    localizer: Localizer,
) -> Iterator[Table]:
    """Yield the groups of the definitions, also those without monitors, else those that are
    monitored."""
    groups_by_name = instance_tree.groups if instance_tree else {}
    stops = stops_of(status, localizer)
    titles = {str(one.get("name")): str(one.get("title") or "") for one in groups}
    for name in dict.fromkeys([*titles, *groups_by_name]):
        group = groups_by_name.get(name) or Group(name, titles.get(name) or name)
        path = f"{instance}/{name}"
        yield Table(
            path=path,
            name=name,
            title=titles.get(name) or group.title,
            level=group.level,
            switch=stops.switch_of(path),
            rows=[_row(one, stops) for one in group.monitors],
        )


def _row(one: MonitorStatus, stops: Stops) -> MonitorRow:
    items = [item for item in one.items if item.level is one.level]
    since = min((item.since for item in items if item.since), default=None)
    return MonitorRow(
        path=one.path,
        name=one.title or one.path.split("/", 2)[2],
        level=level_of(one),
        readings=[_item_text(item, stops.localizer) for item in items[:3]],
        level_since=stops.localizer.moment(since, stops.moment),
        switch=stops.switch_of(one.path),
    )


def _item_text(item: ItemStatus, localizer: Localizer) -> str:
    words = localizer.say(item.words)
    return f"{item.item}: {words}" if item.item else words
