"""Share what transports by HTTP need: an answer in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from noroshi.core.mail import Answer, Verdict
from noroshi.core.translation import NOTHING, Message, _
from noroshi.network.http import Reply
from noroshi.transports.http.status_codes import Service, http_meaning
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.connection import Parties, one_line
from noroshi.transports.smtp.reply_classifier import Meaning

NOT_KNOWN = _(
    "{where} received the whole message, but its reply is not known: the connection was "
    "lost, or no reply arrived in time. The message is sent again and may arrive twice."
)
LONGEST_QUOTE = 300
"""Letters of an answer that are told; of anybody's within reach that are all that are kept."""


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """Read the answers of one service, and name the server. `private`: the text of an answer is
    for administrators alone."""

    server_name: str
    service: Service
    parties: Parties
    private: bool = False

    def answer(
        self, reply: Reply, text: str, now: datetime, mask: Callable[[str], str] = str
    ) -> Answer:
        """Read a reply; `text` is the text of it, `mask` removes secrets from that."""
        shown_text = mask(one_line(text)) or _phrase(reply.status)
        meaning = http_meaning(self.service, reply.status, shown_text)
        is_put_off = meaning.verdict in (Verdict.DEFERRED, Verdict.ROUTE_DOWN)
        return Answer(
            meaning.verdict,
            shown_text[:LONGEST_QUOTE] if self.private else shown_text,
            reply.status,
            words=self._message(meaning, self._quote(reply.status, shown_text)),
            fault=meaning.fault,
            again=reply.retry_at(now) if is_put_off else None,
            private=self.private,
        )

    def unknown(self) -> Answer:
        """Answer for a mail that was given whole: nobody knows what became of it."""
        return Answer(Verdict.DEFERRED, words=NOT_KNOWN.fill(where=self.server_name))

    def _quote(self, status: int, text: str) -> str:
        quoted_text = _phrase(status) if self.private else text
        return f"{status} {quoted_text}"[:LONGEST_QUOTE].rstrip(" .")

    def _message(self, meaning: Meaning, quoted_text: str) -> Message:
        if meaning.verdict is Verdict.ACCEPTED:
            return NOTHING
        reply_message = errors.SERVER_REPLIED.fill(where=self.server_name, reply=quoted_text)
        return self.parties.with_advice(reply_message, meaning.explanation)


def _phrase(status: int) -> str:
    """Return the meaning of a status without a text."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
