"""Name the actions that the search offers: what can be added, and what can be done with each server
and monitor. Each leads to a form, which does nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.roles import ADMIN, OPERATOR
from noroshi.core.translation import Message, _
from noroshi.operations.server_answers import ServerRow
from noroshi.operations.status_answers import MonitorStatus
from noroshi.web.view.language import Localizer
from noroshi.web.view.tree import STEP

ADDITIONS: tuple[tuple[Message, str], ...] = (
    (_("Add a server"), "/servers/add"),
    (_("Add from a blueprint"), "/add"),
    (_("Add a contact"), "/settings/contact"),
    (_("Add a rule"), "/settings/rule"),
    (_("Add a system notification"), "/settings/notification"),
    (_("Add a route"), "/mail/new"),
)
PLAN = _("Plan maintenance")
SILENCE = _("Silence “{name}”…")
MEASURE = _("Measure “{name}” now…")
ADD_TO = _("Add monitors to “{name}”…")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAction:
    """Hold one action: its form, and the least role that may use the form. `words` are others by
    which people know what it is done with."""

    name: str
    href: str
    role: str
    place: str = ""
    words: str = ""


def actions_of(
    servers: Iterable[ServerRow], monitors: Iterable[MonitorStatus], localizer: Localizer
) -> Iterator[SearchAction]:
    """Yield all actions: those about everything first, then those with servers, with monitors."""
    for title, href in ADDITIONS:
        yield SearchAction(name=localizer.say(title), href=href, role=ADMIN)
    yield SearchAction(name=localizer.say(PLAN), href="/alarms/maintenance", role=OPERATOR)
    for row in servers:
        if row.name and row.name != OWN_INSTANCE:
            yield from _with_server(row, localizer)
    for monitor in monitors:
        if not monitor.path.startswith(f"{OWN_INSTANCE}/"):
            yield _measurement(monitor, localizer)


def _with_server(row: ServerRow, localizer: Localizer) -> Iterator[SearchAction]:
    name, words = quote(row.name, safe=""), f"{row.name} {row.address} {row.agent}"
    yield SearchAction(
        name=localizer.say(SILENCE.fill(name=row.title)),
        href=f"/alarms?place={name}#silence",
        role=OPERATOR,
        place=row.address,
        words=words,
    )
    yield SearchAction(
        name=localizer.say(ADD_TO.fill(name=row.title)),
        href=f"/add?to={name}",
        role=ADMIN,
        place=row.address,
        words=words,
    )


def _measurement(monitor: MonitorStatus, localizer: Localizer) -> SearchAction:
    instance, group, name = monitor.path.split("/", 2)
    place = f"{monitor.instance_title or instance}{STEP}{monitor.group_title or group}"
    return SearchAction(
        name=localizer.say(MEASURE.fill(name=monitor.title or name)),
        href=f"/try/{quote(monitor.path)}",
        role=ADMIN,
        place=place,
        words=f"{place} {monitor.path}",
    )
