"""Examine a computer that is asked by WinRM: name, port, TLS, login, PowerShell, language mode, and
what it tells."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

from noroshi.core.translation import COMMA, Message, _, joined, plain
from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.winrm import tls
from noroshi.hosts.winrm.channel import WinrmChannel
from noroshi.hosts.winrm.fact_questions import (
    FULL_LANGUAGE,
    IncompleteOutputError,
    TurnOutput,
    question,
    read_output,
    request_of,
)
from noroshi.hosts.winrm.powershell_session import PowerShellSession
from noroshi.hosts.winrm.windows_computer import PATIENCE as FACTS_PATIENCE, SCRIPT, SILENT
from noroshi.hosts.winrm.winrm_problem import WinrmProblem, remedy_of
from noroshi.network import ConnectError, Egress
from noroshi.network.reach_steps import FirstHop, connect_first_hop, resolve
from noroshi.ports import Unmeasurable
from noroshi.ports.examination import Cure, Exam, Step, StepError, StepResult, Whose

T = TypeVar("T")
PATIENCE = 15.0
NAME, PORT, TLS = _("Name"), _("Port"), plain("TLS")
LOGIN, SHELL, RIGHTS = _("Login"), plain("PowerShell"), _("Readable data")
LANGUAGE_MODE = _("Language mode")
THEIR_ADMINISTRATOR = _("the administrator of {address}")
LEADS_TO = _("{address} is {addresses}")
ANSWERS = _("{where} accepts connections")
TRUSTED_BY_CA = _("{fingerprint}, issued by a trusted CA")
PINNED = _("{fingerprint}, as set in fingerprint")
NO_TLS = _("HTTP without TLS: {method} encrypts each message")
LOGGED_IN = _("logged in as {user}")
STARTED = _("a PowerShell session was started")
SYSTEM = _("the script ran on {host} (PowerShell {version})")
FULL = _("FullLanguage: all types of monitor that WinRM supports are available")
TELLS = _("volumes, processes, ports, memory, CPU time, services and the event log")
READABLE = _("can be read: {facts}")
NOT_TOLD = _("not available: {unknown}. Monitors that need these become UNKNOWN")
ASKED: Mapping[str, Message] = {
    "volumes": _("the volumes"),
    "processes": _("the processes"),
    "listeners": _("the open ports"),
    "memory": _("the memory"),
    "processor": _("the CPU time"),
    "services": _("the services"),
    "events": _("the event log"),
}
EVENTS = question("events", log="System", xpath="*", xpathOfAll="*", after=0, most=1)
QUESTIONS = (
    *(question(ask) for ask in ("volumes", "processes", "listeners", "memory", "processor")),
    question("services", names=["*"]),
    EVENTS,
)


class WinrmExamination:
    """See ports.examination.Examination."""

    def __init__(self, login: WinrmLogin, egress: Egress) -> None:
        self._login, self._egress = login, egress
        self._channel = WinrmChannel(login, egress)
        self._session = PowerShellSession(login, self._channel)
        self._hop: FirstHop | None = None
        self._output: TurnOutput | None = None
        administrator = THEIR_ADMINISTRATOR.fill(address=login.address)
        self._exam = Exam(people={Whose.ADMINISTRATOR: administrator})

    @property
    def steps(self) -> Sequence[Step]:
        return (
            Step(name="name", title=NAME, take=self._name),
            Step(name="port", title=PORT, take=self._port),
            Step(name="tls", title=TLS, take=self._tls),
            Step(name="login", title=LOGIN, take=self._log_in),
            Step(name="shell", title=SHELL, take=self._shell),
            Step(name="rights", title=RIGHTS, take=self._rights),
            Step(name="language", title=LANGUAGE_MODE, take=self._language),
        )

    async def close(self) -> None:
        self._session.drop()

    async def _name(self) -> StepResult:
        login = self._login
        try:
            self._hop = await resolve(login.address, login.port, self._egress, PATIENCE)
        except ConnectError as error:
            raise _stop(error.words) from None
        addresses = joined((plain(str(one)) for one in self._hop.addresses), COMMA)
        return StepResult(LEADS_TO.fill(address=login.address, addresses=addresses))

    async def _port(self) -> StepResult:
        assert self._hop is not None
        try:
            sock = await connect_first_hop(self._hop, self._egress, PATIENCE)
        except ConnectError as error:
            raise self._step_error("closed_port", error.words) from None
        sock.close()
        return StepResult(ANSWERS.fill(where=self._hop.peer))

    async def _tls(self) -> StepResult:
        login = self._login
        if not login.is_https:
            return StepResult(NO_TLS.fill(method=login.method.value.upper()))
        try:
            certificate = await self._channel.check_certificate()
        except WinrmProblem as problem:
            raise StepError(plain(""), problem.remedy(self._exam)) from None
        except Unmeasurable as problem:
            raise await self._tls_error(problem.words) from None
        words = PINNED if login.fingerprints else TRUSTED_BY_CA
        return StepResult(words.fill(fingerprint=tls.fingerprint_of(certificate)))

    async def _tls_error(self, words: Message) -> StepError:
        try:
            certificate = await self._channel.show_certificate()
        except (Unmeasurable, ssl.SSLError):
            return self._step_error("no_tls", words)
        row = "changed_certificate" if self._login.fingerprints else "untrusted"
        return self._step_error(row, words, fingerprint=tls.fingerprint_of(certificate))

    async def _log_in(self) -> StepResult:
        await self._run(self._channel.log_in())
        return StepResult(LOGGED_IN.fill(user=self._login.name))

    async def _shell(self) -> StepResult:
        await self._run(self._session.open())
        return StepResult(STARTED)

    async def _rights(self) -> StepResult:
        result = await self._run(self._session.run(SCRIPT, request_of(QUESTIONS)))
        try:
            self._output = read_output(result.lines)
        except IncompleteOutputError as error:
            row = "no_language" if "no-language" in result.error.lower() else "no_script"
            problem = WinrmProblem(row, self._login, result.error or error.start)
            raise StepError(plain(""), problem.remedy(self._exam)) from None
        return self._readable_facts(self._output)

    def _readable_facts(self, output: TurnOutput) -> StepResult:
        """Say what can be read. Raises StepError if nothing can."""
        failed = {
            one.ask: output.answer_by_number[number].error
            for number, one in enumerate(QUESTIONS)
            if number in output.answer_by_number and output.answer_by_number[number].error
        }
        if len(failed) == len(QUESTIONS):
            problem = WinrmProblem("not_allowed", self._login, failed["memory"])
            raise StepError(plain(""), problem.remedy(self._exam))
        script_line = SYSTEM.fill(host=output.host_name, version=output.powershell)
        if not failed:
            return StepResult(joined((script_line, READABLE.fill(facts=TELLS))))
        known_names = joined((name for ask, name in ASKED.items() if ask not in failed), COMMA)
        unknown_names = joined((ASKED[ask] for ask in failed), COMMA)
        remarks = (
            NOT_TOLD.fill(unknown=unknown_names),
            *map(plain, sorted(set(failed.values()))),
        )
        readable = READABLE.fill(facts=known_names)
        return StepResult(joined((script_line, readable)), remarks)

    async def _language(self) -> StepResult:
        assert self._output is not None
        mode = self._output.language_mode
        if mode == FULL_LANGUAGE:
            return StepResult(FULL)
        words = WinrmProblem("constrained", self._login).words
        return StepResult(plain(mode), (words,))

    async def _run(self, work: Awaitable[T]) -> T:
        """Return what the work returns. Raises StepError."""
        try:
            async with asyncio.timeout(FACTS_PATIENCE):
                return await work
        except WinrmProblem as problem:
            raise StepError(plain(""), problem.remedy(self._exam)) from None
        except Unmeasurable as problem:
            raise _stop(problem.words, Whose.ADMINISTRATOR, self._exam) from None
        except TimeoutError:
            peer = self._login.host_and_port
            words = SILENT.fill(where=peer, seconds=FACTS_PATIENCE)
            raise _stop(words, Whose.ADMINISTRATOR, self._exam) from None

    def _step_error(self, row: str, words: Message, **values: str) -> StepError:
        """Return the remedy of a row, with what happened before its meaning."""
        remedy = remedy_of(row, self._login, self._exam, **values)
        return StepError(words, remedy)


def _stop(words: Message, party: Whose = Whose.NETWORK, exam: Exam | None = None) -> StepError:
    return StepError(plain(""), Cure(party=party).remedy(words, exam or Exam()))
