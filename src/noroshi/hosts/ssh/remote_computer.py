"""Ask a computer for all its facts once in a turn: one program on one kept connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.resources import files

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import Message, _
from noroshi.hosts.files import FileWork
from noroshi.hosts.snapshot_cache import SharedSnapshot
from noroshi.hosts.ssh.facts_output import (
    IncompleteOutputError,
    RemoteFacts,
    read_facts,
    short_reply,
)
from noroshi.hosts.ssh.remote_files import RemoteFiles
from noroshi.hosts.ssh.ssh_connection import RemoteResult, SshConnection
from noroshi.hosts.threads import run_in_thread
from noroshi.ports import Unmeasurable

READ_AT_ONCE = 256 * 1024
"""Characters of an output that are read at once: a longer one would hold up the loop."""
PATIENCE = 20.0
"""Seconds for all facts: `df` waits for network drives."""
MOST_FILE_WORK = 4
"""So many pieces of work on files may be under way: one that hangs holds up few."""
SCRIPT = files("noroshi.hosts.ssh").joinpath("facts.sh").read_text("utf-8")
COMMAND = "exec sh -s"
"""Reads the script from its input: no command line is too long for it, and a login shell of any
kind can start it."""

NO_SHELL = with_commands(
    _(
        "{where} does not run Noroshi's script for {user}: {start}. The login shell is restricted, or "
        "the key is restricted to another command. Restrict the key to the script that `{command}` "
        "prints, or give the user an ordinary shell"
    ),
    command=CommandText("ssh-script"),
)
NO_OUTPUT = _("no output")


class RemoteComputer:
    """Share the facts of a computer among all monitors that ask within a second."""

    def __init__(
        self, login: SshLogin, connection: SshConnection, steady: Callable[[], float]
    ) -> None:
        self.connection = connection
        self._login = login
        self._file_work: FileWork | None = None
        self._facts = SharedSnapshot(lambda: asyncio.ensure_future(self._read()), steady)

    async def facts(self) -> RemoteFacts:
        """Return what the computer tells. Raises Unmeasurable."""
        try:
            return await self._facts.ask()
        except Unmeasurable as problem:  # it is shared, and would grow with each who raises it
            raise Unmeasurable(problem.words) from None

    def file_work(self) -> FileWork:
        """Return what works on the computer's files."""
        if self._file_work is None:
            files = RemoteFiles(self._login, self.connection, asyncio.get_running_loop())
            self._file_work = FileWork(files, max_threads=MOST_FILE_WORK)
        return self._file_work

    async def _read(self) -> RemoteFacts:
        result = await self.connection.run(COMMAND, PATIENCE, SCRIPT)
        try:
            if len(result.output) <= READ_AT_ONCE:
                return read_facts(result.output)
            return await run_in_thread(lambda: read_facts(result.output))
        except IncompleteOutputError as error:
            raise Unmeasurable(self._no_shell(result, error.start)) from None

    def _no_shell(self, result: RemoteResult, start: str) -> Message:
        reply = start or short_reply(result.errors)
        return NO_SHELL.fill(
            where=self._login.host_and_port, user=self._login.user, start=reply or NO_OUTPUT
        )
