"""Write the node's own log of its work: one event, one line, `key=value` after the words."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from noroshi.core.delivery import Accepted, Fate, NextRoute, OpenCircuit, Retry, SetAside
from noroshi.core.mail import Envelope, Parcel
from noroshi.core.model import Event
from noroshi.core.reply_text import without_numbers
from noroshi.core.translation import Message

log = logging.getLogger("noroshi")


def version_in_use(version: int, monitors: int, routes: Iterable[str]) -> None:
    """Log that another version of the definitions is in use from now on."""
    log.info(
        "definitions in use version=%d monitors=%d routes=%s",
        version,
        monitors,
        ",".join(routes),
    )


def levels_changed(events: Iterable[Event]) -> None:
    """Log events that were committed: items changed level, or were told of again."""
    for event in events:
        log.info(
            "level %s > %s monitor=%s item=%r event=%s",
            event.before.name,
            event.after.name,
            event.path,
            event.item,
            event.id,
        )


def clocks_out_of_step(elapsed: float, clock_shift: float) -> None:
    """Log that the process was stopped, the machine asleep, or the clock was set (seconds)."""
    log.warning("clocks out of step slept=%.1f set=%.1f", elapsed, clock_shift)


def sent_past_spool(mail: Envelope, route: str | None) -> None:
    """Log a mail that was sent past the store, as it takes nothing; None: no route took it."""
    if route is None:
        log.error("no route took what the store cannot keep to=%s", mail.contact)
    else:
        log.warning("told without the queue route=%s to=%s", route, mail.contact)


def mail_arrived(route: str, seconds: float) -> None:
    """Log that the day's mail by a route is in the mailbox of the route."""
    log.info("mail seen arrived route=%s took=%.0fs", route, seconds)


def mail_bounced(mail: str, report: str) -> None:
    """Log that a provider took a mail, and reports that it was not delivered."""
    log.error("mail came back id=%s: %s", mail, report)


def mailbox_unreadable(account: str, reason: Message) -> None:
    """Log that a mailbox cannot be read: until it can, nothing of what arrives or comes back is
    known."""
    log.warning("mailbox cannot be read account=%s: %s", account, reason.en)


def mailbox_readable(account: str) -> None:
    """Log that a mailbox can be read again."""
    log.info("mailbox is read again account=%s", account)


def attempt_settled(
    parcel: Parcel, fate: Fate, previous_trouble: Message | None = None
) -> None:
    """Log how an attempt ended. A route that stays down is not logged again, unless for another
    reason than the one before."""
    mail, route = parcel.envelope.id, parcel.route
    was_down = parcel.down_since is not None
    if was_down and not isinstance(fate, OpenCircuit):
        log.info("route is back route=%s", route)
    match fate:
        case Accepted():
            log.info("mail accepted route=%s id=%s", route, mail)
        case Retry(retry_at=retry_at, reason=reason):
            log.warning(
                "mail deferred until=%s route=%s id=%s: %s", retry_at, route, mail, reason.en
            )
        case NextRoute(reason=reason):
            log.warning(
                "mail goes on by the next route route=%s id=%s: %s", route, mail, reason.en
            )
        case SetAside(reason=reason):
            log.error("mail set aside route=%s id=%s: %s", route, mail, reason.en)
        case OpenCircuit(reason=reason) if not was_down:
            log.warning("route down, its mail waits route=%s: %s", route, reason.en)
        case OpenCircuit(reason=reason) if previous_trouble is not None and not same_reason(
            reason, previous_trouble
        ):
            log.warning("route still down, for another reason route=%s: %s", route, reason.en)


def route_probed(route: str, fate: OpenCircuit | None) -> None:
    """Log the probe of a route; one that stays down is not logged again."""
    if fate is None:
        log.info("route is back route=%s", route)


def same_reason(first: Message, second: Message) -> bool:
    """Return True if two reasons are the same but for the numbers, times and names that a
    server puts into each of its answers."""
    if _has_no_places(first) or _has_no_places(second):
        # somebody else's words, or a row of before
        return without_numbers(first.en) == without_numbers(second.en)
    return _wording(first) == _wording(second) and all(
        _same_argument(first.arguments.get(name), second.arguments.get(name))
        for name in first.arguments.keys() | second.arguments.keys()
    )


def _has_no_places(text: Message) -> bool:
    return text.translations is not None and not text.arguments


def _wording(text: Message) -> str:
    """Return the wording of today, unfilled, whichever wording the text was stored under."""
    return text.with_arguments({}).en


def _same_argument(first: object, second: object) -> bool:
    if isinstance(first, Message) and isinstance(second, Message):
        return same_reason(first, second)
    if isinstance(first, str) and isinstance(second, str):
        return without_numbers(first) == without_numbers(second)
    return isinstance(first, Message) == isinstance(second, Message)
