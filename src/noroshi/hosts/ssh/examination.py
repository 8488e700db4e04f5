"""Examine a computer that is asked by SSH: name, port, host key, login, shell, and what it tells."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Sequence
from contextlib import suppress

import asyncssh

from noroshi.core.command_text import CommandText
from noroshi.core.ssh_login import ShownHostKey, SshLogin, host_key_problem
from noroshi.core.translation import COMMA, Message, _, joined, plain
from noroshi.hosts.ssh.facts_output import (
    IncompleteOutputError,
    RemoteFacts,
    read_facts,
    short_reply,
)
from noroshi.hosts.ssh.host import MEMORY, PORTS, PROCESSES, PROCESSOR, VOLUMES
from noroshi.hosts.ssh.remote_computer import COMMAND, PATIENCE as FACTS_PATIENCE, SCRIPT
from noroshi.hosts.ssh.ssh_connection import PATIENCE, SshConnection
from noroshi.network import ConnectError, Egress
from noroshi.network.reach_steps import FirstHop, connect_first_hop, resolve
from noroshi.ports import Unmeasurable
from noroshi.ports.examination import Cure, Exam, Step, StepError, StepResult, Whose

NAME, PORT, HOST_KEY = _("Name"), _("Port"), _("Host key")
LOGIN, SHELL, RIGHTS = _("Login"), _("Shell"), _("Readable data")
VIA = _("{stage} of the jump host {address}")
THEIR_ADMINISTRATOR = _("the administrator of {address}")
LEADS_TO = _("{address} is {addresses}")
ANSWERS = _("{where} accepts connections")
TRUSTED = _("{algorithm} {fingerprint}, as set in host_key")
LOGGED_IN = _("logged in as {user}")
SYSTEM = _("the script ran on {host} ({system})")
FORCED = _(
    "the key is restricted to a command other than Noroshi's script. Run the first command, "
    "save its output on that computer, and restrict the key to that script"
)
TELLS = _("volumes, processes, ports, memory and CPU time")
NOT_TOLD = _("not available: {unknown}. Monitors that need these become UNKNOWN")
NO_FACTS = _("the script returned nothing that Noroshi can use")


class SshExamination:
    """See ports.examination.Examination."""

    def __init__(self, login: SshLogin, egress: Egress) -> None:
        self._egress = egress
        self._connection = SshConnection(login, egress)
        self._stages = _Stages(login, self._connection, egress)

    @property
    def steps(self) -> Sequence[Step]:
        return self._stages.steps()

    async def close(self) -> None:
        self._stages.close()
        self._connection.close_all()


class _Stages:
    """The stages of one login, with those of its jump host before them."""

    def __init__(self, login: SshLogin, connection: SshConnection, egress: Egress) -> None:
        self._login, self._connection, self._egress = login, connection, egress
        self._hop: FirstHop | None = None
        self._socket: socket.socket | None = None
        self._facts: RemoteFacts | None = None

    def steps(self) -> Sequence[Step]:
        first = self._login.jump or self._login
        steps = [
            Step(name="name", title=_titled(NAME, self._login), take=self._name),
            Step(name="port", title=_titled(PORT, self._login), take=self._port),
        ]
        if first is not self._login:
            steps.append(Step(name="jump", title=_titled(LOGIN, self._login), take=self._jump))
        return (
            *steps,
            Step(name="host_key", title=HOST_KEY, take=self._host_key),
            Step(name="login", title=LOGIN, take=self._log_in),
            Step(name="shell", title=SHELL, take=self._shell),
            Step(name="rights", title=RIGHTS, take=self._rights),
        )

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _name(self) -> StepResult:
        first = self._login.jump or self._login
        try:
            self._hop = await resolve(first.address, first.port, self._egress, PATIENCE)
        except ConnectError as error:
            raise _stop(error.words, Whose.NETWORK) from None
        addresses = joined((plain(str(one)) for one in self._hop.addresses), COMMA)
        return StepResult(LEADS_TO.fill(address=first.address, addresses=addresses))

    async def _port(self) -> StepResult:
        assert self._hop is not None
        try:
            self._socket = await connect_first_hop(self._hop, self._egress, PATIENCE)
        except ConnectError as error:
            raise _stop(error.words, Whose.NETWORK) from None
        self.close()
        return StepResult(ANSWERS.fill(where=self._hop.peer))

    async def _jump(self) -> StepResult:
        jump = self._login.jump
        assert jump is not None
        connection = SshConnection(jump, self._egress)
        try:
            await connection.open()
        except Unmeasurable as error:
            raise self._login_error(jump, error.words) from None
        finally:
            connection.close()
        return StepResult(LOGGED_IN.fill(user=jump.user))

    async def _host_key(self) -> StepResult:
        try:
            shown_key = await self._connection.show_host_key()
        except Unmeasurable as error:
            raise _stop(error.words, Whose.ADMINISTRATOR, self._login) from None
        problem = host_key_problem(self._login, shown_key)
        if problem is not None:
            raise self._host_key_error(shown_key, problem)
        arguments = {"algorithm": shown_key.algorithm, "fingerprint": shown_key.fingerprint}
        return StepResult(TRUSTED.fill(**arguments))

    def _host_key_error(self, shown_key: ShownHostKey, problem: Message) -> StepError:
        lines = (shown_key.look_up_command, f'host_key = "{shown_key.fingerprint}"')
        party = Whose.ADMINISTRATOR if self._login.host_keys else Whose.YOU
        return _stop(problem, party, self._login, lines)

    async def _log_in(self) -> StepResult:
        try:
            await self._connection.open()
        except Unmeasurable as error:
            raise self._login_error(
                self._login, error.words, await self._public_key()
            ) from None
        return StepResult(LOGGED_IN.fill(user=self._login.user))

    def _login_error(self, login: SshLogin, words: Message, key: str = "") -> StepError:
        line = f"echo {shlex.quote(key)} >> ~{login.user}/.ssh/authorized_keys"
        return _stop(words, Whose.ADMINISTRATOR, login, (line,) if key else ())

    async def _public_key(self) -> str:
        with suppress(Unmeasurable, asyncssh.Error):
            return await self._connection.public_key()
        return ""

    async def _shell(self) -> StepResult:
        try:
            result = await self._connection.run(COMMAND, FACTS_PATIENCE, SCRIPT)
            self._facts = read_facts(result.output)
        except Unmeasurable as error:
            raise _stop(error.words, Whose.ADMINISTRATOR, self._login) from None
        except IncompleteOutputError as error:
            raise self._forced(error.start or short_reply(result.errors)) from None
        facts = self._facts
        return StepResult(SYSTEM.fill(system=facts.system, host=facts.host_name))

    def _forced(self, reply: str) -> StepError:
        rule = 'command="sh /usr/local/lib/noroshi-facts.sh",restrict ssh-ed25519 AAAA…'
        lines = (CommandText("ssh-script"), f"~{self._login.user}/.ssh/authorized_keys: {rule}")
        return _stop(FORCED, Whose.ADMINISTRATOR, self._login, lines, reply)

    async def _rights(self) -> StepResult:
        assert self._facts is not None
        facts = {
            VOLUMES: self._facts.volumes,
            PROCESSES: self._facts.processes,
            PORTS: self._facts.listeners,
            MEMORY: self._facts.memory,
            PROCESSOR: self._facts.processor,
        }
        unknown_names = [name for name, fact in facts.items() if fact is None]
        known_names = [name for name, fact in facts.items() if fact is not None]
        if not known_names:
            raise _stop(NO_FACTS, Whose.ADMINISTRATOR, self._login)
        remarks = (
            (NOT_TOLD.fill(unknown=joined(unknown_names, COMMA)),) if unknown_names else ()
        )
        return StepResult(TELLS if not unknown_names else joined(known_names, COMMA), remarks)


def _titled(stage: Message, login: SshLogin) -> Message:
    """Return the title of a stage, with the jump host's address where it is of that."""
    if login.jump is None:
        return stage
    return VIA.fill(stage=stage, address=login.jump.address)


def _stop(
    words: Message,
    party: Whose,
    login: SshLogin | None = None,
    lines: Sequence[str | CommandText] = (),
    reply: str = "",
) -> StepError:
    people = {}
    if login is not None:
        administrator = THEIR_ADMINISTRATOR.fill(address=login.address)
        people[Whose.ADMINISTRATOR] = administrator
    cure = Cure(party=party, lines=tuple(lines))
    return StepError(plain(""), cure.remedy(words, Exam(people=people), reply))
