"""`noroshi send`: a mail by the node's routes, from a person or a script."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _, bilingual, list_names

NO_TEXT = _("The standard input is not text in {encoding}. Convert it, or use --text.")
TEXT_TWICE = _("specify the text either as TEXT or with --text, not both")
TYPE_IT = _("Enter the text; finish with Ctrl-D on a line of its own.")
NOBODY_SENDS = with_commands(
    _("Not sent: no node is running. The message is sent once {command} runs."),
    command=CommandText("serve"),
)
NOT_LOOKED = _("The message is queued. It is not known whether it was sent: {why}")
ACCEPTED = _("To {contact}: accepted by the server. Arrival is not confirmed yet.")
WAITS = _("To {contact}: not sent yet; {because}")
HELD = _("To {contact}: not sent, held; {because}")
SET_ASIDE = _("To {contact}: not sent, undeliverable; {because}")
REFUSED = with_commands(
    _("To {contact}: refused for {addresses}, accepted for the others. Details: {command}"),
    command=CommandText("queue show", "{id}"),
)
KEPT = with_commands(
    _(
        "The message stays in the queue and is not sent automatically. Once the cause is fixed: "
        "{command}"
    ),
    command=CommandText("queue release", "{id}"),
)
LOOK = with_commands(
    _("The message stays in the queue until it can be sent. Details: {command}"),
    command=CommandText("queue show", "{id}"),
)
GOES_ON = (DeliveryState.WAITING, DeliveryState.OUT, DeliveryState.IN_DIGEST)
"""The states of a mail that the node sends by itself."""
PATIENCE = 3.0  # seconds in which most mail servers have answered; the mail is safe before
FIRST_POLL, LONGEST_POLL, SLOWER = (
    0.003,
    0.1,
    1.5,
)  # seconds; how many times longer each pause is
SOON = timedelta(seconds=PATIENCE)


def send(context: CommandContext) -> int:
    """Queue the mail, print an id for each contact, and say whether each went out or why not.

    The exit code is the worst of all contacts: 0 only if each mail was accepted for all
    addresses.
    """
    args = context.args
    if args.body is not None and args.text is not None:
        args.parser.refuse(TEXT_TWICE)
    text = args.text if args.body is None else args.body
    if text is None:
        text = _standard_input(context)
    answer = context.call(
        "send", to=args.to, subject=args.subject, text=text, routes=args.route, level=args.level
    )
    if not args.json:
        print("\n".join(answer["ids"]), flush=True)
    mails = _wait_for_mails(context, answer["ids"])
    if args.json:
        context.print_json({**answer, "mails": [one.queued for one in mails]})
    if not context.is_node_running:
        print(context.say(NOBODY_SENDS), file=sys.stderr)
        return exits.UNSENT
    missing = [exits.WAITS] * (len(mails) < len(answer["ids"]))
    return max([*map(_code, mails), *missing])


class SentMail(NamedTuple):
    """Hold one mail as the queue has it. It is read by hand from the node's answer: scripts run
    this command often, and need no reader of JSON into types for it."""

    id: str
    contact: str
    state: str
    next: str | None
    because: Message
    unreached_addresses: Sequence[str]
    """The addresses that did not get it."""
    queued: Mapping[str, Any]
    """The node's own answer, for --json."""


def _mail_of(letter: Mapping[str, Any]) -> SentMail:
    queued: Mapping[str, Any] = letter["queued"]
    addresses = dict.fromkeys((*letter["refused"], *queued["to"]))
    return SentMail(
        id=queued["id"],
        contact=queued["contact"],
        state=queued["state"],
        next=queued["next"],
        because=bilingual(**queued["because"]),
        unreached_addresses=[one for one in addresses if one not in letter["reached"]],
        queued=queued,
    )


def _wait_for_mails(context: CommandContext, ids: Iterable[str]) -> Sequence[SentMail]:
    """Return each mail as it is once that is clear, and say on the standard error what became of
    it. Whoever may not look gets none."""
    mails = list[SentMail]()
    end = time.monotonic() + (PATIENCE if context.is_node_running else 0)
    try:
        for id in ids:
            mails.append(_wait_until_settled(context, id, end))
            _tell(context, mails[-1])
    except RefusedError as refusal:
        # They are queued all the same: by the exit code of a failure a script would send them twice.
        print(context.say(NOT_LOOKED.fill(why=refusal.words)), file=sys.stderr)
    return mails


def _tell(context: CommandContext, mail: SentMail) -> None:
    """Say what became of one mail, to whoever reads no JSON; without a node nothing became of it."""
    if context.is_node_running and not context.args.json:
        for words in _outcome(mail):
            print(context.say(words), file=sys.stderr)


def _wait_until_settled(context: CommandContext, id: str, end: float) -> SentMail:
    """Return the queued mail once it has left, waits for a later time, or the patience is over."""
    pause = FIRST_POLL
    while True:
        mail = _mail_of(context.call("queue_show", id=id))
        is_open = mail.state in (DeliveryState.WAITING, DeliveryState.OUT)
        if not is_open or _waits_long(mail) or time.monotonic() > end:
            return mail
        time.sleep(pause)
        pause = min(SLOWER * pause, LONGEST_POLL)


def _waits_long(mail: SentMail) -> bool:
    if not mail.next:
        return False
    return datetime.fromisoformat(mail.next) > datetime.now(UTC) + SOON


def _code(mail: SentMail) -> int:
    if mail.state in SENT:
        return exits.ASIDE if mail.unreached_addresses else exits.DONE
    return exits.WAITS if mail.state in GOES_ON else exits.ASIDE


def _outcome(mail: SentMail) -> Iterator[Message]:
    contact = mail.contact
    if mail.state in SENT:
        yield ACCEPTED.fill(contact=contact)
        if mail.unreached_addresses:
            addresses = list_names(mail.unreached_addresses)
            yield REFUSED.fill(contact=contact, addresses=addresses, id=mail.id)
    elif mail.state in GOES_ON:
        yield WAITS.fill(contact=contact, because=mail.because)
        yield LOOK.fill(id=mail.id)
    else:
        words = HELD if mail.state == DeliveryState.HELD else SET_ASIDE
        yield words.fill(contact=contact, because=mail.because)
        yield KEPT.fill(id=mail.id)


def _standard_input(context: CommandContext) -> str:
    if sys.stdin.isatty():
        print(context.say(TYPE_IT), file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise RefusedError("invalid", NO_TEXT.fill(encoding=sys.stdin.encoding)) from None
