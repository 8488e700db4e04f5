"""One mail and the other side: what it answers, in place of what it did not, and what is made
of that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from noroshi.core.delivery import Fate, Retry, fate
from noroshi.core.mail import Answer, Envelope, Fault, Parcel, Receipt, Verdict
from noroshi.core.words import Words
from noroshi.engine.dispatch.active_route import Way
from noroshi.engine.dispatch.rate_limiter import Pacing
from noroshi.engine.dispatch.storable_receipt import as_kept
from noroshi.ports import Clocks

log = logging.getLogger(__name__)

CUT = Words(
    en="it was broken off before an answer came, as the route changed or the node stopped",
    ja="経路の変更かノードの停止のため、返事が来る前に打ち切りました",
)
USED_UP = Words(
    en="its mailbox has sent to {most} recipients within 24 hours, which is all that it may",
    ja="このメールボックスの24時間あたりの宛先数 ({most}) を使い切りました",
)
HOUR_USED_UP = Words(
    en="it has sent {most} mails within an hour, which is all that it may",
    ja="1時間に送れるメールの数 ({most}) を使い切りました",
)
BUG = Words(
    en="the transport itself failed: {bug}", ja="送信のプログラム自体に障害がありました: {bug}"
)


class Answered:
    """Every receipt that comes from here can be written down."""

    def __init__(self, clocks: Clocks, pacing: Pacing, luck: Callable[[], float]) -> None:
        self._clocks, self._pacing, self._luck = clocks, pacing, luck

    async def by(self, way: Way, envelope: Envelope, longest: float) -> Receipt:
        """What the route says of a mail, within so many seconds."""
        return self._used_up(way, envelope) or await self._sent(way, envelope, longest)

    def cut_off(self, envelope: Envelope) -> Receipt:
        """In the place of an answer that nobody waits for any more."""
        return self._deferred(envelope, CUT)

    def fate(self, parcel: Parcel, receipt: Receipt) -> Fate:
        """What becomes of the mail; what was broken off is no trouble of its route's."""
        if any(answer.words == CUT for answer in receipt.answers.values()):
            return Retry(receipt.at, CUT, heard=False)
        return fate(parcel, receipt, self._luck())

    def _used_up(self, way: Way, envelope: Envelope) -> Receipt | None:
        """An allowance of an hour or a day is no matter of a minute: the next route takes over."""
        now, pace = self._clocks.wall(), way.route.pace
        again = self._pacing.used_up_until(way.route, now)
        if again is None:
            return None
        words = USED_UP.fill(most=pace.recipients_a_day)
        if self._pacing.is_hour_used_up(way.route, now):
            words = HOUR_USED_UP.fill(most=pace.mails_an_hour)
        answer = Answer(Verdict.ROUTE_DOWN, words=words, fault=Fault.QUOTA, again=again)
        return Receipt(at=now, answers=dict.fromkeys(envelope.to, answer))

    async def _sent(self, way: Way, envelope: Envelope, longest: float) -> Receipt:
        try:
            async with asyncio.timeout(longest):
                return as_kept(await way.transport.send(envelope))
        except Exception as bug:  # against the contract; keep the envelope all the same
            log.exception("transport failed on %s", envelope.id)
            return self._deferred(envelope, BUG.fill(bug=type(bug).__name__))

    def _deferred(self, envelope: Envelope, why: Words) -> Receipt:
        answers = dict.fromkeys(envelope.to, Answer(Verdict.DEFERRED, words=why))
        return Receipt(at=self._now, answers=answers)

    @property
    def _now(self) -> datetime:
        return self._clocks.wall()
