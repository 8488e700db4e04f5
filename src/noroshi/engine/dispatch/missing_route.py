"""What mail meets whose route is in the definitions no longer."""

from __future__ import annotations

from noroshi.core.mail import Answer, Envelope, Fault, Receipt, Verdict
from noroshi.core.words import Words
from noroshi.ports import Clocks

NO_ROUTE = Words(
    en="there is no route {name!r} any more", ja="経路 {name} は定義からなくなりました"
)


class GoneRoute:
    """Stands in for a route that waiting mail names and the definitions no longer do."""

    def __init__(self, name: str, clocks: Clocks) -> None:
        words = NO_ROUTE.fill(name=name)
        self._answer = Answer(Verdict.ROUTE_DOWN, words=words, fault=Fault.SETUP)
        self._clocks = clocks

    async def send(self, envelope: Envelope) -> Receipt:
        answers = dict.fromkeys(envelope.to, self._answer)
        return Receipt(at=self._clocks.wall(), answers=answers)

    async def probe(self) -> Answer:
        return self._answer

    async def close(self) -> None:
        """Nothing is open."""
