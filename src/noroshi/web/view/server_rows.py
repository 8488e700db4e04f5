"""Make the row of each server on the overview: how it is measured, its values, its last day.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from noroshi.actions.phrases import quantity, span
from noroshi.core.sources import SourceKind
from noroshi.core.translation import Message, _, ngettext, pgettext
from noroshi.operations.server_answers import KeyQuantity, KeyValue, ServerRow, Servers, Spell
from noroshi.web.view.form_operations import address
from noroshi.web.view.language import Localizer
from noroshi.web.view.signs import Sign, level_sign
from noroshi.web.view.tree import NEW, STOPPED

SERVERS, ADD, WATCH = "/servers", "/servers/add", "/servers/watch"
MOST_ROWS = 30
"""The most rows of the overview; the page of servers has all."""
BY_NODE, OVER_NETWORK, OVER_SSH, OVER_WINRM, BY_AGENT = (
    _("this node"),
    _("network only"),
    _("SSH"),
    _("WinRM"),
    _("agent"),
)
ELSEWHERE = _("none (unknown source)")
SOURCES: Mapping[SourceKind, Message] = {
    SourceKind.NODE: BY_NODE,
    SourceKind.NETWORK: OVER_NETWORK,
    SourceKind.SSH: OVER_SSH,
    SourceKind.WINRM: OVER_WINRM,
    SourceKind.AGENT: BY_AGENT,
    SourceKind.OTHER_NODE: ELSEWHERE,
}
AGENT_VERSION = _("agent {version}")
QUANTITIES: Mapping[KeyQuantity, Message] = {
    KeyQuantity.CPU: pgettext("gauge", "CPU"),
    KeyQuantity.MEMORY: pgettext("gauge", "Memory"),
    KeyQuantity.RESPONSE: pgettext("gauge", "Response"),
}
NO_VALUE = pgettext("gauge", "no value")
INSIDE_UNSEEN = _("CPU, memory and disks: agent, SSH or WinRM required")
VALUES_OF = _("values from {at} ({length} ago)")
WIDE, HIGH, NARROWEST = 240, 20, 3
"""The band, in its own units; anything narrower could not be seen."""
HEIGHTS: Mapping[str, int] = {"ok": 3, "warning": 10, "critical": 20, "unknown": 20}
NOTHING_MONITORED = _("Nothing is monitored on this server yet.")
NOT_MEASURED = _("Not measured yet.")
MONITORING_STOPPED = _("Monitoring is stopped.")
NO_DATA_SINCE = _("No data since {at}")
NEVER_REPORTED = _("The agent has not reported yet.")
MAINTENANCE_UNTIL = _("Maintenance until {at}")
SILENCED_UNTIL = _("Silenced until {at}")
NOT_OK_SINCE = _("{level} since {at}")
OTHERS = ngettext("and {count} other problem", "and {count} other problems")
ALL_OVER = ngettext("{count} problem, ended {at}", "{count} problems, the last ended {at}")
QUIET_DAYS = ngettext("No problems for {count} day", "No problems for {count} days")
QUIET_SINCE = _("No problems since {at}")
QUIET_DAY = _("No problems in the last 24 hours")
BAND = _("{server}, last 24 hours: {words}")
WARNING_FROM, CRITICAL_FROM = _("warning limit {limit}"), _("critical limit {limit}")
DAY = timedelta(days=1)
MOST_NAMED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Hold one value on a slim bar of the width 100: `fill`, and the tick of the `limit`, which is
    -1 for none. A value without a scale has no bar (`has_bar`); `level` is "ok" unless the value
    is beyond a limit."""

    name: str
    value: str
    has_bar: bool
    fill: float
    limit: float
    limit_words: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Hold a stretch of the band: a level as a rectangle."""

    level: str
    x: float
    y: int
    width: float
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerGlance:
    """Hold the row of one server, in the reader's language. `id` is that of its element. `is_old`:
    the values are the last ones of an agent that is silent."""

    id: str
    title: str
    href: str
    sign: Sign
    system: str
    source: str
    monitors: int
    silent_since: str
    gauges: Sequence[Gauge]
    gauges_note: str
    is_old: bool
    band: Sequence[Stretch]
    band_label: str
    day: str
    day_mark: str
    details: str
    setup: str
    """The page that proposes monitors, where the server measures nothing yet; "" elsewhere."""


def shown_rows(servers: Servers) -> tuple[Sequence[ServerRow], int]:
    """Return the rows for the overview, and the number of servers without one. Of many servers,
    those that are not OK have a row before others do."""
    rows: Sequence[ServerRow] = servers.rows
    if len(rows) > MOST_ROWS:
        worst_rows = sorted(rows, key=lambda one: -one.level.severity)[:MOST_ROWS]
        rows = [one for one in rows if one in worst_rows]
    return rows, len(servers.rows) - len(rows) + servers.more


def agent_page(id: str) -> str:
    """Return the address of the page of an agent."""
    return f"{SERVERS}/agent/{quote(id, safe='')}"


def glance(row: ServerRow, servers: Servers, localizer: Localizer) -> ServerGlance:
    """Return the row of a server."""
    level = STOPPED if row.is_stopped else row.level.value if row.is_known else NEW
    mark, day, details = _day_words(row, servers, localizer)
    has_agent_page = row.agent_id and not row.name
    return ServerGlance(
        id=element_id(row),
        title=row.title,
        href=agent_page(row.agent_id)
        if has_agent_page
        else f"/instance/{quote(row.name, safe='')}",
        sign=level_sign(localizer, level),
        system=row.system,
        source=_source(row, localizer),
        monitors=row.monitors,
        silent_since=localizer.moment(row.last_contact, servers.at) if row.is_silent else "",
        gauges=[_gauge(one, localizer) for one in row.key_values],
        gauges_note=_gauges_note(row, servers, localizer),
        is_old=row.is_silent,
        band=tuple(_band(row, servers)) if row.is_known else (),
        band_label=localizer.say(BAND.fill(server=row.title, words=day)),
        day=day,
        day_mark=mark,
        details=details,
        setup="" if row.name else watch_page(row.agent),
    )


def element_id(row: ServerRow) -> str:
    """Return the id of the element of a server."""
    return f"server-{row.name}" if row.name else f"agent-{row.agent_id}"


def watch_page(agent: str) -> str:
    """Return the address of the page on which one chooses what to monitor on an agent's server."""
    return address(WATCH, agent=agent)


def watch_page_over_ssh(instance: str) -> str:
    """Return the address of the same page for an instance over SSH."""
    return address(WATCH, instance=instance)


def new_instance(agent: str, host: str) -> str:
    """Return the address of the form of an instance that an agent measures."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in agent.casefold())
    return address("/settings/instance", source=agent, address=host, title=agent, proposal=name)


def changing(row: ServerRow) -> tuple[object, ...]:
    """Return all of a row that a reader would see change: a value as it is written, without the
    time of the measurement."""
    values = (
        (one.path, one.item, one.level, None if one.value is None else f"{one.value:.2g}")
        for one in row.key_values
    )
    pauses = (row.silenced_until, row.maintenance_until, row.begins, row.quiet_since)
    agent = (row.agent, row.is_silent, row.system, row.version, row.source)
    state = (row.name, row.title, row.level, row.is_known, row.is_stopped, row.monitors)
    return (*state, *agent, *pauses, tuple(values), row.spells)


def _source(row: ServerRow, localizer: Localizer) -> str:
    if row.source is SourceKind.AGENT and row.version:
        return localizer.say(AGENT_VERSION.fill(version=row.version))
    return localizer.say(SOURCES[row.source])


def _gauges_note(row: ServerRow, servers: Servers, localizer: Localizer) -> str:
    if row.is_silent and row.key_values:
        measured_at = max(one.measured_at for one in row.key_values)
        return localizer.say(
            VALUES_OF.fill(
                at=localizer.moment(measured_at, servers.at),
                length=_length(servers.at - measured_at, localizer),
            )
        )
    sees_inside = any(one.quantity is not KeyQuantity.RESPONSE for one in row.key_values)
    if row.source is SourceKind.NETWORK and not sees_inside:
        return localizer.say(INSIDE_UNSEEN)
    return ""


def _gauge(one: KeyValue, localizer: Localizer) -> Gauge:
    name = QUANTITIES.get(one.quantity)
    return Gauge(
        name=localizer.say(name) if name is not None else one.title,
        value=localizer.say(NO_VALUE)
        if one.value is None
        else _value_text(one.value, one.unit, localizer),
        has_bar=one.value is not None and (one.unit == "%" or _limit(one) is not None),
        fill=_share(one, one.value),
        limit=-1 if _limit(one) is None else _share(one, _limit(one)),
        limit_words=_limit_words(one, localizer),
        level=one.level.value,
    )


def _value_text(value: float, unit: str, localizer: Localizer) -> str:
    return quantity(round(value) if unit == "%" else value, unit, localizer.language)


def _limit(one: KeyValue) -> float | None:
    return one.warning if one.warning is not None else one.critical


def _limit_words(one: KeyValue, localizer: Localizer) -> str:
    limit = _limit(one)
    if limit is None or not one.rising:
        return ""
    words = WARNING_FROM if one.warning is not None else CRITICAL_FROM
    return localizer.say(words.fill(limit=_value_text(limit, one.unit, localizer)))


def _share(one: KeyValue, value: float | None) -> float:
    """Return where a value stands on a bar of the width 100."""
    if value is None:
        return 0
    scale_values = [n for n in (one.value, one.warning, one.critical) if n is not None]
    full = 100.0 if one.unit == "%" else max(scale_values) * 1.2
    return round(min(max(100 * value / full, 0), 100), 1) if full else 0


def _band(row: ServerRow, servers: Servers) -> Iterator[Stretch]:
    """Yield the stretches of the last day, those of worse levels above others. Before the server
    was measured there is none."""
    yield _stretch("ok", row.begins, servers.at, servers)
    for one in sorted(row.spells, key=lambda spell: spell.level.severity):
        begins = max(one.begins, row.begins)
        yield _stretch(one.level.value, begins, one.ends or servers.at, servers)
    if row.is_silent and row.last_contact is not None:
        begins = max(row.last_contact, servers.day_begins)
        yield _stretch("unknown", begins, servers.at, servers)


def _stretch(level: str, begins: datetime, ends: datetime, servers: Servers) -> Stretch:
    length = (servers.at - servers.day_begins) / timedelta(seconds=WIDE)
    start = (begins - servers.day_begins) / timedelta(seconds=1) / length
    end = (ends - servers.day_begins) / timedelta(seconds=1) / length
    width = max(end - start, NARROWEST)
    height = HEIGHTS[level]
    return Stretch(
        level=level,
        x=round(min(start, WIDE - width), 1),
        y=HIGH - height,
        width=round(width, 1),
        height=height,
    )


def pause_words(row: ServerRow, now: datetime, localizer: Localizer) -> str:
    """Say until when nothing is told of a server; "" if it is told."""
    ends_at = row.maintenance_until or row.silenced_until
    if ends_at is None:
        return ""
    words = MAINTENANCE_UNTIL if row.maintenance_until else SILENCED_UNTIL
    return localizer.say(words.fill(at=localizer.moment(ends_at, now)))


def _day_words(row: ServerRow, servers: Servers, localizer: Localizer) -> tuple[str, str, str]:
    """Return a mark ("" for none), what the day was like, and what of it needs a second line."""
    say, at = localizer.say, servers.at
    if not row.name:
        return "", say(NOTHING_MONITORED), ""
    if row.problem is not None:
        return "unknown", say(row.problem), ""
    if row.is_stopped:
        return "paused", say(MONITORING_STOPPED), ""
    if row.is_silent:
        last_contact = localizer.moment(row.last_contact, at)
        words = NO_DATA_SINCE.fill(at=last_contact) if last_contact else NEVER_REPORTED
        return "unknown", say(words), ""
    if pause := pause_words(row, at, localizer):
        mark = "maintenance" if row.maintenance_until else "silent"
        return mark, pause, _present(row, localizer)
    if not row.is_known:
        return "", say(NOT_MEASURED), ""
    return _measured_day(row, servers, localizer)


def _measured_day(
    row: ServerRow, servers: Servers, localizer: Localizer
) -> tuple[str, str, str]:
    current_spells = [one for one in row.spells if one.ends is None]
    if current_spells:
        worst = max(
            current_spells, key=lambda one: (one.level.severity, -one.begins.timestamp())
        )
        words = NOT_OK_SINCE.fill(
            level=localizer.level(worst.level), at=localizer.moment(worst.begins, servers.at)
        )
        return worst.level.value, localizer.say(words), _present(row, localizer)
    if past_spells := [one for one in row.spells if not one.follows]:
        ends = max(one.ends for one in row.spells if one.ends is not None)
        words = ALL_OVER.fill(count=len(past_spells), at=localizer.moment(ends, servers.at))
        return "", localizer.say(words), _names(past_spells, localizer)
    return "", _quiet_words(row, servers, localizer), ""


def _present(row: ServerRow, localizer: Localizer) -> str:
    """Return what is not OK now: the worst of it by name, and how many more there are."""
    current_spells = sorted(
        (one for one in row.spells if one.ends is None), key=lambda one: -one.level.severity
    )
    if not current_spells:
        return ""
    more = len(current_spells) - 1
    other_problems = localizer.say(OTHERS.fill(count=more)) if more else ""
    return " ".join(filter(None, (_name(current_spells[0]), other_problems)))


def _names(spells: Sequence[Spell], localizer: Localizer) -> str:
    names = list(dict.fromkeys(map(_name, spells)))
    ellipsis = ["…"] if len(names) > MOST_NAMED else []
    return localizer.say(_(", ")).join((*names[:MOST_NAMED], *ellipsis))


def _name(spell: Spell) -> str:
    return f"{spell.title} {spell.item}".strip()


def _quiet_words(row: ServerRow, servers: Servers, localizer: Localizer) -> str:
    quiet_since = row.quiet_since
    if quiet_since is not None and servers.at - quiet_since >= DAY:
        return localizer.say(QUIET_DAYS.fill(count=(servers.at - quiet_since).days))
    if row.begins > servers.day_begins:
        return localizer.say(QUIET_SINCE.fill(at=localizer.moment(row.begins, servers.at)))
    return localizer.say(QUIET_DAY)


def _length(length: timedelta, localizer: Localizer) -> str:
    return localizer.say(span(length))
