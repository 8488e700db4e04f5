"""Let an invited server install Noroshi from this hub."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from noroshi import __version__
from noroshi.core.agents import Invitation
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _
from noroshi.hosts.threads import run_in_thread
from noroshi.link.install_line import InstallSource, curl_line, python_line
from noroshi.link.join_code import SECRET_BYTES, JoinCode
from noroshi.service.agents.hub_endpoints import Endpoint
from noroshi.service.agents.install_script import InstallFile, install_script, refusal_script
from noroshi.service.errors import ServiceError
from noroshi.service.operation_context import OperationContext

NO_FILE = with_commands(
    _(
        "This hub has no file from which other servers can install Noroshi. If it runs from a "
        "checkout, create the file there: make dist. On a server that has Noroshi, use `{command}`."
    ),
    command=CommandText("join"),
)
OTHER_VERSION = _(
    "The file from which other servers install Noroshi ({path}) contains version {there}, "
    "but this hub runs version {here}. Create the file again: make dist."
)
UNREADABLE = _("The file {path}, from which other servers install Noroshi, cannot be read.")
WHEEL = re.compile(r"\.deps/noroshi-([^-/]+)-py3-none-any\.whl/")
"""The name of Noroshi's own wheel in the file, with its version."""
BLOCK = 1 << 20


class NoInstallFileError(ServiceError):
    """Report that no server can install from here; `words` say why."""

    def __init__(self, words: Message) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallLines:
    """Hold the lines to paste on a server, for one with curl and for one with Python alone. `repr`
    shows neither: whoever has one may join."""

    curl: str = field(repr=False)
    python: str = field(repr=False)


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
        self, code: JoinCode, endpoint: Endpoint, language: str = "", name: str = ""
    ) -> InstallLines:
        """Return the lines for an invitation. `name` is what the agent is to be called, "" for the
        server's own name."""
        source = _source(endpoint, language)
        return InstallLines(
            curl=curl_line(source, code, name), python=python_line(source, code, name)
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
        return install_script(_source(endpoint, language), code, file)

    async def file(self, secret_text: str) -> tuple[Path, str] | None:
        """Return the file, and the ID of the invitation, for whoever has the secret of one that
        holds. Raises StoreError."""
        invitation = await self._invitation(secret_text)
        if invitation is None or not self._is_open(invitation):
            return None
        try:
            return (await self._file())[0], invitation.id
        except NoInstallFileError:
            return None

    async def _invitation(self, secret_text: str) -> Invitation | None:
        """Return the invitation of a secret in hexadecimal digits. Raises StoreError."""
        if not re.fullmatch(rf"[0-9a-f]{{{2 * SECRET_BYTES}}}", secret_text):
            return None
        secret_hash = hashlib.sha256(bytes.fromhex(secret_text)).hexdigest()
        invitations = await self._context.store.invitations()
        return next((one for one in invitations.values() if one.hash == secret_hash), None)

    def _is_open(self, invitation: Invitation) -> bool:
        return invitation.refusal("", self._context.now()) is None

    def _endpoint(self) -> Endpoint | None:
        return self._context.endpoints.preferred

    async def _file(self) -> tuple[Path, InstallFile]:
        return await run_in_thread(self._find_file)

    def _find_file(self) -> tuple[Path, InstallFile]:
        path = self._context.find_install_file()
        if path is None:
            raise NoInstallFileError(NO_FILE)
        try:
            facts = path.stat()
            file = _read(path, facts.st_mtime_ns, facts.st_size)
        except (OSError, zipfile.BadZipFile):
            raise NoInstallFileError(UNREADABLE.fill(path=path)) from None
        if file.version != __version__:
            raise NoInstallFileError(
                OTHER_VERSION.fill(path=path, there=file.version, here=__version__)
            )
        return path, file


@lru_cache(maxsize=2)
def _read(path: Path, _changed_at: int, _size: int) -> InstallFile:
    """Return what a file is; it is read once, as it has more than 50 MB."""
    with zipfile.ZipFile(path) as archive:
        matches = (WHEEL.match(name) for name in archive.namelist())
        version = next((match[1] for match in matches if match), "?")
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return InstallFile(version=version, sha256=digest.hexdigest())


def _source(endpoint: Endpoint, language: str) -> InstallSource:
    return InstallSource(
        host=endpoint.host,
        port=endpoint.port,
        certificate=endpoint.certificate,
        language=language,
    )
