"""Run one delivery attempt, and turn the server's reply, or the lack of one, into a Receipt.

Every store can write each Receipt that comes from here: else a worker would try to for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from noroshi import schema
from noroshi.core.delivery import Fate, Retry, decide_fate
from noroshi.core.mail import Answer, Envelope, Fault, Parcel, Receipt, Verdict
from noroshi.core.sender_lease import LONGEST_ATTEMPT
from noroshi.core.translation import Message, _, with_wording
from noroshi.engine.deadlines import Deadlines
from noroshi.engine.dispatch.active_route import ActiveRoute
from noroshi.engine.dispatch.rate_limiter import RateLimiter
from noroshi.ports import Clocks, Store, StoreError

log = logging.getLogger(__name__)

MOST_REFERENCES = 20
"""The most mails that are named as the thread of one; more is no use to a mail program."""
CANCELLED = _(
    "sending was interrupted before a reply arrived, because the route changed or the node "
    "stopped"
)
DAY_USED_UP = _(
    "the mailbox of the route has reached the limit of {most} recipients within 24 hours"
)
HOUR_USED_UP = _("the route has reached the limit of {most} messages within an hour")
BUG = _("sending failed because of a bug in Noroshi itself: {bug}")
CUT = _(
    "the attempt was ended after {seconds} s without a reply, because another node may send the "
    "notification after that time"
)


class DeliveryAttempt:
    """Try a mail once by a route, and decide what becomes of it."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        limiter: RateLimiter,
        jitter: Callable[[], float],
        longest_attempt: float,
        longest_for_agent: float = LONGEST_ATTEMPT.total_seconds(),
    ) -> None:
        """`longest_attempt`: seconds after which an attempt is given up; `longest_for_agent`: that
        with an agent's notification, which the other side may send afterwards."""
        self._store, self._clocks, self._limiter = store, clocks, limiter
        self._jitter, self._longest_attempt = jitter, longest_attempt
        self._longest_for_agent = longest_for_agent
        self._deadlines = Deadlines()

    async def run(self, active: ActiveRoute, envelope: Envelope) -> Receipt:
        """Return what the route says of a mail. Raises CancelledError alone."""
        if envelope.agent:
            return await self._run_limited(active, envelope)
        return await self._run(active, envelope)

    async def _run(self, active: ActiveRoute, envelope: Envelope) -> Receipt:
        mail = await thread_by_digests(self._store, envelope)
        return self._over_limit(active, mail) or await self._send(active, mail)

    async def _run_limited(self, active: ActiveRoute, envelope: Envelope) -> Receipt:
        try:
            with self._deadlines.limit(self._longest_for_agent):
                return await self._run(active, envelope)
        except TimeoutError:
            return self._deferred(envelope, CUT.fill(seconds=round(self._longest_for_agent)))

    def cancelled(self, envelope: Envelope) -> Receipt:
        """Return a receipt in the place of an answer that nobody waits for any more."""
        return self._deferred(envelope, CANCELLED)

    def conclude(self, parcel: Parcel, receipt: Receipt) -> Fate:
        """Decide what becomes of the mail. An attempt that was cancelled is no fault of the
        route."""
        if any(_is_cancelled(answer) for answer in receipt.answers.values()):
            return Retry(receipt.at, CANCELLED, has_answered=False)
        return decide_fate(parcel, receipt, self._jitter())

    def _over_limit(self, active: ActiveRoute, envelope: Envelope) -> Receipt | None:
        """Return a receipt where the allowance of an hour or a day is used up: that is no matter of
        a minute, so the next route takes over."""
        now, pace = self._clocks.wall(), active.route.pace
        free_at = self._limiter.exhausted_until(active.route, now)
        if free_at is None:
            return None
        message = DAY_USED_UP.fill(most=pace.recipients_a_day)
        if self._limiter.is_hour_used_up(active.route, now):
            message = HOUR_USED_UP.fill(most=pace.mails_an_hour)
        answer = Answer(Verdict.ROUTE_DOWN, words=message, fault=Fault.QUOTA, again=free_at)
        return Receipt(at=now, answers=dict.fromkeys(envelope.to, answer))

    async def _send(self, active: ActiveRoute, envelope: Envelope) -> Receipt:
        try:
            with self._deadlines.limit(self._longest_attempt):
                return storable(await active.transport.send(envelope))
        except Exception as bug:  # against the contract; keep the envelope all the same
            log.exception("transport failed on %s", envelope.id)
            return self._deferred(envelope, BUG.fill(bug=type(bug).__name__))

    def _deferred(self, envelope: Envelope, reason: Message) -> Receipt:
        answer_by_address = dict.fromkeys(envelope.to, Answer(Verdict.DEFERRED, words=reason))
        return Receipt(at=self._clocks.wall(), answers=answer_by_address)


def _is_cancelled(answer: Answer) -> bool:
    """Return whether nobody waited for the answer; of one that accepts, the words are not compared."""
    return answer.verdict is Verdict.DEFERRED and answer.words == CANCELLED


async def thread_by_digests(store: Store, envelope: Envelope) -> Envelope:
    """Return the envelope in the thread of mails that left: an alarm that a digest told was never a
    mail of its own, so the digest stands for it. While the store cannot say, the thread stays as it
    was drafted."""
    try:
        sent_ids = [await _sent_as(store, one) for one in envelope.thread[:MOST_REFERENCES]]
    except StoreError:
        return envelope
    thread = tuple(one for one in dict.fromkeys(sent_ids) if one != envelope.known_as)
    return envelope if thread == envelope.thread else replace(envelope, thread=thread)


async def _sent_as(store: Store, known_as: str) -> str:
    record = await store.envelope(known_as)
    if record is None or not record[0].digest:
        return known_as
    digest = await store.envelope(record[0].digest)
    if digest is None or known_as not in digest[0].envelope.members:
        return known_as
    return digest[0].envelope.known_as


def storable(receipt: Receipt) -> Receipt:
    """Return the receipt as a store can write it: half letters (lone surrogates), that UTF-8 has
    none for, are shown as such. What the other side decided is never lost over how it said so.
    Raises TypeError for what is no receipt."""
    if not isinstance(receipt, Receipt):
        raise TypeError("no receipt")
    try:
        schema.text(receipt)
    except UnicodeError:
        return _with_whole_letters(receipt)
    return receipt


def _with_whole_letters(receipt: Receipt) -> Receipt:
    answers_by_address = receipt.answers.items()
    return replace(
        receipt,
        answers={
            _whole_letter(address): _whole_answer(answer)
            for address, answer in answers_by_address
        },
        provider_id=_whole_letter(receipt.provider_id),
        message_ids=tuple(map(_whole_letter, receipt.message_ids)),
    )


def _whole_answer(answer: Answer) -> Answer:
    return replace(
        answer,
        text=_whole_letter(answer.text),
        enhanced=_whole_letter(answer.enhanced),
        words=with_wording(answer.words, _whole_letter),
    )


def _whole_letter(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
