"""The other provider's SMTP: who may come in, and what is taken."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.dialects import Dialect
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mail_acceptance import Handed
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.other_provider.grants import Grants
from noroshi_lab.lab.other_provider.provider import DOMAIN, MAIL_SCOPE, Provider
from noroshi_lab.lab.smtp_auth import Admitted, decode_base64
from noroshi_lab.lab.smtp_line import Line
from noroshi_lab.lab.usage import Usage

_XOAUTH2 = re.compile("user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01")
_PAIRS = r"(?:[a-z]+=[^\x01]*\x01)*"
_BEARER = re.compile(
    rf"n,(?:a=([^,]*))?,\x01{_PAIRS}?auth=Bearer ([^\x01]+)\x01{_PAIRS}\x01", re.IGNORECASE
)
_WRONG = "535 5.7.8 Username and Password not accepted."
_APP_PASSWORD = "534 5.7.9 Application-specific password required."
_MECHANISM = "504 5.5.4 Unrecognized authentication type."
_QUOTA = "550 5.4.5 Daily user sending limit exceeded."
DIALECT = Dialect(
    host=f"smtp.{DOMAIN}",
    banner="220 {host} ESMTP lab",
    hello="{host} at your service, [{peer}]",
    size=35_882_577,
    before_tls="8BITMIME STARTTLS ENHANCEDSTATUSCODES PIPELINING CHUNKING SMTPUTF8",
    after_tls="8BITMIME AUTH_LOGIN_PLAIN_XOAUTH2_OAUTHBEARER ENHANCEDSTATUSCODES PIPELINING "
    "CHUNKING SMTPUTF8",
    no_tls="530 5.7.0 Must issue a STARTTLS command first.",
    no_auth="530 5.7.0 Authentication Required.",
    early_auth="530 5.7.0 Must issue a STARTTLS command first.",
    accepted="250 2.0.0 OK {id}",
    trail=" - elsewhere",
)


@dataclass(frozen=True, slots=True)
class ElsewhereGate:
    """Admit by two mechanisms with tokens, each of which refuses in another way, and by two
    with passwords."""

    grants: Grants
    faults: Faults

    async def admit(self, line: Line, mechanism: str, initial: str) -> Admitted | None:
        """Speak with the client until there is a decision."""
        known = {
            "XOAUTH2": self._xoauth2,
            "OAUTHBEARER": self._bearer,
            "PLAIN": self._plain,
            "LOGIN": self._login,
        }
        if mechanism not in known:
            await line.no(_MECHANISM)
            return None
        found = await known[mechanism](line, initial)
        if isinstance(found, Admitted):
            return found
        await line.no(found)
        return None

    def left(self, who: Admitted) -> None:
        """Do nothing: connections are not counted here."""

    async def _xoauth2(self, line: Line, initial: str) -> Admitted | str:
        match = _XOAUTH2.fullmatch(await _initial_response(line, initial))
        user = self._opens(match[1], match[2]) if match else ""
        if user:
            return Admitted(user, "XOAUTH2")
        error = {"status": "400", "schemes": "Bearer", "scope": MAIL_SCOPE}
        return await _challenge(line, error)

    async def _bearer(self, line: Line, initial: str) -> Admitted | str:
        """Admit by OAUTHBEARER (RFC 7628)."""
        match = _BEARER.fullmatch(await _initial_response(line, initial))
        wanted = match[1].replace("=2C", ",").replace("=3D", "=") if match and match[1] else ""
        user = self._opens(wanted, match[2]) if match else ""
        if user:
            return Admitted(user, "OAUTHBEARER")
        where = f"{self.grants.issuer}/.well-known/openid-configuration"
        error = {"status": "invalid_token", "scope": MAIL_SCOPE, "openid-configuration": where}
        return await _challenge(line, error)

    def _opens(self, wanted: str, token: str) -> str:
        owner = "" if self.faults.refuse_auth else self.grants.owner(token)
        return owner if wanted.lower() in ("", owner) and owner in self._people else ""

    @property
    def _people(self) -> Sequence[str]:
        return tuple(self.grants.provider.people)

    async def _plain(self, line: Line, initial: str) -> Admitted | str:
        _, _, rest = (await _initial_response(line, initial)).partition("\0")
        user, _, password = rest.partition("\0")
        return self._by_password(user, password, "PLAIN")

    async def _login(self, line: Line, initial: str) -> Admitted | str:
        given = [initial] if initial else []
        for challenge in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6")[len(given) :]:
            await line.say(challenge)
            given.append(await line.read())
        return self._by_password(decode_base64(given[0]), decode_base64(given[1]), "LOGIN")

    def _by_password(self, user: str, password: str, by: str) -> Admitted | str:
        """Accept an app password, and never the one that a person signs in with."""
        provider = self.grants.provider
        person = provider.people.get(user.lower())
        if person is None or provider.passwords == "none":
            return _WRONG
        if hmac.compare_digest(person.app_password.encode(), password.encode()):
            return Admitted(person.address, by)
        own = hmac.compare_digest(person.password.encode(), password.encode())
        return _APP_PASSWORD if own else _WRONG


class ElsewherePost:
    """Accept mails within the day's limit, and keep them."""

    def __init__(self, provider: Provider, mailboxes: Mailboxes, clock: LabClock) -> None:
        self._provider, self._mailboxes = provider, mailboxes
        self._usage = Usage(clock, Limits())

    @property
    def size(self) -> int:
        return self._provider.size

    def refuse_recipient(
        self, who: Admitted | None, recipient: str, before: Sequence[str]
    ) -> str | None:
        """Refuse more recipients than one mail may have; the others are taken."""
        too_many = len(before) >= self._provider.recipients
        return "452 4.5.3 Your message has too many recipients." if too_many else None

    async def take(self, who: Admitted, mail: Handed) -> str | None:
        """Keep a mail, or return the reply that refuses it."""
        used, count = self._usage.recipients(who.mailbox), len(mail.recipients)
        if used + count > self._provider.recipients_a_day:
            return _QUOTA
        self._usage.note(who.mailbox, recipients=count, outside=0, initial=False)
        await self._mailboxes.keep(
            sender=mail.sender,
            recipients=list(mail.recipients),
            received=mail.received,
            queue_id=mail.queue_id,
            content=mail.content,
            sent_by=who.mailbox,
        )
        return None


async def _initial_response(line: Line, initial: str) -> str:
    if not initial:
        await line.say("334 ")
        initial = await line.read()
    return decode_base64(initial)


async def _challenge(line: Line, error: dict[str, str]) -> str:
    """Send the error as JSON. The client answers with an empty line, or with ^A, and only then
    is refused; one that says nothing waits for ever."""
    await line.say(f"334 {base64.b64encode(json.dumps(error).encode()).decode()}")
    await line.read()
    return _WRONG
