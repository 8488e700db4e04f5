"""Instances, groups and monitors as pages show them: where they are, whether they are watched. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi.web.seen import part_page, stopped_by
from noroshi.web.tongue import Tongue
from noroshi.web.tree import Group, Instance, level_of

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether a part is watched, and what can be done about it. `above`: it is stopped as that
    is, whose page is at `href`; `by`: who stopped it."""

    path: str
    stopped: bool = False
    above: str = ""
    href: str = ""
    by: str = ""


def switch_of(path: str, status: Answer, tongue: Tongue) -> Switch:
    """Of an instance, a group or a monitor."""
    for one in status["stopped"]:
        if path == one["path"] or path.startswith(f"{one['path']}/"):
            above = "" if path == one["path"] else one["path"]
            by = stopped_by(one, status["at"], tongue)
            return Switch(
                path=path, stopped=True, above=above, href=part_page(one["path"]), by=by
            )
    return Switch(path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A monitor in a group's table."""

    path: str
    name: str
    level: str
    told: Sequence[str]
    since: str
    switch: Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A group with its monitors."""

    path: str
    name: str
    title: str
    level: str
    switch: Switch
    rows: Sequence[Row]


def tables(
    instance: str,
    groups: Sequence[Answer],
    found: Instance | None,
    status: Answer,
    tongue: Tongue,
) -> Iterator[Table]:
    """The groups that definitions have, also those without monitors, else those there are."""
    made = found.groups if found else {}
    named = {str(one.get("name")): str(one.get("title") or "") for one in groups}
    for name in dict.fromkeys([*named, *made]):
        group = made.get(name) or Group(name, named.get(name) or name)
        path = f"{instance}/{name}"
        yield Table(
            path=path,
            name=name,
            title=named.get(name) or group.title,
            level=group.level,
            switch=switch_of(path, status, tongue),
            rows=[_row(one, status, tongue) for one in group.monitors],
        )


def _row(one: Answer, status: Answer, tongue: Tongue) -> Row:
    items = [item for item in one["items"] if item["level"] == one["level"]]
    since = min((item["since"] for item in items if item["since"]), default=None)
    return Row(
        path=one["path"],
        name=one["title"] or one["path"].split("/", 2)[2],
        level=level_of(one),
        told=[_told(item, tongue) for item in items[:3]],
        since=tongue.moment(since, status["at"]),
        switch=switch_of(one["path"], status, tongue),
    )


def _told(item: Answer, tongue: Tongue) -> str:
    words = tongue.say(item["words"])
    return f"{item['item']}: {words}" if item["item"] else words
