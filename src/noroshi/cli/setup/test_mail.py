"""The last proof: a test mail goes out by the new route, and what the other side says of it."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.output.times import clock, lasted
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.setup_texts import NO_ADDRESS
from noroshi.cli.setup.verification import Proofs
from noroshi.core.definitions.value_syntax import is_address
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import Message, bilingual, composed, each_once, plain
from noroshi.guides.test_mail import SUBJECT, TEXT

PATIENCE = 90.0
"""Seconds until somebody is asked whether to go on waiting."""
WAIT = "w"
Letter = Mapping[str, Any]


class NoSenderError(RefusedError):
    """Report that no node runs that could send."""

    def __init__(self) -> None:
        super().__init__("trouble", setup_texts.NOBODY_SENDS)


class LastMail:
    """One test mail, from the question to whom on to its receipt."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs, self._talk, self._wanted = proofs, proofs.talk, proofs.wanted
        self._asked = proofs.talk.asked
        self._shown = proofs.kept.shown(proofs.wanted.route)
        self._id, self._seen = "", 0

    def prove(self) -> str:
        """Sent, accepted, and told what that does not prove; the mail's id. Raises RefusedError, and
        LeftError."""
        self._a_node_runs()
        to = self._recipient()
        self._id = self._waits_still(to)
        if self._id:
            self._talk.say(setup_texts.WAITS_STILL.fill(to=to, id=self._id))
            self._seen = len(self._asked.call("queue_show", id=self._id)["tried"])
            self._try_again()
        else:
            self._id = self._send(to)
            self._talk.say(setup_texts.ON_ITS_WAY.fill(to=to, route=self._wanted.route))
        others = {WAIT: self._patiently}
        letter: Letter = self._talk.until_proved(
            self._receipt, self._mend, setup_texts.MENDED_OR_WAIT, others
        )
        self._tell(letter)
        return self._id

    def _recipient(self) -> str:
        """Whoever reads the alarms, before the mailbox that only sends them."""
        contacts = self._asked.call("contacts")
        readers = [address for one in contacts for address in one["addresses"]]
        return self._talk.text(
            setup_texts.TO,
            option="--to",
            given=self._talk.given.to,
            default=next(iter(readers), self._wanted.mailbox),
            check=lambda text: None if is_address(text) else NO_ADDRESS,
        )

    def _a_node_runs(self) -> None:
        def prove() -> None:
            self._asked.let_go()
            self._asked.call("queue_list")
            if not self._asked.running:
                raise NoSenderError

        self._talk.until_proved(prove, lambda _: False, setup_texts.STARTED)

    def _waits_still(self, to: str) -> str:
        """The test mail of an earlier time that was left: one more would come as well, later."""
        subject = SUBJECT.fill(route=self._wanted.route)
        for one in self._asked.call("queue_list"):
            ours = one["subject"] in subject.both().values() and list(one["to"]) == [to]
            if ours and one["state"] in (DeliveryState.WAITING, DeliveryState.OUT):
                return str(one["id"])
        return ""

    def _send(self, to: str) -> str:
        subject = self._asked.say(SUBJECT.fill(route=self._wanted.route))
        text = self._asked.say(TEXT.fill(route=self._wanted.route))
        sent = self._asked.call(
            "send", to=(to,), subject=subject, text=text, routes=(self._wanted.route,)
        )
        return str(sent["ids"][0])

    def _receipt(self) -> Letter:
        """Wait for what comes of it. Raises RefusedError if it is refused, or nothing comes."""
        if self._seen:
            self._try_again()
        return self._watch(time.monotonic() + PATIENCE)

    def _try_again(self) -> None:
        try:
            self._asked.call("queue_retry", id=self._id)
        except RefusedError as refused:
            if refused.kind != "conflict":  # it is on its way, or through, already
                raise

    def _watch(self, until: float) -> Letter:
        while True:
            letter: Letter = self._asked.call("queue_show", id=self._id)
            state, tried = letter["queued"]["state"], letter["tried"]
            if state == DeliveryState.ACCEPTED:
                return letter
            if len(tried) > self._seen:
                self._seen = len(tried)
                raise RefusedError("trouble", _why(tried[-1]), codes=_replies(tried))
            if time.monotonic() > until:
                because = bilingual(**letter["queued"]["because"])
                raise RefusedError("trouble", because, codes=_replies(tried))
            time.sleep(LOOK)

    def _patiently(self) -> Letter:
        """The node tries it again by itself; as long as it takes."""
        return Waiting(self._talk, self._id).accepted()

    def _mend(self, refused: RefusedError) -> bool:
        self._proofs.tell_steps(refused)
        return False

    def _tell(self, letter: Letter) -> None:
        """Who accepted it, when, under which number; and what nobody has seen yet."""
        attempt = letter["tried"][-1]
        at = clock(attempt["at"], datetime.now(UTC))
        one = attempt["said"][0]
        self._talk.done(setup_texts.ACCEPTED.fill(to=one["address"], at=at, route=self._shown))
        reply, number = _reply(one), " ".join(attempt["provider_id"].split())
        if number not in reply:  # an SMTP server names it in what it replies
            self._talk.say(setup_texts.NUMBER_OF_IT.fill(number=number), "  ")
        if reply:
            self._talk.say(setup_texts.REPLY.fill(reply=reply), "  ")
        self._talk.say(setup_texts.NOT_ARRIVED, "  ")


def _why(attempt: Mapping[str, Any]) -> Message:
    """Yield what was said, in our words and, word for word, in theirs."""
    told: Sequence[Message] = [_of(one) for one in attempt["said"]]
    return each_once(told)


def _replies(tried: Sequence[Letter]) -> Sequence[str]:
    """Return what was replied to the last attempt."""
    return [_reply(one) for attempt in tried[-1:] for one in attempt["said"]]


def _reply(one: Mapping[str, Any]) -> str:
    """Return what the other side said, word for word."""
    text = " ".join(str(one["text"] or "").removeprefix(one["enhanced"] or "").split())
    return " ".join(str(part) for part in (one["code"], one["enhanced"], text) if part)


def _of(one: Mapping[str, Any]) -> Message:
    reply = _reply(one)
    ours = bilingual(**one["words"])
    if not ours.en:
        return plain(reply)
    if not reply or one["quoted"]:
        return ours
    return composed("{ours}\n{reply}", ours=ours, reply=reply)


LOOK = 0.5
A_WORD_AGAIN = 60.0
"""Seconds after which it is said again how long it still takes."""


class Waiting:
    """Looks after one mail, and tells whatever changes."""

    def __init__(self, talk: Dialogue, id: str) -> None:
        self._talk, self._asked, self._id = talk, talk.asked, id
        self._known: object = None
        self._told = -A_WORD_AGAIN

    def accepted(self) -> Letter:
        """Once it is. Raises RefusedError if it cannot be looked after any more."""
        self._talk.say(setup_texts.WAITING)
        while True:
            try:
                letter: Letter = self._asked.call("queue_show", id=self._id)
                if letter["queued"]["state"] == DeliveryState.ACCEPTED:
                    return letter
                self._say_when(letter["queued"], len(letter["tried"]))
                self._pause()
            except RefusedError as refused:
                if refused.kind not in ("trouble", "conflict"):
                    raise

    def _say_when(self, queued: Letter, tried: int) -> None:
        now = datetime.now(UTC)
        next = datetime.fromisoformat(queued["next"]) if queued["next"] else now
        known = (tried, queued["next"])
        recently = time.monotonic() - self._told < A_WORD_AGAIN
        if next <= now or (known == self._known and recently):
            return
        self._known, self._told = known, time.monotonic()
        at, left = clock(queued["next"], now), lasted(queued["next"], now)
        self._talk.say(setup_texts.NEXT_TRY.fill(tried=tried, at=at, left=left))

    def _pause(self) -> None:
        """Until it is to be looked at again, or somebody presses Enter."""
        if select.select([sys.stdin], [], [], LOOK)[0]:
            if not sys.stdin.readline():
                raise self._talk.left()
            self._asked.call("queue_retry", id=self._id)
            self._talk.say(setup_texts.TRIED_NOW)
