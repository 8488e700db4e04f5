"""Ask a Windows computer: all questions of a moment in one run of one script, one run at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files

from noroshi.core.translation import Message, _
from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.snapshot_cache import LIFETIME, retrieve_exception
from noroshi.hosts.winrm.channel import WinrmChannel
from noroshi.hosts.winrm.fact_questions import (
    Answer,
    IncompleteOutputError,
    Question,
    TurnOutput,
    read_output,
    request_of,
)
from noroshi.hosts.winrm.powershell_session import PowerShellSession, ScriptResult
from noroshi.hosts.winrm.winrm_problem import WinrmProblem
from noroshi.network import Egress
from noroshi.ports import Unmeasurable

PATIENCE = 20.0
"""Seconds for all answers of a turn."""
SLOW_PATIENCE = 300.0
"""The same for what takes long: Windows Update lists what it knows in minutes."""
SLOW = frozenset({"updates"})
"""Questions that hold up no others: they are asked in a PowerShell of their own."""
GATHERING = 0.05
"""Seconds in which questions are gathered for one turn."""
IDLE = 900.0
"""Seconds for which a PowerShell is kept that nobody uses."""
GOODBYE = 5.0
"""Seconds that its end may take."""
SCRIPT = files("noroshi.hosts.winrm").joinpath("facts.ps1").read_text("utf-8")

SILENT = _(
    "{where} did not finish within {seconds:g} s. The connection was closed; the next "
    "measurement opens a new one"
)
NO_ANSWER = Answer(error="?")


@dataclass(slots=True)
class _Waiting:
    """Hold the future of a question, and when it was asked."""

    asked_at: float
    future: asyncio.Future[Answer] = field(repr=False)


class RemoteComputer:
    """Share the answers of a computer among all monitors that ask the same within a second."""

    def __init__(self, login: WinrmLogin, egress: Egress, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._waiting = dict[Question, _Waiting]()
        self._quick = TurnTaker(login, egress, PATIENCE)
        self._slow = TurnTaker(login, egress, SLOW_PATIENCE)

    async def ask(self, question: Question) -> Answer:
        """Return what the computer answers. Raises Unmeasurable if it does not."""
        waiting = self._waiting.get(question)
        if waiting is None or self._is_old(waiting):
            self._forget_old()
            taker = self._slow if question.ask in SLOW else self._quick
            waiting = _Waiting(self._steady(), taker.ask(question))
            self._waiting[question] = waiting
        try:
            return await asyncio.shield(waiting.future)
        except Unmeasurable as problem:  # it is shared, and would grow with each who raises it
            raise Unmeasurable(problem.words) from None

    def close(self) -> None:
        """Drop all connections."""
        self._quick.close()
        self._slow.close()

    def _is_old(self, waiting: _Waiting) -> bool:
        return waiting.future.done() and self._steady() - waiting.asked_at >= LIFETIME

    def _forget_old(self) -> None:
        for question in [one for one, w in self._waiting.items() if self._is_old(w)]:
            del self._waiting[question]


class TurnTaker:
    """Gather questions, and ask them in turns, one at a time, in one PowerShell that is kept."""

    def __init__(self, login: WinrmLogin, egress: Egress, patience: float) -> None:
        self._login, self._egress, self._patience = login, egress, patience
        self._questions = dict[Question, asyncio.Future[Answer]]()
        self._session: PowerShellSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._goodbyes = set[asyncio.Task[None]]()

    def ask(self, question: Question) -> asyncio.Future[Answer]:
        """Return the answer that is to come with the next turn."""
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(retrieve_exception)
        self._questions[question] = future
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._take_turns())
        return future

    async def turn(self, questions: Sequence[Question]) -> TurnOutput:
        """Ask these questions now. Raises Unmeasurable."""
        result = await self._result(request_of(questions))
        try:
            return read_output(result.lines)
        except IncompleteOutputError as error:
            self.close()
            row = "no_language" if "no-language" in result.error.lower() else "no_script"
            raise WinrmProblem(row, self._login, result.error or error.start) from None

    def close(self) -> None:
        """Drop the connection, without a goodbye that nobody may answer."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        session, self._session = self._session, None
        if session is not None:
            session.drop()

    async def _take_turns(self) -> None:
        await asyncio.sleep(GATHERING)
        while self._questions:
            questions, self._questions = self._questions, {}
            try:
                output = await self.turn(tuple(questions))
            except Unmeasurable as problem:
                _settle(questions, problem.words)
            except BaseException:  # the end of the node, or a bug: nobody may wait for ever
                for future in questions.values():
                    future.cancel()
                raise
            else:
                for number, future in enumerate(questions.values()):
                    if not future.done():
                        future.set_result(output.answer_by_number.get(number, NO_ANSWER))

    async def _result(self, request: str) -> ScriptResult:
        is_reused = self._session is not None
        try:
            return await self._run(request)
        except WinrmProblem as problem:
            if problem.row != "shell_gone" or not is_reused:
                raise
        return await self._run(request)

    async def _run(self, request: str) -> ScriptResult:
        session = self._session = self._session or PowerShellSession(
            self._login, WinrmChannel(self._login, self._egress)
        )
        try:
            async with asyncio.timeout(self._patience):
                result = await session.run(SCRIPT, request)
        except TimeoutError:
            self.close()
            peer = self._login.host_and_port
            raise Unmeasurable(SILENT.fill(where=peer, seconds=self._patience)) from None
        except BaseException:  # also when cancelled: nobody knows what it is at
            self.close()
            raise
        self._keep()
        return result

    def _keep(self) -> None:
        """Keep the PowerShell for another while."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(IDLE, self._say_goodbye)

    def _say_goodbye(self) -> None:
        session, self._session, self._idle_timer = self._session, None, None
        if session is not None:
            task = asyncio.ensure_future(_end(session))
            self._goodbyes.add(task)
            task.add_done_callback(self._goodbyes.discard)


async def _end(session: PowerShellSession) -> None:
    """End a PowerShell; Windows ends it by itself if that fails."""
    with suppress(TimeoutError, Unmeasurable):
        async with asyncio.timeout(GOODBYE):
            await session.end()
    session.drop()


def _settle(questions: Mapping[Question, asyncio.Future[Answer]], words: Message) -> None:
    for future in questions.values():
        if not future.done():
            future.set_exception(Unmeasurable(words))
