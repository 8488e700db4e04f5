"""A lab's other sides, spoken by hand: an app with a browser, and an SMTP connection."""

from __future__ import annotations

import asyncio
import base64
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import sign_in

SECRET = "abc8Q~+&%=/ x"  # every character that a form must encode
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of VERIFIER; RFC 7636, B
SMTP_SEND = "https://outlook.office.com/SMTP.Send"


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Client:
    """An app and a browser that speak HTTPS with the lab without any library for OAuth."""

    def __init__(self, lab: Lab, session: aiohttp.ClientSession) -> None:
        self.lab = lab
        self.session = session
        self.root = f"{lab.address.sign_in}/{lab.address.tenant_id}"

    def authorize_url(self, **changed: str | None) -> str:
        query = {
            "client_id": self.lab.address.client_id,
            "response_type": "code",
            "redirect_uri": "http://localhost/MxMail/",
            "scope": f"{SMTP_SEND} offline_access openid",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        kept = {k: v for k, v in (query | changed).items() if v is not None}
        return f"{self.root}/oauth2/v2.0/authorize?{urlencode(kept)}"

    async def walk(self, **changed: str | None) -> dict[str, str]:
        """What the redirect brings back after a person has signed in and accepted."""
        address = self.lab.address
        back = await sign_in(
            self.authorize_url(**changed), address.user, address.password, address.ca_file
        )
        return dict(parse_qsl(urlsplit(back).query))

    async def get(self, url: str, **headers: str) -> tuple[int, str, str]:
        """Status, text and Location of a page."""
        async with self.session.get(url, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text(), response.headers.get("Location", "")

    async def post(self, fields: dict[str, str], **headers: str) -> tuple[int, dict[str, Any]]:
        url = f"{self.root}/oauth2/v2.0/token"
        async with self.session.post(url, data=fields, headers=headers) as response:
            return response.status, await response.json()

    async def redeem(self, code: str, **changed: str | None) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.lab.address.client_id,
            "client_secret": SECRET,
            "code": code,
            "redirect_uri": "http://localhost/MxMail/",
            "code_verifier": VERIFIER,
        }
        return await self.post({k: v for k, v in (form | changed).items() if v is not None})

    async def refresh(self, token: str, **changed: str | None) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.lab.address.client_id,
            "client_secret": SECRET,
            "refresh_token": token,
        }
        return await self.post({k: v for k, v in (form | changed).items() if v is not None})

    async def tokens(self, **changed: str | None) -> dict[str, Any]:
        """A whole sign-in: the answer of the token endpoint."""
        status, answer = await self.redeem((await self.walk(**changed))["code"])
        assert status == 200, answer
        return answer


class Wire:
    """One SMTP connection, spoken by hand so that each line can be looked at."""

    def __init__(self, lab: Lab) -> None:
        self._address = lab.address
        self.port = lab.address.smtp_port

    async def open(self) -> str:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return await self.answer()

    async def answer(self) -> str:
        """One reply, all its lines; empty when the connection has ended."""
        lines = []
        while line := (await self.reader.readline()).decode():
            lines.append(line.removesuffix("\r\n"))
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    async def say(self, line: str) -> str:
        self.writer.write(f"{line}\r\n".encode())
        return await self.answer()

    async def secure(self) -> None:
        """Greeting, EHLO, STARTTLS, EHLO."""
        await self.open()
        await self.say("EHLO node.contoso.example")
        assert (await self.say("STARTTLS")).startswith("220")
        await self.starttls()
        await self.say("EHLO node.contoso.example")

    async def starttls(self) -> None:
        tls = ssl.create_default_context(cafile=self._address.ca_file)
        await self.writer.start_tls(tls, server_hostname="localhost")

    async def close(self) -> None:
        if hasattr(self, "writer"):
            self.writer.close()
            await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


def xoauth2(user: str, token: str) -> str:
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()
