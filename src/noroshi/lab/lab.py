"""The whole lab as one thing that is started and stopped, and the files that it leaves."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

from aiohttp import web

from noroshi.lab.answering import Answers
from noroshi.lab.board import Board
from noroshi.lab.certificates import make_tls, open_client_certificate, write_private
from noroshi.lab.clock import LabClock
from noroshi.lab.control import Control
from noroshi.lab.conversation import Rules
from noroshi.lab.entra import Entra
from noroshi.lab.exchange import Exchange
from noroshi.lab.faults import Faults
from noroshi.lab.grants import Grants
from noroshi.lab.mail_pages import MailPages
from noroshi.lab.mailbox import Mailboxes
from noroshi.lab.model import APP_SCOPE, REDIRECT_URI, SMTP_SCOPE, Clock, Directory, ready_made
from noroshi.lab.tokens import Mint

TOKEN_SECONDS = 4500  # Entra ID gives 60 to 90 minutes; this is its mean
_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """All that a client needs to use the lab; `lab.json` holds these fields."""

    pid: int
    sign_in: str
    mail_pages: str
    authority: str
    tenant_id: str
    tenant_domain: str
    client_id: str
    client_secret: str = field(repr=False)
    client_certificate: str
    redirect_uri: str
    scope: str
    user: str
    user_oid: str
    password: str = field(repr=False)
    admin: str
    admin_oid: str
    admin_password: str = field(repr=False)
    control: str = field(repr=False)
    reader: str
    smtp_host: str
    smtp_port: int
    ca_file: str
    mail_folder: str


class Lab:
    """Both servers, on loopback only; port 0 takes a free one.

    `async with Lab(folder, clock=…) as lab:` gives `lab.address`, `lab.mailboxes` and
    `lab.faults`. Without a directory there is a ready-made one. Raises OSError when a port
    is taken.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        directory: Directory | None = None,
        faults: Faults | None = None,
        port: int = 0,
        smtp_port: int = 0,
        token_seconds: int = TOKEN_SECONDS,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder.absolute()
        self._certificate = "" if directory else str(self.folder / "client.pem")
        self.directory = directory or self._ready_made()
        self.faults = faults or Faults()
        self.mailboxes = Mailboxes(self.folder / "mail")
        self.mint = Mint.open(self.folder / "signing-key.pem")
        self.clock = LabClock(clock)
        self._ports = port, smtp_port
        self._token_seconds = token_seconds
        self._control = str(read_address(folder).get("control", secrets.token_urlsafe(24)))
        self._stack = AsyncExitStack()

    def _ready_made(self) -> Directory:
        certificate = open_client_certificate(Path(self._certificate))
        return ready_made(read_address(self.folder), certificate)

    async def __aenter__(self) -> Lab:
        """Starts both servers and then writes what clients need to know."""
        async with AsyncExitStack() as stack:
            web_sockets, smtp_sockets = (_listen_for(stack, port) for port in self._ports)
            self.base = f"https://localhost:{web_sockets[0].getsockname()[1]}"
            self.grants = Grants(
                mint=self.mint,
                clock=self.clock,
                issuer=self.base,
                token_seconds=self._token_seconds,
            )
            tls = make_tls(self.folder)
            await self._start_web(stack, web_sockets, tls)
            await self._start_smtp(stack, smtp_sockets, tls)
            self._stack = stack.pop_all()
        self.address = self._describe(smtp_sockets[0].getsockname()[1])
        self._write()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _start_web(
        self, stack: AsyncExitStack, sockets: list[socket.socket], tls: ssl.SSLContext
    ) -> None:
        self.entra = Entra(
            Answers(self.base, self.clock),
            directory=self.directory,
            mint=self.mint,
            grants=self.grants,
            faults=self.faults,
        )
        self.board = Board(
            directory=self.directory,
            faults=self.faults,
            grants=self.grants,
            clock=self.clock,
            answers=self.entra.answers,
        )
        app = web.Application(middlewares=[self.entra.guard])
        self.entra.routes(app)
        Control(self.board, self._control).routes(app)
        MailPages(self.mailboxes).routes(app)
        # No access log: codes and states stand in the addresses.
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for each in sockets:
            await web.SockSite(runner, each, ssl_context=tls).start()

    async def _start_smtp(
        self, stack: AsyncExitStack, sockets: list[socket.socket], tls: ssl.SSLContext
    ) -> None:
        exchange = Exchange(
            Rules(
                directory=self.directory,
                mint=self.mint,
                mailboxes=self.mailboxes,
                tls=tls,
                clock=self.clock,
                faults=self.faults,
                pending=self.board.pending,
            )
        )
        stack.push_async_callback(exchange.stop)
        await exchange.start(sockets)

    def _describe(self, smtp_port: int) -> Address:
        """The first app and user of the first tenant are the ones to use."""
        tenant = self.directory.tenants[0]
        app, user = next(iter(tenant.apps.values())), next(iter(tenant.users.values()))
        admin = next((each for each in tenant.users.values() if each.admin), user)
        return Address(
            pid=os.getpid(),
            sign_in=self.base,
            mail_pages=f"{self.base}/mail",
            authority=f"{self.base}/{tenant.id}",
            tenant_id=tenant.id,
            tenant_domain=tenant.domain,
            client_id=app.client_id,
            client_secret=app.secrets[0].value if app.secrets else "",
            client_certificate=self._certificate,
            redirect_uri=app.redirects[0].uri if app.redirects else REDIRECT_URI,
            scope=SMTP_SCOPE,
            user=user.upn,
            user_oid=user.oid,
            password=user.password,
            admin=admin.upn,
            admin_oid=admin.oid,
            admin_password=admin.password,
            control=self._control,
            reader=list(tenant.mailboxes)[-1],
            smtp_host="localhost",
            smtp_port=smtp_port,
            ca_file=str(self.folder / "ca.pem"),
            mail_folder=str(self.folder / "mail"),
        )

    def _write(self) -> None:
        for name, said in definitions(self.address).items():
            path = self.folder / "definitions" / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, said.encode())
        told = json.dumps(asdict(self.address), indent=2) + "\n"
        write_private(self.folder / "lab.json", told.encode())


def read_address(folder: Path) -> Mapping[str, object]:
    """What `lab.json` said at the last start; nothing if there was none."""
    try:
        saved = json.loads((folder / "lab.json").read_bytes())
    except FileNotFoundError:
        return {}
    return saved if isinstance(saved, dict) else {}


def definitions(address: Address) -> Mapping[str, str]:
    """The custom cloud profile and two accounts that point a node at this lab, as TOML files:
    one that a person signs in, and one whose app signs in by itself."""
    cloud = {
        "authority": f"{address.sign_in}/{{tenant}}",
        "scope": address.scope,
        "app_scope": APP_SCOPE,
        "smtp_host": address.smtp_host,
        "smtp_port": address.smtp_port,
        "ca_file": address.ca_file,
    }
    account = {
        "cloud": "lab",
        "tenant": address.tenant_id,
        "client_id": address.client_id,
        "secret": "lab-secret",  # an entry of the node's vault; its value stands in lab.json
        "mailbox": address.user,
        "redirect": address.redirect_uri,
    }
    alone = {k: v for k, v in account.items() if k != "redirect"} | {"sign_in": "app"}
    return {
        "clouds/lab.toml": _toml(cloud),
        "accounts/lab.toml": _toml(account),
        "accounts/lab-app.toml": _toml(alone),
    }


def _toml(named: Mapping[str, object]) -> str:
    """JSON's strings and numbers are TOML's as well."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in named.items())


def _listen_for(stack: AsyncExitStack, port: int) -> list[socket.socket]:
    sockets = listen(port)
    for each in sockets:
        stack.callback(each.close)
    return sockets


def listen(port: int) -> list[socket.socket]:
    """Sockets on one port of 127.0.0.1 and, where there is IPv6, of ::1.

    A client that dials "localhost" may try either first, and must not meet a stranger there.
    """
    for _ in range(_TRIES):
        first = _bind(socket.AF_INET, "127.0.0.1", port)
        try:
            return [first, _bind(socket.AF_INET6, "::1", first.getsockname()[1])]
        except OSError as refused:
            if refused.errno not in (errno.EADDRINUSE, errno.EACCES):
                return [first]  # no IPv6 here
            first.close()
            if port:
                raise
    raise OSError("no port is free on both 127.0.0.1 and ::1")


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows this would let two programs share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound
