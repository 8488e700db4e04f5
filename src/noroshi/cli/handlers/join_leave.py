"""`noroshi join`, `leave` and `hub`: this server as an agent of a hub."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, elapsed_time, span
from noroshi.cli.paths import HOME
from noroshi.config.settings_file import FILE
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, ngettext, pgettext
from noroshi.link.fingerprint_words import digest_of, fingerprint_digits, fingerprint_words
from noroshi.operations import hub_operations
from noroshi.operations.hub_answers import HubLeft, HubStatus

if sys.platform == "win32":
    from noroshi.cli.handlers.windows_service import require_removable, take_service_away
else:
    from noroshi.cli.handlers.systemd_service import require_removable, take_service_away

JOINED = _("This server joined hub {hub} as {name}.")
COMPARE = _(
    "To verify, compare these fingerprints with those the hub shows for this server and for "
    "itself, as words and in hexadecimal:"
)
START_NODE = with_commands(
    _(
        "No node is running here yet, so nothing is monitored. Start it: {serve}. As a service "
        "that starts at boot: {service_install}"
    ),
    serve=CommandText("serve"),
    service_install=CommandText("service install", "--start"),
)
START_AT_HOME = with_commands(
    _("No node is running here yet, so nothing is monitored. Start it: {serve}"),
    serve=CommandText("serve"),
)
LEFT = _("This server left hub {hub}.")
NOT_INFORMED = _(
    "The hub could not be reached and has not been informed. Remove this server on the hub too."
)
OWN_NOW = ngettext(
    "{count} definition from the hub now belongs to this server.",
    "{count} definitions from the hub now belong to this server.",
)
NOBODY_NOTIFIED = with_commands(
    _(
        "The hub's rules and contacts are gone, so nobody is notified of alarms from these "
        "definitions until you add your own rules. Before this server joins a hub that assigns "
        "them again, remove them here: {remove}"
    ),
    remove=CommandText("definition remove", pgettext("command", "--empty KEY")),
)
REMOVED = ngettext(
    "{count} definition from the hub was removed.",
    "{count} definitions from the hub were removed.",
)
NO_HUB = with_commands(
    _("This server has no hub. To join one, run the command that the hub shows: {join}"),
    join=CommandText("join", "HOST:PORT CODE"),
)
LABELS: Mapping[str, Message] = {
    "hub": _("hub"),
    "name": _("name on the hub"),
    "phase": _("connection"),
    "contact": _("last contact"),
    "clock": _("clock"),
    "configuration": _("configuration"),
    "report": _("last report"),
    "backlog": _("not reported yet"),
    "sender": _("notifications"),
    "pending": _("not sent yet"),
    "refused": _("refused by the hub"),
    "hub_key": _("key of the hub"),
    "own_key": _("key of this server"),
    "proxy": _("proxy"),
}
PHASES: Mapping[str, Message] = {
    "stopped": _("no node is running here"),
    "connecting": _("connecting"),
    "linked": _("connected"),
    "away": _("hub unreachable"),
    "removed": _("removed from the hub"),
    "cloned": _("refused: another server has the same key"),
    "other-version": _("refused: incompatible version"),
}
SENT_BY_HUB = _("sent by the hub; this server has no delivery route")
SENT_HERE_LATER = _("sent by the hub; by this server after {span} without the hub")
SENT_HERE = _("sent by this server until the hub is reachable again")
SENT_HERE_AS_REFUSED = _("sent by this server until the hub accepts its reports again")
RETURNING = _("returned to the hub when this server has finished sending")
UNKNOWN_ROUTE = _("sent by the hub; it does not know yet that this server has a delivery route")
NOTIFICATIONS = ngettext("{count} notification", "{count} notifications")
SINCE = _("{phase}, since {at}")
PLACE = _("{hub}, at {where}")
AGO = _("{ago} ago")
AHEAD = _("{by} ahead of the hub's")
BEHIND = _("{by} behind the hub's")
SAME_TIME = _("same as the hub's")
GIVEN = ngettext("{count} definition", "{count} definitions")
CHANGES = ngettext("{count} change", "{count} changes")
NOT_IN_FORCE = _("The hub's latest configuration could not be applied here:")
MOST_REFUSALS = 3
SMALL_OFFSET = 2.0
"""Seconds that two clocks may differ without a word."""


def join(context: CommandContext) -> int:
    """Join the hub; make the home folder first if there is none."""
    args = context.args
    if context.remote is None and context.door is None and not (context.home / FILE).exists():
        # Only now: it costs all of Noroshi.
        from noroshi.cli.handlers.init import create_home, name_of

        create_home(context, name_of(args.name or socket.gethostname()), {"web": False})
    answer = context.ask(
        hub_operations.HUB_JOIN,
        HubStatus,
        address=args.address,
        code=args.code,
        name=args.name,
        proxy=args.proxy,
    )
    if args.json:
        context.print_json(answer)
        return exits.DONE
    print(context.say(JOINED.fill(hub=answer.hub, name=answer.name)))
    print(context.say(COMPARE))
    rows = [(context.say(LABELS[name]), text) for name, text in _keys(context, answer)]
    print("\n".join(table(rows)))
    if not context.is_node_running:
        print(context.say(START_NODE if context.home == Path(HOME) else START_AT_HOME))
    return exits.DONE


def leave(context: CommandContext) -> int:
    """Leave the hub."""
    if context.args.service:
        require_removable(context, CommandText("leave", "--service"))
    answer = context.ask(hub_operations.HUB_LEAVE, HubLeft, remove=context.args.remove)
    if context.args.json:
        context.print_json(answer)
    else:
        _print_leaving(context, answer)
    if context.args.service:
        take_service_away(context)
    return exits.DONE


def _print_leaving(context: CommandContext, answer: HubLeft) -> None:
    print(context.say(LEFT.fill(hub=answer.hub)))
    if answer.given:
        words = REMOVED if answer.removed else OWN_NOW
        print(context.say(words.fill(count=len(answer.given))))
        if not answer.removed:
            print(context.say(NOBODY_NOTIFIED))
    if not answer.informed:
        print(context.say(NOT_INFORMED))


def hub(context: CommandContext) -> int:
    """Print the hub and the link, a line each; exit code 4 if no node runs."""
    answer = context.ask(hub_operations.HUB_STATUS, HubStatus)
    if context.args.json:
        context.print_json(answer)
    elif not answer.hub:
        print(context.say(NO_HUB))
    else:
        _print_status(context, answer)
    return exits.DONE if context.is_node_running or not answer.hub else exits.NO_NODE


def _print_status(context: CommandContext, answer: HubStatus) -> None:
    rows = [(context.say(LABELS[name]), text) for name, text in _status_rows(context, answer)]
    print("\n".join(table(rows)))
    if answer.trouble is not None:
        print(context.say(answer.trouble))
    if answer.problems:
        print(context.say(NOT_IN_FORCE))
    for problem in answer.problems:
        print(f"  {problem.where}: {context.say(problem.what)}")


def _status_rows(context: CommandContext, answer: HubStatus) -> Iterator[tuple[str, str]]:
    now = datetime.now(UTC)
    yield "hub", context.say(PLACE.fill(hub=answer.hub, where=answer.where))
    yield "name", answer.name
    phase = PHASES[answer.phase]
    if answer.phase_since is not None:
        phase = SINCE.fill(phase=phase, at=clock(answer.phase_since, now))
    yield "phase", context.say(phase)
    if answer.last_contact is not None:
        yield "contact", context.say(AGO.fill(ago=elapsed_time(answer.last_contact, now)))
    if answer.clock_offset is not None:
        yield "clock", context.say(_clock_words(answer.clock_offset))
    yield "configuration", context.say(GIVEN.fill(count=len(answer.given)))
    yield from _report_rows(context, answer)
    yield from _sender_rows(context, answer)
    if answer.proxy:
        yield "proxy", answer.proxy
    yield from _keys(context, answer)


def _report_rows(context: CommandContext, answer: HubStatus) -> Iterator[tuple[str, str]]:
    """Yield how far the hub has what happened here."""
    if answer.last_report is not None:
        ago = elapsed_time(answer.last_report, datetime.now(UTC))
        yield "report", context.say(AGO.fill(ago=ago))
    if answer.backlog:
        yield "backlog", context.say(CHANGES.fill(count=answer.backlog))
    if answer.refused_count:
        yield "refused", context.say(CHANGES.fill(count=answer.refused_count))
        for reason in answer.refusals[-MOST_REFUSALS:]:
            yield "refused", reason


def _sender_rows(context: CommandContext, answer: HubStatus) -> Iterator[tuple[str, str]]:
    """Yield who sends the notifications of this server."""
    words = _sender_words(answer)
    if words is not None:
        yield "sender", context.say(words)
    if answer.pending:
        yield "pending", context.say(NOTIFICATIONS.fill(count=answer.pending))


def _sender_words(answer: HubStatus) -> Message | None:
    match answer.sender:
        case "no-route":
            return SENT_BY_HUB
        case "linked" if answer.sender_reason == "unknown-route":
            return UNKNOWN_ROUTE
        case "linked":
            seconds = timedelta(seconds=answer.alone_after or 0)
            return SENT_HERE_LATER.fill(span=span(seconds))
        case "alone" if answer.sender_reason == "not-taken":
            return SENT_HERE_AS_REFUSED
        case "alone":
            return SENT_HERE
        case "returning":
            return RETURNING
        case _:
            return None


def _keys(context: CommandContext, answer: HubStatus) -> Iterator[tuple[str, str]]:
    """Yield the keys of both sides, in words and in digits."""
    digests = [("hub_key", bytes.fromhex(pin)) for pin in answer.pins]
    if answer.fingerprint:
        digests.append(("own_key", digest_of(answer.fingerprint)))
    for name, digest in digests:
        yield name, " ".join(fingerprint_words(digest, context.language))
        yield name, fingerprint_digits(digest)


def _clock_words(offset: float) -> Message:
    if abs(offset) < SMALL_OFFSET:
        return SAME_TIME
    words = AHEAD if offset > 0 else BEHIND
    return words.fill(by=span(timedelta(seconds=abs(offset))))
