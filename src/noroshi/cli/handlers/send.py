"""`noroshi send`: a mail by the node's routes, from a person or a script."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import Letter, Queued, Sent

NO_TEXT = _("The standard input is not text in {encoding}. Convert it, or use --text.")
TEXT_TWICE = _("specify the text either as TEXT or with --text, not both")
TYPE_IT = _("Enter the text; finish with Ctrl-D on its own line.")
NOBODY_SENDS = _("Not sent: no node is running. The message is sent once noroshi serve runs.")
NOT_LOOKED = _("The message is queued. It is not known whether it was sent: {why}")
ACCEPTED = _("To {contact}: accepted by the server. Arrival is not confirmed yet.")
WAITS = _("To {contact}: not sent yet, waiting; {because}")
HELD = _("To {contact}: not sent, held; {because}")
SET_ASIDE = _("To {contact}: not sent, undeliverable; {because}")
REFUSED = _(
    "To {contact}: refused for {addresses}, accepted for the others. Details: noroshi queue "
    "show {id}"
)
KEPT = _(
    "It stays in the queue and is not sent automatically. Once the cause is fixed: noroshi "
    "queue release {id}"
)
LOOK = _(
    "The message stays in the queue until it can be sent. Details: noroshi queue show {id}"
)
GOES_ON = (DeliveryState.WAITING, DeliveryState.OUT, DeliveryState.IN_DIGEST)
"""The states of a mail that the node sends by itself."""
PATIENCE = 3.0  # seconds in which most mail servers have answered; the mail is safe before
FIRST_POLL, LONGEST_POLL = 0.005, 0.1  # seconds; each pause is twice the one before
SOON = timedelta(seconds=PATIENCE)


def send(context: CommandContext) -> int:
    """Queue the mail, print an id for each contact, and say whether each went out or why not.

    The exit code is the worst of them: 0 only if each was accepted for all its addresses.
    """
    args = context.args
    if args.body is not None and args.text is not None:
        args.parser.refuse(TEXT_TWICE)
    text = args.text if args.body is None else args.body
    if text is None:
        text = _standard_input(context)
    answer = context.ask(
        mail_operations.SEND,
        Sent,
        to=args.to,
        subject=args.subject,
        text=text,
        routes=args.route,
        level=args.level,
    )
    if not args.json:
        print("\n".join(answer.ids), flush=True)
    letters = _wait_for_mails(context, answer.ids)
    if args.json:
        context.print_json({"ids": answer.ids, "mails": [one.queued for one in letters]})
    if not context.running:
        print(context.say(NOBODY_SENDS), file=sys.stderr)
        return exits.UNSENT
    missing = [exits.WAITS] * (len(letters) < len(answer.ids))
    return max([*map(_code, letters), *missing])


def _wait_for_mails(context: CommandContext, ids: Iterable[str]) -> Sequence[Letter]:
    """Return each mail as it is once that is clear, and say on the standard error what became of
    it. Whoever may not look gets none."""
    letters = list[Letter]()
    end = time.monotonic() + (PATIENCE if context.running else 0)
    try:
        for id in ids:
            letters.append(_wait_until_settled(context, id, end))
            _tell(context, letters[-1])
    except RefusedError as refusal:
        # They are queued all the same: by the exit code of a failure a script would send them twice.
        print(context.say(NOT_LOOKED.fill(why=refusal.words)), file=sys.stderr)
    return letters


def _tell(context: CommandContext, letter: Letter) -> None:
    """Say what became of one mail, to whoever reads no JSON; without a node nothing became of it."""
    if context.running and not context.args.json:
        for words in _outcome(letter):
            print(context.say(words), file=sys.stderr)


def _wait_until_settled(context: CommandContext, id: str, end: float) -> Letter:
    """Return the queued mail once it has left, waits for a later time, or the patience is over."""
    pause = FIRST_POLL
    while True:
        letter = context.ask(mail_operations.QUEUE_SHOW, Letter, id=id)
        queued = letter.queued
        in_progress = queued.state in (
            DeliveryState.WAITING,
            DeliveryState.OUT,
        ) and not _waits_long(queued)
        if not in_progress or time.monotonic() > end:
            return letter
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_POLL)


def _waits_long(queued: Queued) -> bool:
    return queued.next is not None and queued.next > datetime.now(UTC) + SOON


def _code(letter: Letter) -> int:
    state = letter.queued.state
    if state in SENT:
        return exits.ASIDE if _unreached(letter) else exits.DONE
    return exits.WAITS if state in GOES_ON else exits.ASIDE


def _unreached(letter: Letter) -> Sequence[str]:
    """Return the addresses of a mail that was sent which did not get it."""
    addresses = dict.fromkeys((*letter.refused, *letter.queued.to))
    return [one for one in addresses if one not in letter.reached]


def _outcome(letter: Letter) -> Iterator[Message]:
    queued = letter.queued
    id, contact, because = queued.id, queued.contact, queued.because
    if queued.state in SENT:
        yield ACCEPTED.fill(contact=contact)
        if unreached := _unreached(letter):
            yield REFUSED.fill(contact=contact, addresses=", ".join(unreached), id=id)
    elif queued.state in GOES_ON:
        yield WAITS.fill(contact=contact, because=because)
        yield LOOK.fill(id=id)
    else:
        words = HELD if queued.state == DeliveryState.HELD else SET_ASIDE
        yield words.fill(contact=contact, because=because)
        yield KEPT.fill(id=id)


def _standard_input(context: CommandContext) -> str:
    if sys.stdin.isatty():
        print(context.say(TYPE_IT), file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise RefusedError("invalid", NO_TEXT.fill(encoding=sys.stdin.encoding)) from None
