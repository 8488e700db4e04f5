"""Let an invited server install Noroshi from this hub."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from noroshi.core.agents import Invitation
from noroshi.core.translation import Message
from noroshi.hosts.threads import run_in_thread
from noroshi.link.install_line import InstallSource, curl_line, powershell_line, python_line
from noroshi.link.join_code import SECRET_BYTES, JoinCode
from noroshi.service.agents.hub_endpoints import Endpoint
from noroshi.service.agents.install_file_reader import (
    WINDOWS_INSTALLER,
    NoInstallFileError,
    read_install_file,
)
from noroshi.service.agents.install_script import InstallFile, install_script, refusal_script
from noroshi.service.operation_context import OperationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallLines:
    """Hold the lines to paste on a server, for one with curl and for one with Python alone. `repr`
    shows neither: whoever has one may join."""

    curl: str = field(repr=False)
    python: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsLine:
    """Hold the line to paste on a server with Windows; "" if this hub has no installer, and then
    `problem` says why."""

    line: str = field(default="", repr=False)
    problem: Message | None = None


class Installation:
    """Make the lines to paste, and answer them as long as the invitation holds."""

    def __init__(self, context: OperationContext) -> None:
        self._context = context

    async def problem(self) -> Message | None:
        """Return why no server can install from here; None: it can."""
        try:
            await self._file()
        except NoInstallFileError as error:
            return error.words
        return None

    def lines(
        self,
        code: JoinCode,
        endpoint: Endpoint,
        language: str = "",
        name: str = "",
        *,
        updates: bool = False,
    ) -> InstallLines:
        """Return the lines for an invitation. `name` is what the agent is to be called, "" for the
        server's own name; `updates`: this hub may update Noroshi there."""
        source = _source(endpoint, language)
        return InstallLines(
            curl=curl_line(source, code, name, updates=updates),
            python=python_line(source, code, name, updates=updates),
        )

    async def windows_line(
        self, code: JoinCode, endpoint: Endpoint, language: str = "", name: str = ""
    ) -> WindowsLine:
        """Return the line for a server with Windows, which carries the hash of the installer."""
        try:
            _path, file = await self._windows_installer()
        except NoInstallFileError as error:
            return WindowsLine(problem=error.words)
        return WindowsLine(
            line=powershell_line(_source(endpoint, language), code, file.sha256, name)
        )

    async def script(self, secret_text: str, language: str) -> str | None:
        """Return the script for whoever has the secret of an invitation, or one that says that it is
        over; None: there is no such invitation, or nothing to install from. Raises StoreError."""
        invitation, endpoint = await self._invitation(secret_text), self._endpoint()
        if invitation is None or endpoint is None:
            return None
        if not self._is_open(invitation):
            return refusal_script(language)
        try:
            _path, file = await self._file()
        except NoInstallFileError:
            return None
        code = JoinCode(bytes.fromhex(secret_text), endpoint.pin)
        hub_key = await self._context.agents_hub.update_key()
        return install_script(_source(endpoint, language), code, file, hub_key)

    async def file(self, secret_text: str) -> tuple[Path, str] | None:
        """Return the file, and the ID of the invitation, for whoever has the secret of one that
        holds. Raises StoreError."""
        return await self._open_file(await self._invitation(secret_text), self._file)

    async def windows_installer(self, secret_hash: str) -> tuple[Path, str] | None:
        """Return the installer for Windows, and the ID of the invitation, for whoever has the hash of
        the secret of one that holds. Raises StoreError."""
        invitation = await self._invitation_by_hash(secret_hash)
        return await self._open_file(invitation, self._windows_installer)

    async def _open_file(
        self,
        invitation: Invitation | None,
        find: Callable[[], Awaitable[tuple[Path, InstallFile]]],
    ) -> tuple[Path, str] | None:
        if invitation is None or not self._is_open(invitation):
            return None
        try:
            return (await find())[0], invitation.id
        except NoInstallFileError:
            return None

    async def _invitation(self, secret_text: str) -> Invitation | None:
        """Return the invitation of a secret in hexadecimal digits. Raises StoreError."""
        if not re.fullmatch(rf"[0-9a-f]{{{2 * SECRET_BYTES}}}", secret_text):
            return None
        secret_hash = hashlib.sha256(bytes.fromhex(secret_text)).hexdigest()
        return await self._invitation_by_hash(secret_hash)

    async def _invitation_by_hash(self, secret_hash: str) -> Invitation | None:
        invitations = await self._context.store.invitations()
        return next((one for one in invitations.values() if one.hash == secret_hash), None)

    def _is_open(self, invitation: Invitation) -> bool:
        return invitation.refusal("", self._context.now()) is None

    def _endpoint(self) -> Endpoint | None:
        return self._context.endpoints.preferred

    async def _windows_installer(self) -> tuple[Path, InstallFile]:
        find = self._context.find_windows_installer
        return await run_in_thread(lambda: read_install_file(find, WINDOWS_INSTALLER))

    async def _file(self) -> tuple[Path, InstallFile]:
        return await run_in_thread(lambda: read_install_file(self._context.find_install_file))


def _source(endpoint: Endpoint, language: str) -> InstallSource:
    return InstallSource(
        host=endpoint.host,
        port=endpoint.port,
        certificate=endpoint.certificate,
        language=language,
    )
