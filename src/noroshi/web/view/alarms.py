"""Make the page of alarms in pieces: when it is opened, and again when something changed.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any
from urllib.parse import quote

from noroshi.core.levels import Level
from noroshi.core.translation import Message
from noroshi.operations.alarm_answers import AlarmRow, Alarms, ToldOf
from noroshi.operations.history_answers import Happened
from noroshi.operations.mail_answers import LedgerRow
from noroshi.web.view.language import Localizer
from noroshi.web.view.overview import AlarmPost, present_path, relay_of
from noroshi.web.view.templates import templates
from noroshi.web.view.tree import STEP, Instance, place_title

MOST_SHOWN = 200
DAY = timedelta(days=1)
PARTS = ("count", "chips", "open", "ended")
"""The fragments, each for the element of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarms:
    """Hold the open alarms, the recent events, the progress of the mails, and the names of
    machines, groups, monitors and routes."""

    tree: Mapping[str, Instance]
    route_titles: Mapping[str, str]
    alarms: Alarms
    events: Sequence[Happened]
    ledger: Sequence[LedgerRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmQuery:
    """Hold the filter of the alarms: those without a holder, those that contain a text; and the
    chosen ones, by path and item."""

    show: str = ""
    find: str = ""
    selection: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarm:
    """Show an alarm with the progress of the newest mail. `because`: nobody was notified;
    `notified_at`: when a notification was raised whose mail is not at hand; it may never have left."""

    alarm: AlarmRow
    key: str
    id: str
    name: str
    posts: Sequence[AlarmPost]
    far: str
    because: Message | None
    notified_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSelection:
    """Show a chosen alarm that is not open any more."""

    key: str
    id: str
    path: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedAlarm:
    """Show an alarm that ended, by the last event and with the present name of the monitor."""

    event: Happened
    id: str
    path: str
    name: str

    @property
    def reason(self) -> str:
        """Return why the monitor is not monitored any more; "" if it recovered."""
        return self.event.ended


def view(
    open_alarms: OpenAlarms,
    query: AlarmQuery,
    permissions: Mapping[str, bool],
    localizer: Localizer,
) -> Mapping[str, Any]:
    """Return all values that the fragments show."""
    alarms, now = open_alarms.alarms.rows, open_alarms.alarms.at
    rows = [row for row in alarms if _matches(row, query, open_alarms)]
    picked_rows = [row for row in rows[MOST_SHOWN:] if _key(row) in query.selection]
    newest = _newest_mails(open_alarms.ledger)
    shown_rows = [
        _row(one, open_alarms, newest, localizer) for one in (*rows[:MOST_SHOWN], *picked_rows)
    ]
    return {
        "may": permissions,
        "query": query,
        "picked": query.selection,
        "count": len(alarms),
        "nobody": sum(row.acknowledged is None for row in alarms),
        "rows": shown_rows,
        "gone": (
            list(_picked_and_ended(open_alarms, query.selection)) if permissions["act"] else []
        ),
        "more": len(rows) - len(shown_rows),
        "ended": list(ended_alarms(open_alarms, now)),
        "silences": open_alarms.alarms.silences,
        "called": lambda place: place_title(place, open_alarms.tree),
        "at": lambda instant: localizer.moment(instant, now),
        "level": localizer.level,
    }


def fragments(context: Mapping[str, Any], localizer: Localizer) -> Mapping[str, str]:
    """Return the fragments as HTML, escaped by the templates."""
    module: Any = templates(localizer.language).get_template("alarms_parts.html").module
    return {name: getattr(module, name)(context) for name in PARTS}


def _matches(row: AlarmRow, query: AlarmQuery, open_alarms: OpenAlarms) -> bool:
    if _key(row) in query.selection:  # what somebody has chosen is not taken away from them
        return True
    if query.show == "nobody" and row.acknowledged is not None:
        return False
    if not query.find:
        return True
    holder = row.acknowledged.who if row.acknowledged else ""
    name = place_title(row.path, open_alarms.tree)
    text = f"{row.path} {name} {row.item} {holder}".lower()
    return all(part in text for part in query.find.lower().split())


def key_of(path: str, item: str) -> str:
    """Return the key of an alarm in a form."""
    return f"{path} {item}"


def _key(row: AlarmRow) -> str:
    return key_of(row.path, row.item)


def alarm_page(path: str, item: str) -> str:
    """Return the address of an open alarm among all."""
    return f"/alarms?at={quote(key_of(path, item), safe='')}"


def _element_id(key: str) -> str:
    """Return the id of the alarm's HTML element: the same as long as the alarm is the same."""
    return f"a-{blake2s(key.encode(), digest_size=6).hexdigest()}"


def _newest_mails(ledger: Sequence[LedgerRow]) -> Mapping[str, LedgerRow]:
    """Return the newest mail of each alarm, of the mails at hand."""
    return {key_of(present_path(one), one.item): one for one in reversed(ledger)}


def _row(
    row: AlarmRow,
    open_alarms: OpenAlarms,
    newest: Mapping[str, LedgerRow],
    localizer: Localizer,
) -> OpenAlarm:
    """Return an alarm with the progress of the newest mail."""
    key, now = _key(row), open_alarms.alarms.at
    mail = newest.get(key)
    posts = tuple(relay_of(mail, now, localizer, open_alarms.route_titles)) if mail else ()
    stages = [one for one in posts if one.state]
    return OpenAlarm(
        alarm=row,
        key=key,
        id=_element_id(key),
        name=alarm_name(row.path, row.item, open_alarms),
        posts=posts,
        far=stages[-1].line if stages else "",
        because=_why_nobody_notified(row.told),
        notified_at=_notified_at(row.told),
    )


def _why_nobody_notified(notifications: Sequence[ToldOf]) -> Message | None:
    """Return why nobody was notified; None if somebody was."""
    if any(one.at for one in notifications):
        return None
    return next((one.because for one in notifications if one.reason is not None), None)


def _notified_at(notifications: Sequence[ToldOf]) -> datetime | None:
    """Return when somebody was notified last: the mail itself may be older than those at
    hand."""
    return max((one.at for one in notifications if one.at), default=None)


def _picked_and_ended(
    open_alarms: OpenAlarms, picked: frozenset[str]
) -> Iterator[EndedSelection]:
    """Yield the chosen alarms that are not open any more."""
    for key in sorted(picked - {_key(row) for row in open_alarms.alarms.rows}):
        path, _, item = key.partition(" ")
        name = alarm_name(path, item, open_alarms)
        yield EndedSelection(key=key, id=_element_id(key), path=path, name=name)


def ended_alarms(open_alarms: OpenAlarms, now: datetime) -> Iterator[EndedAlarm]:
    """Yield the items that recovered in the last day, the newest first, each item once."""
    known_items, since = set[tuple[str, str]](), now - DAY
    for one in open_alarms.events:
        path, item = present_path(one), one.item
        if (path, item) in known_items or one.at < since:
            continue
        known_items.add((path, item))
        if one.after is Level.OK and one.before is not Level.OK:
            id, name = _element_id(key_of(path, item)), alarm_name(path, item, open_alarms)
            yield EndedAlarm(event=one, id=id, path=path, name=name)


def alarm_name(path: str, item: str, open_alarms: OpenAlarms) -> str:
    """Return the name of an alarm: of its monitor, and of its item, by titles."""
    return STEP.join(filter(None, (place_title(path, open_alarms.tree), item)))
