"""`noroshi health` and `places`: show the node itself, and all that belongs to it on this
computer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from noroshi.answer_json import as_json
from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.levels import level_text
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, span
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.levels import Level
from noroshi.core.translation import Message, _, list_names, ngettext, pgettext
from noroshi.hosts.footprint import PlaceShown
from noroshi.operations import node_operations
from noroshi.operations.node_answers import Health, LastBackup, Places
from noroshi.ports.host_facts import QueueFacts

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
    "version": _("version of the definitions"),
    "program": _("program"),
}
NOT_RUNNING = with_commands(
    _("No node is running, so nothing is being monitored or sent. Start one: {command}"),
    command=CommandText("serve"),
)
LATE = _("at most {late:.2f} s in the last minute")
CLOCK = _("{at} ({zone})")
SET = _("{at} ({zone}), adjusted by {by:.0f} s")
MAILS = ngettext("{count} message", "{count} messages")
ALARMS = ngettext("{count} alarm", "{count} alarms")
QUEUE = _("{waiting} waiting, {set_aside} undeliverable, {lost} lost")
BACKUP = _("Last backup: {path}, {at}, by {by}")
NO_BACKUP = with_commands(
    _("No backup has been made here yet: {command}"),
    command=CommandText("backup", pgettext("command", "FILE")),
)
HEAD = (_("ITEM"), _("LOCATION"), _("STATE"), _("DESCRIPTION"))


def health(context: CommandContext) -> int:
    """Print the node's state, a line each; exit code 1 unless it is well, 4 if no node runs."""
    answer = context.ask(node_operations.HEALTH, Health)
    if context.args.json:
        context.print_json(
            {
                **as_json(answer),
                "running": context.is_node_running,
                **_without_node(context, answer),
            }
        )
    else:
        rows = [
            (context.say(LABELS[name]), text) for name, text in _health_rows(context, answer)
        ]
        print("\n".join(table(rows)))
    if not context.is_node_running:
        return exits.NO_NODE
    return exits.DONE if answer.level is Level.OK else exits.TROUBLE


def _without_node(context: CommandContext, answer: Health) -> Mapping[str, Any]:
    """Return what replaces level and trouble: without a node nothing is well, whatever the
    store remembers."""
    if context.is_node_running:
        return {}
    trouble = answer.trouble or NOT_RUNNING
    return {"level": "unknown", "trouble": trouble}


def _health_rows(context: CommandContext, answer: Health) -> Iterator[tuple[str, str]]:
    """Yield name and text of each row: without a node no level is one of now, and no time one
    for which it runs."""
    level = (
        level_text(answer.level, context.language)
        if context.is_node_running
        else context.say(NOT_RUNNING)
    )
    yield "level", level
    if answer.trouble:
        yield "trouble", context.say(answer.trouble)
    if context.is_node_running:
        yield "runs", context.say(span(timedelta(seconds=answer.seconds)))
        yield "late", context.say(LATE.fill(late=answer.late))
    at = clock(answer.at, datetime.now(UTC))
    words = SET if answer.clock_set else CLOCK
    yield "clock", context.say(words.fill(at=at, zone=answer.zone, by=answer.clock_set))
    yield "queue", context.say(_queue(answer.queue))
    yield "store", f"{answer.size / (1 << 20):.1f} MiB"
    yield "free", f"{answer.free / GIB:.1f} GiB"
    yield "version", str(answer.definitions)
    parts = f"Noroshi {answer.version}", f"Python {answer.python}", answer.system
    yield ("program", context.say(list_names(parts)))


def places(context: CommandContext) -> int:
    """Print where the node listens, its files and folders, its outgoing connections and the
    last backup."""
    answer = context.ask(node_operations.PLACES, Places)
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    head = tuple(context.say(words) for words in HEAD)
    print("\n".join(table([head, *(_place(context, one) for one in answer.places)])))
    print(context.say(_backup(answer.backup)))
    return exits.DONE


def _place(context: CommandContext, one: PlaceShown) -> Sequence[str]:
    return (
        context.say(one.title),
        one.where or "-",
        context.say(one.facts) or "-",
        context.say(one.about),
    )


def _backup(last: LastBackup | None) -> Message:
    if last is None:
        return NO_BACKUP
    return BACKUP.fill(path=last.path, at=clock(last.at, datetime.now(UTC)), by=last.by)


def _queue(queue: QueueFacts) -> Message:
    return QUEUE.fill(
        waiting=MAILS.fill(count=queue.waiting),
        set_aside=queue.set_aside,
        lost=ALARMS.fill(count=queue.lost),
    )
