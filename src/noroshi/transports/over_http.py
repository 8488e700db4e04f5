"""What ways out by HTTP have in common: the connection, and an answer in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from noroshi.core.model import NOTHING, Answer, Verdict
from noroshi.core.words import Words
from noroshi.network.http import Http, Patience, Reply, open_http
from noroshi.ports import Outside
from noroshi.transports import troubles
from noroshi.transports.dialogue import Parties, one_line
from noroshi.transports.http_rules import HttpRule, http_meaning
from noroshi.transports.verdicts import Meaning

NOT_KNOWN = Words(
    en="{where} was given the whole message, but its answer is not known: the connection broke, "
    "or nothing came in time. It is sent again and may arrive twice.",
    ja="{where} にメッセージを渡しましたが、返事が届きませんでした (切断または時間切れ)。もう一度"
    "送るため、2回届くことがあります。",
)
LONGEST_SAID = 300


class Connecting:
    """Opens the HTTP client when it is first needed: it takes its time to import."""

    def __init__(self, outside: Outside, ca_files: tuple[str, ...], patience: Patience) -> None:
        self._given = outside, ca_files, patience
        self._http: Http | None = None
        self._opening = asyncio.Lock()

    async def opened(self) -> Http:
        async with self._opening:
            if self._http is None:
                self._http = await open_http(*self._given)
            return self._http

    async def close(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.close()


@dataclass(frozen=True, slots=True)
class Answering:
    """How answers of one other side are read: by which table, and where it is."""

    where: str
    rules: tuple[HttpRule, ...]
    parties: Parties

    def answer(
        self, reply: Reply, text: str, now: datetime, mask: Callable[[str], str] = str
    ) -> Answer:
        """`text` is what it said; `mask` takes out of it what nobody may read."""
        said = mask(one_line(text)) or _phrase(reply.status)
        meant = http_meaning(self.rules, reply.status, said)
        held = meant.verdict in (Verdict.DEFERRED, Verdict.ROUTE_DOWN)
        return Answer(
            meant.verdict,
            said,
            reply.status,
            words=self._words(meant, f"{reply.status} {said}"[:LONGEST_SAID].rstrip(" .")),
            fault=meant.fault,
            again=reply.again(now) if held else None,
        )

    def unknown(self) -> Answer:
        """It was given everything, and nobody knows what it made of it."""
        return Answer(Verdict.DEFERRED, words=NOT_KNOWN.fill(where=self.where))

    def _words(self, meant: Meaning, said: str) -> Words:
        if meant.verdict is Verdict.ACCEPTED:
            return NOTHING
        answered = troubles.ANSWERED.fill(where=self.where, reply=said)
        return self.parties.advised(answered, meant.advice)


def _phrase(status: int) -> str:
    """What a status means by itself, for an answer without a text."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
