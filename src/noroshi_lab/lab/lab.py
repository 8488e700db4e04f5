"""Start and stop the whole lab as one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from aiohttp import web

from noroshi_lab.lab.certificates import Certificates, Shown, open_client_certificate
from noroshi_lab.lab.client_config import Places, describe, read_address, write_card
from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.control import Control
from noroshi_lab.lab.conversation import Rules
from noroshi_lab.lab.dialects import EXCHANGE
from noroshi_lab.lab.directory import Clock, Directory, ready_made
from noroshi_lab.lab.entra import Entra
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.grants import Grants
from noroshi_lab.lab.graph.api import BODY, Graph
from noroshi_lab.lab.graph.callers import Callers
from noroshi_lab.lab.high_volume import HIGH_VOLUME, HighVolumeGate, HighVolumePost
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mail_acceptance import ExchangePost
from noroshi_lab.lab.mail_pages import MailPages
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.other_provider.server import Elsewhere
from noroshi_lab.lab.ports import Door, WebDoor
from noroshi_lab.lab.propagation import Pending
from noroshi_lab.lab.responses import Answers
from noroshi_lab.lab.smtp_auth import ExchangeGate
from noroshi_lab.lab.smtp_server import SmtpServer
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.submission import Submission
from noroshi_lab.lab.tokens import Mint

TOKEN_SECONDS = 4500  # Entra ID gives 60 to 90 minutes; this is its mean


class Lab:
    """All servers, on loopback only; port 0 takes a free one.

    `async with Lab(folder, clock=…) as lab:` gives `lab.address`, `lab.mailboxes`, `lab.faults`
    and `lab.board`, which has everything that a switch changes. Without a directory there is a
    ready-made one. Raises OSError when a port is taken.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        directory: Directory | None = None,
        faults: Faults | None = None,
        limits: Limits | None = None,
        ports: Mapping[str, int] | None = None,
        token_seconds: int = TOKEN_SECONDS,
    ) -> None:
        """`ports`: by the name of the server; a server without one takes any free port."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder.absolute()
        self._certificate = "" if directory else str(self.folder / "client.pem")
        self.directory = directory or self._ready_made()
        self.faults = faults or Faults()
        self.limits = limits or Limits()
        self.mailboxes = Mailboxes(self.folder / "mail")
        self.mint = Mint.open(self.folder / "signing-key.pem")
        self.clock = LabClock(clock)
        self.journal = Journal(self.clock)
        self._ports = {"entra": 0, "smtp": 0, **(ports or {})}
        self._token_seconds = token_seconds
        self._control = str(read_address(folder).get("control", secrets.token_urlsafe(24)))
        self._stack = AsyncExitStack()

    def _ready_made(self) -> Directory:
        certificate = open_client_certificate(Path(self._certificate))
        return ready_made(read_address(self.folder), certificate)

    async def __aenter__(self) -> Lab:
        """Start all servers, then write what clients need to know."""
        async with AsyncExitStack() as stack:
            self._open_doors(stack)
            self._assemble()
            await self._start(stack)
            self._stack = stack.pop_all()
        self.address = describe(
            self.folder,
            self.directory,
            Places(
                sign_in=self.base,
                graph=self._graph.base,
                desk=self._desk.base,
                smtp_port=self._smtp.port,
                hve_port=self._hve.port,
                elsewhere=self.elsewhere.card,
            ),
            certificate=self._certificate,
            control=self._control,
        )
        write_card(self.folder, self.address)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def _open_doors(self, stack: AsyncExitStack) -> None:
        """Bind all ports, so that a taken one is reported before anything runs."""
        self.doors: dict[str, Door] = {}
        self._web, self._desk = (self._web_door(stack, name) for name in ("entra", "desk"))
        self._graph = self._web_door(stack, "graph")
        self._smtp, self._hve = (self._door(stack, name) for name in ("smtp", "hve"))
        self.elsewhere = Elsewhere(
            self.folder,
            clock=self.clock,
            mailboxes=self.mailboxes,
            ports=self._ports,
            saved=_part(read_address(self.folder), "elsewhere"),
            journal=self.journal,
        )
        for name, door in self.elsewhere.doors.items():
            stack.push_async_callback(door.stop)
            self.doors[name] = door
        self.base = self._web.base

    def _door(self, stack: AsyncExitStack, name: str) -> Door:
        door = self.doors[name] = Door(self._ports.get(name, 0))
        stack.push_async_callback(door.stop)
        return door

    def _web_door(self, stack: AsyncExitStack, name: str) -> WebDoor:
        door = WebDoor(self._ports.get(name, 0))
        stack.push_async_callback(door.stop)
        self.doors[name] = door
        return door

    def _assemble(self) -> None:
        """Make what judges and keeps, without a socket."""
        pending = Pending()
        self.grants = Grants(
            mint=self.mint,
            clock=self.clock,
            issuer=self.base,
            token_seconds=self._token_seconds,
        )
        self.submission = Submission(
            directory=self.directory,
            mailboxes=self.mailboxes,
            clock=self.clock,
            limits=self.limits,
            pending=pending,
        )
        gate = ExchangeGate(
            directory=self.directory,
            mint=self.mint,
            clock=self.clock,
            faults=self.faults,
            pending=pending,
            limits=self.limits,
        )
        self.entra = Entra(
            Answers(self.base, self.clock),
            directory=self.directory,
            mint=self.mint,
            grants=self.grants,
            faults=self.faults,
            journal=self.journal,
        )
        self.board = Board(
            directory=self.directory,
            faults=self.faults,
            grants=self.grants,
            clock=self.clock,
            answers=self.entra.answers,
            pending=pending,
            submission=self.submission,
            gate=gate,
            doors=self.doors,
            elsewhere=self.elsewhere,
            journal=self.journal,
        )

    async def _start(self, stack: AsyncExitStack) -> None:
        self._certificates = Certificates(self.folder)
        stack.push_async_callback(self.submission.stop)
        await self._start_web()
        await self._start_graph()
        await self._start_desk()
        await self._start_smtp(stack)
        await self.elsewhere.start(stack, self._certificates)

    async def _start_web(self) -> None:
        app = web.Application(middlewares=[self._web.guard, self.entra.guard])
        self.entra.routes(app)
        MailPages(self.mailboxes).routes(app)
        await self._web.open(app, self._certificates.tls(self._shows("entra")))

    async def _start_graph(self) -> None:
        callers = Callers(
            directory=self.directory, mint=self.mint, clock=self.clock, limits=self.limits
        )
        graph = Graph(callers, self.submission, self.faults, self.journal)
        guards = [self._graph.guard, graph.guard]
        app = web.Application(middlewares=guards, client_max_size=BODY)
        graph.routes(app)
        await self._graph.open(app, self._certificates.tls(self._shows("graph")))

    async def _start_desk(self) -> None:
        """Start the lab's own pages, which never fail on purpose: the mailboxes, and the
        control."""
        app = web.Application()
        ca_file = str(self.folder / "ca.pem")
        self.control = Control(self.board, self._control, ca_file)
        self.control.routes(app)
        MailPages(self.mailboxes).routes(app)
        await self._desk.open(app, self._certificates.tls(lambda: "good"))

    async def _start_smtp(self, stack: AsyncExitStack) -> None:
        usual = Rules(
            dialect=EXCHANGE,
            gate=self.board.gate,
            post=ExchangePost(self.submission),
            tls=self._certificates.tls(self._shows("smtp")),
            clock=self.clock,
            faults=self.faults,
            limits=self.limits,
            name="smtp",
            journal=self.journal,
        )
        high_volume = replace(
            usual,
            dialect=HIGH_VOLUME,
            gate=HighVolumeGate(directory=self.directory, mint=self.mint, clock=self.clock),
            post=HighVolumePost(directory=self.directory, mailboxes=self.mailboxes),
            tls=self._certificates.tls(self._shows("hve")),
            faults=Faults(),
            name="hve",
        )
        for rules, door in ((usual, self._smtp), (high_volume, self._hve)):
            server = SmtpServer(rules)
            stack.push_async_callback(server.stop)
            await server.start(door)

    def _shows(self, name: str) -> Callable[[], Shown]:
        """Return which certificate a door shows at the moment."""
        return lambda: self.faults.certificates.get(name, "good")


def _part(saved: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return a table within what was saved; empty if there is none."""
    found = saved.get(name)
    return found if isinstance(found, dict) else {}
