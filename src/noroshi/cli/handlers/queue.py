"""`noroshi queue`: what waits to be sent, why it waits, and trying again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.routes import listed
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _, bilingual, ngettext

Answer = Mapping[str, Any]
NOTHING_WAITS = _("No mail is waiting.")
STATES: Mapping[str, Message] = {
    DeliveryState.WAITING: _("waiting"),
    DeliveryState.OUT: _("being sent"),
    DeliveryState.SET_ASIDE: _("set aside"),
    DeliveryState.HELD: _("held"),
    DeliveryState.ACCEPTED: _("accepted"),
    DeliveryState.SEEN_ARRIVED: _("arrival confirmed"),
    DeliveryState.CAME_BACK: _("came back"),
    DeliveryState.DROPPED: _("given up"),
    DeliveryState.IN_DIGEST: _("in a digest"),
    DeliveryState.SET_ASIDE_IN_DIGEST: _("set aside in a digest"),
}
NOW = _("now")
WAITS_FOR = _("waiting for {routes}: {because}")
WAITS_FOR_ONE = _("waiting for one of {routes}: {because}")
HEAD = (_("STATE"), _("ID"), _("TO"), _("NEXT TRY"), _("TRIES"), _("SUBJECT"))
NOT_PROVED = _("arrival not confirmed")
FIELDS: Mapping[str, Message] = {
    "id": _("ID"),
    "state": _("state"),
    "contact": _("contact"),
    "to": _("remaining addresses"),
    "reached": _("accepted for"),
    "refused": _("refused for"),
    "subject": _("subject"),
    "routes": _("remaining routes"),
    "born": _("created"),
    "next": _("next try"),
    "because": _("reason for waiting"),
    "unproved": NOT_PROVED,
    "alarms": _("alarms"),
    "members": _("digest of"),
}
ATTEMPTS = _("Attempts")
NO_ATTEMPT = _("No attempt has finished yet.")
VERDICTS: Mapping[str, Message] = {
    "accepted": _("accepted"),
    "deferred": _("deferred"),
    "refused": _("refused"),
    "route down": _("route down"),
}
SO_OFTEN = ngettext("{first}–{last} ({count} time)", "{first}–{last} ({count} times)")
TEXT = _("Text")
TRIED_AGAIN = _("{id} is retried now: {subject}")
IS_HELD = _("{id} is held, and the mails behind it wait too: {subject}")
IS_SEEN = _("Arrival of {id} is confirmed: {subject}")
IS_DROPPED = _("{id} was given up and will not be sent: {subject}")
IS_EDITED = _("{id} will be sent to {to} by {routes}.")
TO_LET_GO = _("{because}; to release it: noroshi queue release {id}")
HOW_TO_RELEASE = _("It is not sent until you release it: noroshi queue release {id}")
NOTHING_TO_EDIT = _("specify the change with --to or --route")
NOBODY_SENDS = _("No node is running. The mail is sent once noroshi serve runs.")


def list_(asked: CommandContext) -> int:
    """Print what waits and what was set aside, oldest first."""
    found = asked.call("queue_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NOTHING_WAITS))
    else:
        now = datetime.now(UTC)
        print("\n".join(_list(asked, found, now)))
    return exits.DONE


def show(asked: CommandContext) -> int:
    """One envelope, its attempts, when it is next tried and why."""
    letter = asked.call("queue_show", id=asked.given.id)
    if asked.given.json:
        asked.print_json(letter)
    else:
        print("\n".join(_letter(asked, letter, datetime.now(UTC))))
    return exits.DONE


def retry(asked: CommandContext) -> int:
    """Make it due now."""
    return _goes(asked, asked.call("queue_retry", id=asked.given.id))


def hold(asked: CommandContext) -> int:
    """Keep one from leaving."""
    one = asked.call("queue_hold", id=asked.given.id)
    print(asked.say(IS_HELD.fill(id=one["id"], subject=one["subject"])))
    return exits.DONE


def release(asked: CommandContext) -> int:
    """Let one go that was held or set aside."""
    return _goes(asked, asked.call("queue_release", id=asked.given.id))


def seen(asked: CommandContext) -> int:
    """Somebody has it before their eyes."""
    one = asked.call("queue_seen", id=asked.given.id)
    print(asked.say(IS_SEEN.fill(id=one["id"], subject=one["subject"])))
    return exits.DONE


def drop(asked: CommandContext) -> int:
    """Give one up."""
    one = asked.call("queue_drop", id=asked.given.id)
    print(asked.say(IS_DROPPED.fill(id=one["id"], subject=one["subject"])))
    return exits.DONE


def edit(asked: CommandContext) -> int:
    """Give one other addresses or routes."""
    given = asked.given
    if not given.to and not given.route:
        given.parser.refuse(NOTHING_TO_EDIT)
    one = asked.call("queue_edit", id=given.id, to=given.to, routes=given.route)
    routes = listed(asked, one["routes"], one["marks"], " > ")
    print(asked.say(IS_EDITED.fill(id=one["id"], to=", ".join(one["to"]), routes=routes)))
    if one["state"] in (DeliveryState.HELD, DeliveryState.SET_ASIDE):
        print(asked.say(HOW_TO_RELEASE.fill(id=one["id"])))
    return exits.DONE


def _goes(asked: CommandContext, one: Answer) -> int:
    print(asked.say(TRIED_AGAIN.fill(id=one["id"], subject=one["subject"])))
    if not asked.running:
        print(asked.say(NOBODY_SENDS))
    return exits.DONE


def _list(asked: CommandContext, found: Sequence[Answer], now: datetime) -> Iterator[str]:
    """A row for each, and below it why it is still here."""
    rows = [[asked.say(words) for words in HEAD], *(_row(asked, one, now) for one in found)]
    head, *lines = table(rows)
    yield head
    for line, one in zip(lines, found, strict=True):
        yield line
        if why := asked.say(_why(asked, one)):
            yield f"    {why}"


def _why(asked: CommandContext, one: Answer) -> Message:
    because = _because(one)
    if one["state"] != DeliveryState.WAITING:
        return because
    routes = listed(asked, one["routes"], one["marks"], ", ")
    words = WAITS_FOR if len(one["routes"]) == 1 else WAITS_FOR_ONE
    return words.fill(routes=routes, because=because)


def _because(one: Answer) -> Message:
    because = bilingual(**one["because"])
    if one["state"] != DeliveryState.HELD:
        return because
    return TO_LET_GO.fill(because=because, id=one["id"])


def _next(asked: CommandContext, one: Answer, now: datetime) -> str:
    """When it may next be sent; a moment that is past means that it is due."""
    if one["next"] and datetime.fromisoformat(one["next"]) <= now:
        return asked.say(NOW)
    return clock(one["next"], now)


def _row(asked: CommandContext, one: Answer, now: datetime) -> Sequence[str]:
    return (
        asked.say(STATES[one["state"]]),
        one["id"],
        one["contact"],
        _next(asked, one, now),
        str(one["attempts"]),
        one["subject"],
    )


def _letter(asked: CommandContext, letter: Answer, now: datetime) -> Iterator[str]:
    one = letter["queued"]
    told = {
        **one,
        "state": asked.say(STATES[one["state"]]),
        "to": ", ".join(one["to"]) if one["state"] not in SENT else "",
        "reached": ", ".join(letter["reached"]),
        "refused": ", ".join(letter["refused"]),
        "routes": _left(asked, one),
        "born": clock(one["born"], now),
        "next": _next(asked, one, now),
        "because": asked.say(_because(one)),
        "unproved": asked.say(letter["unproved"]),
        "alarms": ", ".join(letter["alarms"]),
        "members": ", ".join(letter["members"]),
    }
    rows = [(asked.say(words), told[name]) for name, words in FIELDS.items() if told[name]]
    yield from table(rows)
    yield from ("", asked.say(ATTEMPTS))
    if not letter["tried"]:
        yield f"  {asked.say(NO_ATTEMPT)}"
    tries = [[_said(asked, a, s, now) for s in a["said"]] for a in letter["tried"]]
    yield from (f"  {line}" for line in table(_folded(asked, tries)))
    became = [_became(asked, one, now) for one in letter["arrived"]]
    yield from (f"  {line}" for line in table(became))
    yield from ("", asked.say(TEXT))
    yield from (f"  {line}".rstrip() for line in letter["text"].splitlines())


def _became(asked: CommandContext, arrived: Answer, now: datetime) -> Sequence[str]:
    """Say what became of it for one address, once it was taken."""
    words = asked.say(STATES[arrived["state"]])
    return (
        clock(arrived["at"], now),
        words,
        arrived["address"],
        arrived["said"] or arrived["by"],
    )


def _left(asked: CommandContext, one: Answer) -> str:
    routes = one["routes"] if one["state"] not in SENT else ()
    return listed(asked, routes, one["marks"], " > ")


def _said(asked: CommandContext, attempt: Answer, said: Answer, now: datetime) -> Sequence[str]:
    told_twice = said["text"].startswith(said["enhanced"])  # SMTP's texts begin with it
    parts = (said["code"], "" if told_twice else said["enhanced"], said["text"])
    ours, theirs = asked.say(said["words"]), " ".join(str(part) for part in parts if part)
    if ours and not said["quoted"]:
        ours = f"{ours} ({theirs})"
    return (
        clock(attempt["at"], now),
        asked.say(VERDICTS[said["verdict"]]),
        said["address"],
        ours or theirs,
    )


def _folded(
    asked: CommandContext, tries: Iterable[Sequence[Sequence[str]]]
) -> Iterator[Sequence[str]]:
    """The same answers several times in a row are told once: how often, from when to when."""
    for _unused, found in groupby(tries, key=_same):
        first, *others = found
        last = others[-1] if others else first
        for begun, row in zip(first, last, strict=True):
            when = SO_OFTEN.fill(first=begun[0], last=row[0], count=1 + len(others))
            yield (asked.say(when), *row[1:]) if others else row


def _same(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Return what is alike in two attempts: all but the times, and the id that a server gives
    each."""
    return [[re.sub(r"\[[^\]]*\]", "", cell) for cell in row[1:]] for row in rows]
