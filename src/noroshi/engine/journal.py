"""What the node's own log says of its work: one event, one line, `key=value` after the words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from noroshi.core.delivery import Accepted, Fate, NextRoute, RestRoute, Retry, SetAside
from noroshi.core.mail import Envelope, Parcel
from noroshi.core.model import Event
from noroshi.core.words import Words

log = logging.getLogger("noroshi")


def took_up(version: int, monitors: int, routes: Iterable[str]) -> None:
    """From now on another set of definitions is in use."""
    log.info(
        "definitions in use version=%d monitors=%d routes=%s",
        version,
        monitors,
        ",".join(routes),
    )


def happened(events: Iterable[Event]) -> None:
    """Written down: items changed level, or were told of again."""
    for event in events:
        log.info(
            "level %s > %s monitor=%s item=%r event=%s",
            event.before.name,
            event.after.name,
            event.path,
            event.item,
            event.id,
        )


def out_of_step(slept: float, moved: float) -> None:
    """The process was stopped, the machine asleep, or the clock was set (seconds)."""
    log.warning("clocks out of step slept=%.1f set=%.1f", slept, moved)


def told_without_spool(telling: Envelope, route: str | None) -> None:
    """The store takes nothing, so this was sent past it; None: no route took it."""
    if route is None:
        log.error("no route took what the store cannot keep to=%s", telling.contact)
    else:
        log.warning("told without the queue route=%s to=%s", route, telling.contact)


def seen_arrived(route: str, seconds: float) -> None:
    """The day's mail by a route is in its own mailbox."""
    log.info("mail seen arrived route=%s took=%.0fs", route, seconds)


def came_back(mail: str, said: str) -> None:
    """A provider took a mail, and reports that it was not delivered."""
    log.error("mail came back id=%s: %s", mail, said)


def mailbox_unreadable(account: str, why: Words) -> None:
    """Until it can be read, nothing of what arrives or comes back is known."""
    log.warning("mailbox cannot be read account=%s: %s", account, why.en)


def mailbox_readable(account: str) -> None:
    """It can be read again."""
    log.info("mailbox is read again account=%s", account)


def settled(parcel: Parcel, its: Fate, before: Words | None = None) -> None:
    """An attempt came to an end. A route that stays down is not told of again, unless for
    another reason than the one before it."""
    mail, route = parcel.envelope.id, parcel.route
    was_down = parcel.down_since is not None
    if was_down and not isinstance(its, RestRoute):
        log.info("route is back route=%s", route)
    match its:
        case Accepted():
            log.info("mail accepted route=%s id=%s", route, mail)
        case Retry(at=at, why=why):
            log.warning("mail deferred until=%s route=%s id=%s: %s", at, route, mail, why.en)
        case NextRoute(why=why):
            log.warning(
                "mail goes on by the next route route=%s id=%s: %s", route, mail, why.en
            )
        case SetAside(why=why):
            log.error("mail set aside route=%s id=%s: %s", route, mail, why.en)
        case RestRoute(why=why) if not was_down:
            log.warning("route down, its mail waits route=%s: %s", route, why.en)
        case RestRoute(why=why) if before is not None and _gist(why) != _gist(before):
            log.warning("route still down, for another reason route=%s: %s", route, why.en)


def looked(route: str, its: RestRoute | None) -> None:
    """A look at a route without a mail; one that stays down is not told of again."""
    if its is None:
        log.info("route is back route=%s", route)


def _gist(why: Words) -> str:
    """What was said, without the numbers, times and names that a server puts into each answer."""
    return re.sub(r"\[[^\]]*\]|<[^>]*>|\S*\d\S*", "", why.en)
