"""The page of alarms in pieces: written when it is opened, and again when something moved. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

from noroshi.core.levels import Level
from noroshi.web.view.language import Tongue
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
    ways: Mapping[str, str]
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
    known: OpenAlarms, query: AlarmQuery, may: Answer, tongue: Tongue
) -> Mapping[str, Any]:
    """All that the fragments show."""
    every, now = known.alarms["rows"], known.alarms["at"]
    rows = [row for row in every if _fits(row, query, known)]
    rest = [row for row in rows[MOST_SHOWN:] if key_of(row) in query.picked]
    newest = _newest(known.ledger)
    shown = [_row(one, known, newest, tongue) for one in (*rows[:MOST_SHOWN], *rest)]
    return {
        "may": may,
        "query": query,
        "picked": query.picked,
        "count": len(every),
        "nobody": sum(row["acknowledged"] is None for row in every),
        "rows": shown,
        "gone": list(_gone(known, query.picked)) if may["act"] else [],
        "more": len(rows) - len(shown),
        "ended": list(_ended(known, now)),
        "silences": known.alarms["silences"],
        "called": lambda place: called(place, known.tree),
        "at": lambda instant: tongue.moment(instant, now),
        "level": tongue.level,
    }


def fragments(shown: Mapping[str, Any], tongue: Tongue) -> Mapping[str, str]:
    """They as HTML, escaped by the templates."""
    made: Any = templates(tongue.language).get_template("alarms_parts.html").module
    return {name: getattr(made, name)(shown) for name in PARTS}


def _fits(row: Answer, query: AlarmQuery, known: OpenAlarms) -> bool:
    if key_of(row) in query.picked:  # what somebody has chosen is not taken away from them
        return True
    if query.show == "nobody" and row["acknowledged"]:
        return False
    if not query.find:
        return True
    holder = row["acknowledged"]["who"] if row["acknowledged"] else ""
    name = called(row["path"], known.tree)
    text = f"{row['path']} {name} {row['item']} {holder}".lower()
    return all(part in text for part in query.find.lower().split())


def key_of(row: Answer) -> str:
    """Return what a form calls it."""
    return f"{row['path']} {row['item']}"


def _id(key: str) -> str:
    """The name of its element: the same as long as it is the same."""
    return f"a-{blake2s(key.encode(), digest_size=6).hexdigest()}"


def _newest(ledger: Sequence[Answer]) -> Mapping[str, Answer]:
    """Return by alarm its newest mail, of those that are at hand."""
    return {key_of(as_called_now(one)): one for one in reversed(ledger)}


def _row(
    row: Answer, known: OpenAlarms, newest: Mapping[str, Answer], tongue: Tongue
) -> Mapping[str, Any]:
    """An alarm with how far its newest mail has come."""
    its, now = newest.get(key_of(row)), known.alarms["at"]
    posts = tuple(relay_of(its, now, tongue, known.ways)) if its else ()
    last = [one for one in posts if one.state]
    return {
        **row,
        "key": key_of(row),
        "id": _id(key_of(row)),
        "name": _name(row["path"], row["item"], known),
        "posts": posts,
        "far": f"{last[-1].name} {last[-1].told}".strip() if last else "",
        "because": _because(row["told"]),
        "told_at": _told_at(row["told"]),
    }


def _because(told: Sequence[Answer]) -> Answer | None:
    """Return why nobody was told, if nobody was."""
    if any(one["at"] for one in told):
        return None
    return next((one["because"] for one in told if one["reason"]), None)


def _told_at(told: Sequence[Answer]) -> str | None:
    """Return when somebody was told last: the mail itself may be older than those at hand."""
    return max(
        (one["at"] for one in told if one["at"]), key=datetime.fromisoformat, default=None
    )


def _gone(known: OpenAlarms, picked: frozenset[str]) -> Iterator[Mapping[str, str]]:
    """Return what was chosen and is not open any more."""
    for key in sorted(picked - {key_of(row) for row in known.alarms["rows"]}):
        path, _, item = key.partition(" ")
        yield {"key": key, "id": _id(key), "path": path, "name": _name(path, item, known)}


def _ended(known: OpenAlarms, now: str) -> Iterator[Mapping[str, Any]]:
    """Return what was bad and is not since less than a day, the newest first, each item
    once."""
    seen, since = set[tuple[str, str]](), datetime.fromisoformat(now) - DAY
    for one in map(as_called_now, known.events):
        key = (one["path"], one["item"])
        if key in seen or datetime.fromisoformat(one["at"]) < since:
            continue
        seen.add(key)
        if one["after"] == Level.OK.value and one["before"] != Level.OK.value:
            yield {**one, "id": _id(key_of(one)), "name": _name(*key, known)}


def _name(path: str, item: str, known: OpenAlarms) -> str:
    return STEP.join(filter(None, (called(path, known.tree), item)))
