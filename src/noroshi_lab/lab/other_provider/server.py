"""Run the other provider as a whole: the web side, and SMTP with STARTTLS and in TLS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from noroshi_lab.lab.certificates import Certificates, Shown
from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.conversation import Rules
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.other_provider.authority import ROOT, Authority
from noroshi_lab.lab.other_provider.grants import Grants
from noroshi_lab.lab.other_provider.provider import (
    MAIL_SCOPE,
    REDIRECTS,
    make_provider,
    write_account,
)
from noroshi_lab.lab.other_provider.smtp import DIALECT, ElsewhereGate, ElsewherePost
from noroshi_lab.lab.ports import Door, WebDoor
from noroshi_lab.lab.smtp_server import SmtpServer
from noroshi_lab.lab.tokens import Mint

WEB, SMTP, SMTPS = "elsewhere", "elsewhere-smtp", "elsewhere-smtps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Hold all that a client needs to use the provider; a part of `lab.json`."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scope: str
    user: str
    password: str = field(repr=False)
    app_password: str = field(repr=False)
    reader: str
    smtp_host: str
    smtp_port: int
    smtps_port: int
    service_account: str


class Elsewhere:
    """Bind the ports at once, and serve from `start` on."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: LabClock,
        mailboxes: Mailboxes,
        ports: Mapping[str, int],
        saved: Mapping[str, object],
        journal: Journal,
    ) -> None:
        self._key_file = folder / "service-account.json"
        self.provider = make_provider(saved, self._key_file)
        self.faults = Faults()
        self._clock, self._mailboxes, self._journal = clock, mailboxes, journal
        self._web = WebDoor(ports.get(WEB, 0))
        self.doors: dict[str, Door] = {
            WEB: self._web,
            SMTP: Door(ports.get(SMTP, 0)),
            SMTPS: Door(ports.get(SMTPS, 0)),
        }
        self.grants = Grants(
            provider=self.provider,
            mint=Mint.open(folder / "elsewhere-key.pem"),
            clock=clock,
            issuer=self._web.base + ROOT,
        )
        self.authority = Authority(self.grants, self.faults, journal)

    async def start(self, stack: AsyncExitStack, certificates: Certificates) -> None:
        """Serve until the stack is closed."""
        write_account(self.provider.account, self._key_file, f"{self.grants.issuer}/token")
        app = web.Application(middlewares=[self._web.guard, self.authority.guard])
        self.authority.routes(app)
        await self._web.open(app, certificates.tls(self._shows(WEB)))
        server = SmtpServer(
            Rules(
                dialect=DIALECT,
                gate=ElsewhereGate(self.grants, self.faults),
                post=ElsewherePost(self.provider, self._mailboxes, self._clock),
                tls=certificates.tls(self._shows(SMTP)),
                clock=self._clock,
                faults=self.faults,
                limits=Limits(),
                name=SMTP,
                journal=self._journal,
            )
        )
        stack.push_async_callback(server.stop)
        await server.start(self.doors[SMTP])
        await server.start(self.doors[SMTPS], certificates.tls(self._shows(SMTP)))

    @property
    def card(self) -> Card:
        """Return what a client must know."""
        provider, sender = self.provider, self.provider.sender
        return Card(
            issuer=self.grants.issuer,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            redirect_uri=REDIRECTS[0],
            scope=MAIL_SCOPE,
            user=sender.address,
            password=sender.password,
            app_password=sender.app_password,
            reader=list(provider.people)[-1],
            smtp_host="localhost",
            smtp_port=self.doors[SMTP].port,
            smtps_port=self.doors[SMTPS].port,
            service_account=str(self._key_file),
        )

    def _shows(self, name: str) -> Callable[[], Shown]:
        return lambda: self.faults.certificates.get(name, "good")
