"""`noroshi send`: a mail by the node's routes, from a person or a script."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _, bilingual

NO_TEXT = _("The standard input is not text in {encoding}. Convert it, or use --text.")
TEXT_TWICE = _("specify the text either as TEXT or with --text, not both")
TYPE_IT = _("Enter the text; finish with Ctrl-D on its own line.")
NOBODY_SENDS = _("Not sent: no node is running. The mail is sent once noroshi serve runs.")
NOT_LOOKED = _("The mail is queued. It is not known whether it was sent: {why}")
ACCEPTED = _("To {contact}: accepted by the other side. Arrival is not confirmed yet.")
WAITS = _("To {contact}: not sent yet, waiting; {because}")
HELD = _("To {contact}: not sent, held; {because}")
SET_ASIDE = _("To {contact}: not sent, set aside; {because}")
REFUSED = _(
    "To {contact}: refused for {addresses}, accepted for the others. Details: noroshi queue "
    "show {id}"
)
KEPT = _(
    "It stays in the queue and is not sent automatically. Once the cause is fixed: noroshi "
    "queue release {id}"
)
LOOK = _("The mail stays in the queue until it can be sent. Details: noroshi queue show {id}")
GOES_ON = (DeliveryState.WAITING, DeliveryState.OUT, DeliveryState.IN_DIGEST)
"""The states of a mail that the node sends by itself."""
PATIENCE = 3.0  # seconds in which most mail servers have answered; the mail is safe before
FIRST_POLL, LONGEST_POLL = 0.005, 0.1  # seconds; each pause is twice the one before
SOON = timedelta(seconds=PATIENCE)


def send(asked: CommandContext) -> int:
    """Queue the mail, print an id for each contact, and say whether each went out or why not.

    The exit code is the worst of them: 0 only if each was accepted for all its addresses.
    """
    given = asked.given
    if given.body is not None and given.text is not None:
        given.parser.refuse(TEXT_TWICE)
    text = given.text if given.body is None else given.body
    if text is None:
        text = _standard_input(asked)
    sent = asked.call(
        "send",
        to=given.to,
        subject=given.subject,
        text=text,
        routes=given.route,
        level=given.level,
    )
    if not given.json:
        print("\n".join(sent["ids"]), flush=True)
    letters = _looked_up(asked, sent["ids"])
    if given.json:
        asked.print_json({**sent, "mails": [one["queued"] for one in letters]})
    if not asked.running:
        print(asked.say(NOBODY_SENDS), file=sys.stderr)
        return exits.UNSENT
    missing = [exits.WAITS] * (len(letters) < len(sent["ids"]))
    return max([*map(_code, letters), *missing])


def _looked_up(asked: CommandContext, ids: Iterable[str]) -> Sequence[Any]:
    """Return each mail as it is once that is clear, and say on the standard error what became of
    it. Whoever may not look gets none."""
    found = list[Any]()
    end = time.monotonic() + (PATIENCE if asked.running else 0)
    try:
        for id in ids:
            found.append(_settled(asked, id, end))
            _tell(asked, found[-1])
    except RefusedError as refused:
        # They are queued all the same: by the exit code of a failure a script would send them twice.
        print(asked.say(NOT_LOOKED.fill(why=refused.words)), file=sys.stderr)
    return found


def _tell(asked: CommandContext, letter: Any) -> None:
    """Say what became of one mail, to whoever reads no JSON; without a node nothing became of it."""
    if asked.running and not asked.given.json:
        for words in _outcome(letter):
            print(asked.say(words), file=sys.stderr)


def _settled(asked: CommandContext, id: str, end: float) -> Any:
    """Return the queued mail once it has left, waits for a later time, or the patience is over."""
    pause = FIRST_POLL
    while True:
        letter = asked.call("queue_show", id=id)
        queued = letter["queued"]
        going = queued["state"] in (
            DeliveryState.WAITING,
            DeliveryState.OUT,
        ) and not _waits_long(queued)
        if not going or time.monotonic() > end:
            return letter
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_POLL)


def _waits_long(queued: Any) -> bool:
    next = queued["next"]
    return bool(next) and datetime.fromisoformat(next) > datetime.now(UTC) + SOON


def _code(letter: Any) -> int:
    state = letter["queued"]["state"]
    if state in SENT:
        return exits.ASIDE if _lost(letter) else exits.DONE
    return exits.WAITS if state in GOES_ON else exits.ASIDE


def _lost(letter: Any) -> Sequence[str]:
    """Return the addresses of a mail that was sent which did not get it."""
    asked_for = dict.fromkeys((*letter["refused"], *letter["queued"]["to"]))
    return [one for one in asked_for if one not in letter["reached"]]


def _outcome(letter: Any) -> Iterator[Message]:
    queued = letter["queued"]
    id, contact, because = queued["id"], queued["contact"], _words(queued["because"])
    if queued["state"] in SENT:
        yield ACCEPTED.fill(contact=contact)
        if lost := _lost(letter):
            yield REFUSED.fill(contact=contact, addresses=", ".join(lost), id=id)
    elif queued["state"] in GOES_ON:
        yield WAITS.fill(contact=contact, because=because)
        yield LOOK.fill(id=id)
    else:
        words = HELD if queued["state"] == DeliveryState.HELD else SET_ASIDE
        yield words.fill(contact=contact, because=because)
        yield KEPT.fill(id=id)


def _words(told: Any) -> Message:
    return bilingual(**told)


def _standard_input(asked: CommandContext) -> str:
    if sys.stdin.isatty():
        print(asked.say(TYPE_IT), file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise RefusedError("invalid", NO_TEXT.fill(encoding=sys.stdin.encoding)) from None
