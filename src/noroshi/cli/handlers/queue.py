"""`noroshi queue`: what waits to be sent, why it waits, and trying again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.lists import print_answer, print_list
from noroshi.cli.output.routes import comma, join_routes
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.reply_text import same_attempt_key
from noroshi.core.state_names import STATE_NAMES, VERDICT_NAMES
from noroshi.core.translation import Message, _, list_names, ngettext
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import Arrived, Attempt, Letter, Queued, Said

NOTHING_WAITS = _("No messages are waiting.")
NOW = _("now")
WAITS_FOR = _("waiting for {routes}: {because}")
WAITS_FOR_ONE = _("waiting for one of {routes}: {because}")
HEAD = (_("STATE"), _("ID"), _("TO"), _("NEXT ATTEMPT"), _("ATTEMPTS"), _("SUBJECT"))
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
    "next": _("next attempt"),
    "because": _("reason for waiting"),
    "sender": _("sending node"),
    "unproved": NOT_PROVED,
    "alarms": _("alarms"),
    "members": _("combined message of"),
}
SENDER_SINCE = _("{sender}, since {at}")
ATTEMPTS = _("Attempts")
NO_ATTEMPT = _("No attempt has finished yet.")
SO_OFTEN = ngettext("{first}–{last} ({count} time)", "{first}–{last} ({count} times)")
TEXT = _("Text")
TRIED_AGAIN = _("Retrying {id} now: {subject}")
LET_GO = _("Released {id} for delivery: {subject}")
IS_EDITED = _("{id} will be sent to {to} through {routes}.")
TO_LET_GO = with_commands(
    _("{because}; to release it: {command}"), command=CommandText("queue release", "{id}")
)
HOW_TO_RELEASE = with_commands(
    _("The message is not sent until you release it: {command}"),
    command=CommandText("queue release", "{id}"),
)
NOTHING_TO_EDIT = _("specify the change with --to or --route")
NOBODY_SENDS = with_commands(
    _("No node is running. The message is sent once {command} runs."),
    command=CommandText("serve"),
)


def list_(context: CommandContext) -> int:
    """Print what waits and what was set aside, oldest first."""
    answer = context.ask(mail_operations.QUEUE_LIST, tuple[Queued, ...])

    def lines_of(mails: Sequence[Queued]) -> Iterable[str]:
        return _list(context, mails, datetime.now(UTC))

    return print_list(context, answer, NOTHING_WAITS, lines_of)


def show(context: CommandContext) -> int:
    """Print one envelope, its attempts, the time of the next try and the reason."""
    letter = context.ask(mail_operations.QUEUE_SHOW, Letter, id=context.args.id)
    return print_answer(context, letter, lambda: _letter(context, letter, datetime.now(UTC)))


def retry(context: CommandContext) -> int:
    """Make a mail due now."""
    mail = context.ask(mail_operations.QUEUE_RETRY, Queued, id=context.args.id)
    return _say_due(context, mail, TRIED_AGAIN)


def release(context: CommandContext) -> int:
    """Release a mail that was held or set aside."""
    mail = context.ask(mail_operations.QUEUE_RELEASE, Queued, id=context.args.id)
    return _say_due(context, mail, LET_GO)


def edit(context: CommandContext) -> int:
    """Give a mail other addresses or routes."""
    args = context.args
    if not args.to and not args.route:
        args.parser.refuse(NOTHING_TO_EDIT)
    mail = context.ask(
        mail_operations.QUEUE_EDIT, Queued, id=args.id, to=args.to, routes=args.route
    )
    routes = join_routes(context, mail.routes, mail.marks, " → ")
    print(context.say(IS_EDITED.fill(id=mail.id, to=list_names(mail.to), routes=routes)))
    if mail.state in (DeliveryState.HELD, DeliveryState.SET_ASIDE):
        print(context.say(HOW_TO_RELEASE.fill(id=mail.id)))
    return exits.DONE


def _say_due(context: CommandContext, mail: Queued, words: Message) -> int:
    print(context.say(words.fill(id=mail.id, subject=mail.subject)))
    if not context.is_node_running:
        print(context.say(NOBODY_SENDS))
    return exits.DONE


def _list(context: CommandContext, mails: Sequence[Queued], now: datetime) -> Iterator[str]:
    """Yield a row for each mail, and below it why it is still here."""
    rows = [
        [context.say(words) for words in HEAD],
        *(_row(context, mail, now) for mail in mails),
    ]
    head, *lines = table(rows)
    yield head
    for line, mail in zip(lines, mails, strict=True):
        yield line
        if reason := context.say(_waiting_reason(context, mail)):
            yield f"    {reason}"


def _waiting_reason(context: CommandContext, mail: Queued) -> Message:
    reason = _reason(mail)
    if mail.state != DeliveryState.WAITING:
        return reason
    routes = join_routes(context, mail.routes, mail.marks, comma(context))
    words = WAITS_FOR if len(mail.routes) == 1 else WAITS_FOR_ONE
    return words.fill(routes=routes, because=reason)


def _reason(mail: Queued) -> Message:
    reason = mail.because
    if mail.state != DeliveryState.HELD:
        return reason
    return TO_LET_GO.fill(because=reason, id=mail.id)


def _next(context: CommandContext, mail: Queued, now: datetime) -> str:
    """Return when the mail may next be sent; a moment that is past means that it is due."""
    if mail.next and mail.next <= now:
        return context.say(NOW)
    return clock(mail.next, now)


def _row(context: CommandContext, mail: Queued, now: datetime) -> Sequence[str]:
    return (
        context.say(STATE_NAMES[mail.state]),
        mail.id,
        mail.contact,
        _next(context, mail, now),
        str(mail.attempts),
        mail.subject,
    )


def _letter(context: CommandContext, letter: Letter, now: datetime) -> Iterator[str]:
    mail = letter.queued
    fields = {
        "id": mail.id,
        "contact": mail.contact,
        "subject": mail.subject,
        "state": context.say(STATE_NAMES[mail.state]),
        "to": context.say(list_names(mail.to)) if mail.state not in SENT else "",
        "reached": context.say(list_names(letter.reached)),
        "refused": context.say(list_names(letter.refused)),
        "routes": _remaining_routes(context, mail),
        "born": clock(mail.born, now),
        "next": _next(context, mail, now),
        "because": context.say(_reason(mail)),
        "sender": _sender(context, mail, now),
        "unproved": context.say(letter.unproved),
        "alarms": context.say(list_names(letter.alarms)),
        "members": context.say(list_names(letter.members)),
    }
    rows = [
        (context.say(words), fields[name]) for name, words in FIELDS.items() if fields[name]
    ]
    yield from table(rows)
    yield from ("", context.say(ATTEMPTS))
    if not letter.tried:
        yield f"  {context.say(NO_ATTEMPT)}"
    attempts = _fold_repeats(context, letter.tried, now)
    yield from (f"  {line}" for line in table(attempts))
    arrivals = [_arrival_row(context, mail, now) for mail in letter.arrived]
    yield from (f"  {line}" for line in table(arrivals))
    yield from ("", context.say(TEXT))
    yield from (f"  {line}".rstrip() for line in letter.text.splitlines())


def _sender(context: CommandContext, mail: Queued, now: datetime) -> str:
    """Return who sends a notification of an agent, and since when."""
    if mail.sender_since is None:
        return context.say(mail.sender)
    since = clock(mail.sender_since, now)
    return context.say(SENDER_SINCE.fill(sender=mail.sender, at=since))


def _arrival_row(context: CommandContext, arrival: Arrived, now: datetime) -> Sequence[str]:
    """Say what became of it for one address, once it was taken."""
    words = context.say(STATE_NAMES[arrival.state])
    return (clock(arrival.at, now), words, arrival.address, arrival.said or arrival.by)


def _remaining_routes(context: CommandContext, mail: Queued) -> str:
    routes = mail.routes if mail.state not in SENT else ()
    return join_routes(context, routes, mail.marks, " → ")


def _reply_row(
    context: CommandContext, attempt: Attempt, reply: Said, now: datetime
) -> Sequence[str]:
    code_in_text = reply.text.startswith(reply.enhanced)  # SMTP's texts begin with it
    parts = (reply.code, "" if code_in_text else reply.enhanced, reply.text)
    explanation = context.say(reply.words)
    reply_text = " ".join(str(part) for part in parts if part)
    if explanation and not reply.quoted:
        explanation = f"{explanation} ({reply_text})"
    return (
        clock(attempt.at, now),
        context.say(VERDICT_NAMES[reply.verdict]),
        f"{attempt.route} ({attempt.sent_by})" if attempt.sent_by else attempt.route,
        reply.address,
        explanation or reply_text,
    )


def _fold_repeats(
    context: CommandContext, attempts: Iterable[Attempt], now: datetime
) -> Iterator[Sequence[str]]:
    """Yield the same answers several times in a row once: how often, from when to when."""
    for _unused, group in groupby(attempts, key=_attempt_key):
        first, *repeats = group
        last = repeats[-1] if repeats else first
        begin, end = clock(first.at, now), clock(last.at, now)
        period = SO_OFTEN.fill(first=begin, last=end, count=1 + len(repeats))
        for reply in last.said:
            row = _reply_row(context, last, reply, now)
            yield (context.say(period), *row[1:]) if repeats else row


def _attempt_key(attempt: Attempt) -> Sequence[object]:
    return same_attempt_key(attempt.route, attempt.said)
