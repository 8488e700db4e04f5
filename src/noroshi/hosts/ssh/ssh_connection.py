"""Keep one SSH connection for each login, and run one program at a time on it.

A connection serves turn after turn. It is dropped when it hangs or breaks, and the next turn makes
another one. Nothing leaves before the host key was checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import asyncssh

from noroshi.core.ssh_login import ShownHostKey, SshLogin, host_key_problem
from noroshi.core.translation import Message, _
from noroshi.hosts.ssh.login_errors import login_problem, reason_of
from noroshi.network import Egress, reach
from noroshi.ports import RouteError, Unmeasurable

PATIENCE = 15.0
"""Seconds for a connection, and as many for a login."""
KEEPALIVE, UNANSWERED = 15.0, 3
"""Seconds between two signs of life, and how many may stay unanswered."""
IDLE = 900.0
"""Seconds for which a connection is kept that nobody uses."""
MOST_OUTPUT = 8 << 20
"""Bytes of an output; a program that writes more is stopped."""
PIECE = 1 << 16
MOST_ERRORS = 4096

SILENT = _(
    "{where} did not finish within {seconds:g} s. The connection was closed; the next "
    "measurement opens a new one"
)
BROKEN = _("the connection to {where} was closed: {why}")
TOO_MUCH = _("the output from {where} is longer than {most} bytes")


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """Hold the end of a program over there: its exit code (None: a signal ended it, or the
    server tells none) and its output."""

    code: int | None
    output: str
    errors: str = ""


class _Client(asyncssh.SSHClient):
    """Check the host key; keep the one that was shown, and why it was refused."""

    def __init__(self, login: SshLogin) -> None:
        self._login = login
        self.shown_key: ShownHostKey | None = None
        self.problem: Message | None = None

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        self.shown_key = ShownHostKey(key.get_algorithm(), key.get_fingerprint())
        self.problem = host_key_problem(self._login, self.shown_key)
        return self.problem is None


class SshConnection:
    """Hold the connection of one login. Each method raises Unmeasurable with whose it is."""

    def __init__(self, login: SshLogin, egress: Egress) -> None:
        self._login, self._egress = login, egress
        self._jump = SshConnection(login.jump, egress) if login.jump else None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._turn, self._opening = asyncio.Lock(), asyncio.Lock()

    async def run(self, command: str, timeout: float, text: str = "") -> RemoteResult:
        """Run a command in the login shell, with `text` as its input. A program that runs longer
        is cut off, and so is the connection."""
        async with self._turn:
            connection = await self.open()
            try:
                async with asyncio.timeout(timeout):
                    return await _run(connection, command, text)
            except TimeoutError:
                self.close()
                words = SILENT.fill(where=self._login.host_and_port, seconds=timeout)
                raise Unmeasurable(words) from None
            except _TooMuchError:
                self.close()
                words = TOO_MUCH.fill(where=self._login.host_and_port, most=MOST_OUTPUT)
                raise Unmeasurable(words) from None
            except (asyncssh.Error, OSError) as error:
                self.close()
                words = BROKEN.fill(where=self._login.host_and_port, why=reason_of(error))
                raise Unmeasurable(words) from None

    async def open(self) -> asyncssh.SSHClientConnection:
        """Return the connection, made now if there is none that works."""
        async with self._opening:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._connect()
            self.keep()
            return self._connection

    def keep(self) -> None:
        """Keep the connection, and the one that it goes through, for another while."""
        if self._jump is not None:
            self._jump.keep()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(IDLE, self.close)

    def close(self) -> None:
        """Drop the connection, without a goodbye that nobody may answer."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    def close_all(self) -> None:
        """Drop it and the one that it goes through."""
        self.close()
        if self._jump is not None:
            self._jump.close_all()

    async def show_host_key(self) -> ShownHostKey:
        """Return the key that the server shows, whether or not it is trusted; nobody logs in."""
        client = _Client(replace(self._login, host_keys=()))
        try:
            connection = await self._connected(client, _options(self._login.user, client))
        except Unmeasurable:
            if client.shown_key is None:
                raise
        else:
            connection.abort()
        assert client.shown_key is not None
        return client.shown_key

    async def public_key(self) -> str:
        """Return the public key of the login, as authorized_keys has it; "" if it has none."""
        keys, _unused = await self._credentials()
        return keys[0].export_public_key().decode().strip() if keys else ""

    async def _connect(self) -> asyncssh.SSHClientConnection:
        client = _Client(self._login)
        keys, password = await self._credentials()
        return await self._connected(client, _options(self._login.user, client, keys, password))

    async def _connected(
        self, client: _Client, options: asyncssh.SSHClientConnectionOptions
    ) -> asyncssh.SSHClientConnection:
        try:
            async with asyncio.timeout(2 * PATIENCE):
                if self._jump is not None:
                    return await asyncssh.connect(
                        self._login.address,
                        self._login.port,
                        tunnel=await self._jump.open(),
                        options=options,
                    )
                sock = await reach(
                    self._login.address, self._login.port, self._egress, PATIENCE
                )
                return await asyncssh.connect(
                    self._login.address, self._login.port, sock=sock, options=options
                )
        except RouteError as error:
            raise Unmeasurable(error.words) from None
        except (asyncssh.Error, OSError, TimeoutError) as error:
            words = client.problem or login_problem(self._login, error, client.shown_key)
            raise Unmeasurable(words) from None

    async def _credentials(self) -> tuple[list[asyncssh.SSHKey], str | None]:
        try:
            key = await self._egress.secret(self._login.key) if self._login.key else ""
            password = (
                await self._egress.secret(self._login.password) if self._login.password else ""
            )
        except RouteError as error:
            raise Unmeasurable(error.words) from None
        return ([_private_key(self._login, key)] if key else []), password or None


def _options(
    user: str,
    client: _Client,
    keys: Sequence[asyncssh.SSHKey] = (),
    password: str | None = None,
) -> asyncssh.SSHClientConnectionOptions:
    """Return what counts for a connection: nothing of the files of the node's own user."""
    return asyncssh.SSHClientConnectionOptions(
        client_factory=lambda: client,
        username=user,
        client_keys=list(keys) or None,  # an empty tuple would mean the keys in ~/.ssh
        password=password,
        preferred_auth=("publickey", "password", "keyboard-interactive"),
        known_hosts=([], [], []),  # so that the client is asked, and nothing else counts
        config=None,
        agent_path=None,
        gss_host=None,
        x509_trusted_certs=None,
        login_timeout=PATIENCE,
        keepalive_interval=KEEPALIVE,
        keepalive_count_max=UNANSWERED,
    )


BAD_KEY = _(
    "the key {entry} in the vault cannot be used: {why}. It must be a private key in OpenSSH or "
    "PEM format, without a passphrase"
)
ENCRYPTED = _("it is protected by a passphrase")
NOT_A_KEY = _("this is not a private key")


def _private_key(login: SshLogin, text: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(text)
    except asyncssh.KeyEncryptionError:
        raise Unmeasurable(BAD_KEY.fill(entry=login.key, why=ENCRYPTED)) from None
    except (asyncssh.KeyImportError, ValueError):
        raise Unmeasurable(BAD_KEY.fill(entry=login.key, why=NOT_A_KEY)) from None


class _TooMuchError(Exception):
    """Report an output that is longer than allowed."""


async def _run(
    connection: asyncssh.SSHClientConnection, command: str, text: str
) -> RemoteResult:
    process = await connection.create_process(command, encoding=None)
    try:
        with suppress(BrokenPipeError):  # it may have ended already: what it wrote is there
            process.stdin.write(text.encode())
            process.stdin.write_eof()
        output, errors = await asyncio.gather(
            _read(process.stdout, MOST_OUTPUT), _read(process.stderr, MOST_OUTPUT)
        )
        await process.wait_closed()
    except BaseException:  # also when cancelled: nobody else knows this program
        process.close()
        raise
    errors_text = errors.decode("utf-8", "replace")[:MOST_ERRORS]
    return RemoteResult(process.exit_status, output.decode("utf-8", "replace"), errors_text)


async def _read(stream: asyncssh.SSHReader[bytes], most: int) -> bytes:
    content = bytearray()
    while piece := await stream.read(PIECE):
        content += piece
        if len(content) > most:
            raise _TooMuchError
    return bytes(content)
