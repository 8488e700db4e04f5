"""Make the page of alarms in pieces: when it is opened, and again when something changed.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

from noroshi.core.levels import Level
from noroshi.web.view.language import Localizer
from noroshi.web.view.overview import as_called_now, relay_of
from noroshi.web.view.templates import templates
from noroshi.web.view.tree import STEP, Instance, called

Answer = Mapping[str, Any]
MOST_SHOWN = 200
DAY = timedelta(days=1)
PARTS = ("count", "chips", "open", "ended")
"""The fragments, each for the element of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarms:
    """Hold what is open, what happened of late, how far the mails have come; and what machines,
    groups, monitors and routes are called."""

    tree: Mapping[str, Instance]
    route_titles: Mapping[str, str]
    alarms: Answer
    events: Sequence[Answer]
    ledger: Sequence[Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmQuery:
    """Hold which alarms somebody asked to see: those that nobody has, those in which a text
    stands; and which they have chosen, by path and item."""

    show: str = ""
    find: str = ""
    picked: frozenset[str] = frozenset()


def view(
    open_alarms: OpenAlarms, query: AlarmQuery, may: Answer, localizer: Localizer
) -> Mapping[str, Any]:
    """Return all that the fragments show."""
    alarms, now = open_alarms.alarms["rows"], open_alarms.alarms["at"]
    rows = [row for row in alarms if _matches(row, query, open_alarms)]
    picked_rows = [row for row in rows[MOST_SHOWN:] if key_of(row) in query.picked]
    newest = _newest_mails(open_alarms.ledger)
    shown_rows = [
        _row(one, open_alarms, newest, localizer) for one in (*rows[:MOST_SHOWN], *picked_rows)
    ]
    return {
        "may": may,
        "query": query,
        "picked": query.picked,
        "count": len(alarms),
        "nobody": sum(row["acknowledged"] is None for row in alarms),
        "rows": shown_rows,
        "gone": list(_picked_and_ended(open_alarms, query.picked)) if may["act"] else [],
        "more": len(rows) - len(shown_rows),
        "ended": list(_ended(open_alarms, now)),
        "silences": open_alarms.alarms["silences"],
        "called": lambda place: called(place, open_alarms.tree),
        "at": lambda instant: localizer.moment(instant, now),
        "level": localizer.level,
    }


def fragments(context: Mapping[str, Any], localizer: Localizer) -> Mapping[str, str]:
    """Return the fragments as HTML, escaped by the templates."""
    module: Any = templates(localizer.language).get_template("alarms_parts.html").module
    return {name: getattr(module, name)(context) for name in PARTS}


def _matches(row: Answer, query: AlarmQuery, open_alarms: OpenAlarms) -> bool:
    if key_of(row) in query.picked:  # what somebody has chosen is not taken away from them
        return True
    if query.show == "nobody" and row["acknowledged"]:
        return False
    if not query.find:
        return True
    holder = row["acknowledged"]["who"] if row["acknowledged"] else ""
    name = called(row["path"], open_alarms.tree)
    text = f"{row['path']} {name} {row['item']} {holder}".lower()
    return all(part in text for part in query.find.lower().split())


def key_of(row: Answer) -> str:
    """Return the key of an alarm in a form."""
    return f"{row['path']} {row['item']}"


def _element_id(key: str) -> str:
    """Return the id of its element, which stays the same as long as the alarm is the same."""
    return f"a-{blake2s(key.encode(), digest_size=6).hexdigest()}"


def _newest_mails(ledger: Sequence[Answer]) -> Mapping[str, Answer]:
    """Return by alarm its newest mail, of those that are at hand."""
    return {key_of(as_called_now(one)): one for one in reversed(ledger)}


def _row(
    row: Answer, open_alarms: OpenAlarms, newest: Mapping[str, Answer], localizer: Localizer
) -> Mapping[str, Any]:
    """Return an alarm with the progress of its newest mail."""
    mail, now = newest.get(key_of(row)), open_alarms.alarms["at"]
    posts = tuple(relay_of(mail, now, localizer, open_alarms.route_titles)) if mail else ()
    reached = [one for one in posts if one.state]
    return {
        **row,
        "key": key_of(row),
        "id": _element_id(key_of(row)),
        "name": _name(row["path"], row["item"], open_alarms),
        "posts": posts,
        "far": f"{reached[-1].name} {reached[-1].text}".strip() if reached else "",
        "because": _why_nobody_notified(row["told"]),
        "notified_at": _notified_at(row["told"]),
    }


def _why_nobody_notified(notifications: Sequence[Answer]) -> Answer | None:
    """Return why nobody was notified; None if somebody was."""
    if any(one["at"] for one in notifications):
        return None
    return next((one["because"] for one in notifications if one["reason"]), None)


def _notified_at(notifications: Sequence[Answer]) -> str | None:
    """Return when somebody was notified last: the mail itself may be older than those at
    hand."""
    return max(
        (one["at"] for one in notifications if one["at"]),
        key=datetime.fromisoformat,
        default=None,
    )


def _picked_and_ended(
    open_alarms: OpenAlarms, picked: frozenset[str]
) -> Iterator[Mapping[str, str]]:
    """Yield the chosen alarms that are not open any more."""
    for key in sorted(picked - {key_of(row) for row in open_alarms.alarms["rows"]}):
        path, _, item = key.partition(" ")
        yield {
            "key": key,
            "id": _element_id(key),
            "path": path,
            "name": _name(path, item, open_alarms),
        }


def _ended(open_alarms: OpenAlarms, now: str) -> Iterator[Mapping[str, Any]]:
    """Yield the items that recovered in the last day, the newest first, each item once."""
    known_items, since = set[tuple[str, str]](), datetime.fromisoformat(now) - DAY
    for one in map(as_called_now, open_alarms.events):
        item_key = (one["path"], one["item"])
        if item_key in known_items or datetime.fromisoformat(one["at"]) < since:
            continue
        known_items.add(item_key)
        if one["after"] == Level.OK.value and one["before"] != Level.OK.value:
            yield {**one, "id": _element_id(key_of(one)), "name": _name(*item_key, open_alarms)}


def _name(path: str, item: str, open_alarms: OpenAlarms) -> str:
    return STEP.join(filter(None, (called(path, open_alarms.tree), item)))
