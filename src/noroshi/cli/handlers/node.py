"""`noroshi health` and `places`: the node itself, and what belongs to it on its computer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.levels import shown
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, span
from noroshi.core.translation import Message, _, bilingual, ngettext

GIB = 1 << 30
LABELS: Mapping[str, Message] = {
    "level": _("state"),
    "trouble": _("problems"),
    "runs": _("uptime"),
    "late": _("delay"),
    "clock": _("clock"),
    "queue": _("queue"),
    "store": _("store"),
    "free": _("free space"),
    "version": _("definitions"),
    "program": _("program"),
}
NOT_RUNNING = _(
    "No node is running, so nothing is monitored or sent now. Start one: noroshi serve"
)
LATE = _("at most {late:.2f} s in the last minute")
CLOCK = _("{at} ({zone})")
SET = _("{at} ({zone}), adjusted by {by:.0f} s")
MAILS = ngettext("{count} mail", "{count} mails")
ALARMS = ngettext("{count} alarm", "{count} alarms")
QUEUE = _("{waiting} waiting, {set_aside} set aside, {lost} lost")
BACKUP = _("Last backup: {path}, {at}, by {by}")
NO_BACKUP = _("No backup has been made here yet: noroshi backup FILE")
HEAD = (_("ITEM"), _("LOCATION"), _("STATE"), _("DESCRIPTION"))


def health(asked: CommandContext) -> int:
    """Print the node's state, a line each; exit code 1 unless it is well, 4 if no node runs."""
    found = asked.call("health")
    if asked.given.json:
        asked.print_json({**found, "running": asked.running, **_unknown(asked, found)})
    else:
        rows = [(asked.say(LABELS[name]), text) for name, text in _told(asked, found)]
        print("\n".join(table(rows)))
    if not asked.running:
        return exits.NO_NODE
    return exits.DONE if found["level"] == "ok" else exits.TROUBLE


def _unknown(asked: CommandContext, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without a node nothing is well, whatever the store remembers."""
    if asked.running:
        return {}
    trouble = found["trouble"] or NOT_RUNNING.both()
    return {"level": "unknown", "trouble": trouble}


def _told(asked: CommandContext, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Without a node no level is one of now, and no time one for which it runs."""
    now = shown(found["level"], asked.language) if asked.running else asked.say(NOT_RUNNING)
    yield "level", now
    if found["trouble"]:
        yield "trouble", asked.say(bilingual(**found["trouble"]))
    if asked.running:
        yield "runs", asked.say(span(timedelta(seconds=found["seconds"])))
        yield "late", asked.say(LATE.fill(late=found["late"]))
    at = clock(found["at"], datetime.now(UTC))
    words = SET if found["clock_set"] else CLOCK
    yield "clock", asked.say(words.fill(at=at, zone=found["zone"], by=found["clock_set"]))
    yield "queue", asked.say(_queue(found["queue"]))
    yield "store", f"{found['size'] / (1 << 20):.1f} MiB"
    yield "free", f"{found['free'] / GIB:.1f} GiB"
    yield "version", str(found["definitions"])
    yield "program", f"Noroshi {found['version']}, Python {found['python']}, {found['system']}"


def places(asked: CommandContext) -> int:
    """Print where it listens, its files and folders, what goes out; the last backup."""
    found = asked.call("places")
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    head = tuple(asked.say(words) for words in HEAD)
    print("\n".join(table([head, *(_place(asked, one) for one in found["places"])])))
    print(asked.say(_backup(found["backup"])))
    return exits.DONE


def _place(asked: CommandContext, one: Mapping[str, Any]) -> Sequence[str]:
    title, facts, about = (bilingual(**one[name]) for name in ("title", "facts", "about"))
    return (asked.say(title), one["where"] or "-", asked.say(facts) or "-", asked.say(about))


def _backup(last: Mapping[str, Any] | None) -> Message:
    if last is None:
        return NO_BACKUP
    return BACKUP.fill(
        path=last["path"], at=clock(last["at"], datetime.now(UTC)), by=last["by"]
    )


def _queue(found: Mapping[str, Any]) -> Message:
    return QUEUE.fill(
        waiting=MAILS.fill(count=found["waiting"]),
        set_aside=found["set_aside"],
        lost=ALARMS.fill(count=found["lost"]),
    )
