"""The last proof: a test mail goes out by the new route, and what the other side says of it."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from noroshi.cli.errors import RefusedError
from noroshi.cli.output.times import clock, elapsed_time
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.verification import Proofs
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import Message, composed, each_once, plain
from noroshi.guides.setup_fields import RECIPIENT
from noroshi.guides.test_mail import SUBJECT, TEXT
from noroshi.operations import mail_operations, monitor_operations
from noroshi.operations.history_answers import ContactRow
from noroshi.operations.mail_answers import Attempt, Letter, Queued, Said, Sent

PATIENCE = 90.0
"""Seconds until somebody is asked whether to go on waiting."""
WAIT = "w"


class NoSenderError(RefusedError):
    """Report that no node runs that could send."""

    def __init__(self) -> None:
        super().__init__("trouble", setup_texts.NOBODY_SENDS)


class LastMail:
    """Send one test mail and follow it, from the question for the recipient to the receipt."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs, self._talk, self._goal = proofs, proofs.talk, proofs.goal
        self._context = proofs.talk.context
        self._route_name = proofs.drafts.marked_name(proofs.goal.route)
        self._id, self._attempts = "", 0

    def prove(self) -> str:
        """Send the mail, wait until it is accepted, and say what that does not prove; return
        the mail's id. Raises RefusedError, and LeftError."""
        self._require_node()
        recipient = self._recipient()
        self._id = self._waiting_mail(recipient)
        if self._id:
            self._talk.say(setup_texts.WAITS_STILL.fill(to=recipient, id=self._id))
            self._attempts = len(
                self._context.ask(mail_operations.QUEUE_SHOW, Letter, id=self._id).tried
            )
            self._try_again()
        else:
            self._id = self._send(recipient)
            self._talk.say(setup_texts.ON_ITS_WAY.fill(to=recipient, route=self._goal.route))
        alternatives = {WAIT: self._wait_for_node}
        letter = self._talk.until_proved(
            self._receipt, self._explain_failure, setup_texts.MENDED_OR_WAIT, alternatives
        )
        self._tell(letter)
        return self._id

    def _recipient(self) -> str:
        """Ask for the recipient; whoever reads the alarms comes before the mailbox that only
        sends them."""
        contacts = self._context.ask(monitor_operations.CONTACTS, tuple[ContactRow, ...])
        readers = [address for one in contacts for address in one.addresses]
        default = next(iter(readers), self._goal.mailbox)
        return self._talk.answer(RECIPIENT, option_value=self._talk.args.to, default=default)

    def _require_node(self) -> None:
        def prove() -> None:
            self._context.release_store()
            self._context.ask(mail_operations.QUEUE_LIST, tuple[Queued, ...])
            if not self._context.is_node_running:
                raise NoSenderError

        self._talk.until_proved(prove, lambda _: False, setup_texts.STARTED)

    def _waiting_mail(self, recipient: str) -> str:
        """Return the test mail of an earlier time that still waits: one more would come as
        well, later."""
        subject = SUBJECT.fill(route=self._goal.route)
        for one in self._context.ask(mail_operations.QUEUE_LIST, tuple[Queued, ...]):
            is_test_mail = one.subject in subject.both().values() and list(one.to) == [
                recipient
            ]
            if is_test_mail and one.state in (DeliveryState.WAITING, DeliveryState.OUT):
                return str(one.id)
        return ""

    def _send(self, recipient: str) -> str:
        subject = self._context.say(SUBJECT.fill(route=self._goal.route))
        text = self._context.say(TEXT.fill(route=self._goal.route))
        answer = self._context.ask(
            mail_operations.SEND,
            Sent,
            to=(recipient,),
            subject=subject,
            text=text,
            routes=(self._goal.route,),
        )
        return str(answer.ids[0])

    def _receipt(self) -> Letter:
        """Wait for what comes of it. Raises RefusedError if it is refused, or nothing comes."""
        if self._attempts:
            self._try_again()
        return self._wait_for_acceptance(time.monotonic() + PATIENCE)

    def _try_again(self) -> None:
        try:
            self._context.ask(mail_operations.QUEUE_RETRY, Queued, id=self._id)
        except RefusedError as refusal:
            if refusal.kind != "conflict":  # it is on its way, or through, already
                raise

    def _wait_for_acceptance(self, deadline: float) -> Letter:
        while True:
            letter = self._context.ask(mail_operations.QUEUE_SHOW, Letter, id=self._id)
            state, attempts = letter.queued.state, letter.tried
            if state == DeliveryState.ACCEPTED:
                return letter
            if len(attempts) > self._attempts:
                self._attempts = len(attempts)
                raise RefusedError("trouble", _reason(attempts[-1]), codes=_replies(attempts))
            if time.monotonic() > deadline:
                because = letter.queued.because
                raise RefusedError("trouble", because, codes=_replies(attempts))
            time.sleep(LOOK)

    def _wait_for_node(self) -> Letter:
        """Wait as long as it takes while the node tries it again by itself."""
        return MailWatch(self._talk, self._id).wait_until_accepted()

    def _explain_failure(self, refusal: RefusedError) -> bool:
        self._proofs.tell_steps(refusal)
        return False

    def _tell(self, letter: Letter) -> None:
        """Say who accepted it, when, under which number; and what nobody has seen yet."""
        attempt = letter.tried[-1]
        at = clock(attempt.at, datetime.now(UTC))
        one = attempt.said[0]
        self._talk.say_success(
            setup_texts.ACCEPTED.fill(to=one.address, at=at, route=self._route_name)
        )
        reply, number = _reply(one), " ".join(attempt.provider_id.split())
        if number not in reply:  # an SMTP server names it in what it replies
            self._talk.say(setup_texts.NUMBER_OF_IT.fill(number=number), "  ")
        if reply:
            self._talk.say(setup_texts.REPLY.fill(reply=reply), "  ")
        self._talk.say(setup_texts.NOT_ARRIVED, "  ")


def _reason(attempt: Attempt) -> Message:
    """Return what was said, in our words and, word for word, in the other side's."""
    replies = [_reply_message(one) for one in attempt.said]
    return each_once(replies)


def _replies(attempts: Sequence[Attempt]) -> Sequence[str]:
    """Return what was replied to the last attempt."""
    return [_reply(one) for attempt in attempts[-1:] for one in attempt.said]


def _reply(one: Said) -> str:
    """Return what the other side said, word for word."""
    text = " ".join(str(one.text or "").removeprefix(one.enhanced or "").split())
    return " ".join(str(part) for part in (one.code, one.enhanced, text) if part)


def _reply_message(one: Said) -> Message:
    reply = _reply(one)
    explanation = one.words
    if not explanation.en:
        return plain(reply)
    if not reply or one.quoted:
        return explanation
    return composed("{ours}\n{reply}", ours=explanation, reply=reply)


LOOK = 0.5
A_WORD_AGAIN = 60.0
"""Seconds after which it is said again how long it still takes."""


class MailWatch:
    """Looks after one mail, and tells whatever changes."""

    def __init__(self, talk: Dialogue, id: str) -> None:
        self._talk, self._context, self._id = talk, talk.context, id
        self._last_state: object = None
        self._last_report = -A_WORD_AGAIN

    def wait_until_accepted(self) -> Letter:
        """Return the mail once it is accepted. Raises RefusedError if it cannot be looked after
        any more."""
        self._talk.say(setup_texts.WAITING)
        while True:
            try:
                letter = self._context.ask(mail_operations.QUEUE_SHOW, Letter, id=self._id)
                if letter.queued.state == DeliveryState.ACCEPTED:
                    return letter
                self._say_when(letter.queued, len(letter.tried))
                self._pause()
            except RefusedError as refusal:
                if refusal.kind not in ("trouble", "conflict"):
                    raise

    def _say_when(self, queued: Queued, attempts: int) -> None:
        now = datetime.now(UTC)
        next = queued.next or now
        state = (attempts, queued.next)
        recently = time.monotonic() - self._last_report < A_WORD_AGAIN
        if next <= now or (state == self._last_state and recently):
            return
        self._last_state, self._last_report = state, time.monotonic()
        at, remaining = clock(queued.next, now), elapsed_time(queued.next, now)
        self._talk.say(setup_texts.NEXT_TRY.fill(tried=attempts, at=at, left=remaining))

    def _pause(self) -> None:
        """Wait until it is to be looked at again, or somebody presses Enter."""
        if select.select([sys.stdin], [], [], LOOK)[0]:
            if not sys.stdin.readline():
                raise self._talk.interruption()
            self._context.ask(mail_operations.QUEUE_RETRY, Queued, id=self._id)
            self._talk.say(setup_texts.TRIED_NOW)
