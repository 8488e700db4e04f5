"""Examinations that are under way: their stages as they come, for whoever asks again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from noroshi.core.translation import _
from noroshi.ports.examination import Examination, Stage, Step, run_steps
from noroshi.service.errors import NotFoundError, OperationFailedError

MOST = 8
"""At once: whoever examines opens connections to servers that count them."""
KEPT = 600.0
"""Seconds for which one that is over can still be looked at."""
WAIT = 5.0
"""Seconds that somebody who looks waits for news at most."""
TOO_MANY = _("{most} diagnoses are already running. Wait until one of them ends.")
NO_SUCH = _("This diagnosis no longer exists; start it again.")


@dataclass(slots=True)
class RunningExamination:
    """One examination: its steps, when it was begun, and what has come of it so far."""

    steps: Sequence[Step]
    at: datetime
    stages: list[Stage] = field(default_factory=list)
    over: bool = False
    ended: float = 0.0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class RunningExaminations:
    """All of them, by their ids."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._running: dict[str, RunningExamination] = {}

    def begin(self, id: str, examination: Examination, at: datetime) -> None:
        """Take its steps one after the other, whoever looks. Raises OperationFailedError."""
        now = self._steady()
        self._running = {
            name: one
            for name, one in self._running.items()
            if not one.over or now - one.ended < KEPT
        }
        if sum(not one.over for one in self._running.values()) >= MOST:
            raise OperationFailedError(TOO_MANY.fill(most=MOST))
        running = self._running[id] = RunningExamination(examination.steps, at)
        running.task = asyncio.create_task(self._run(running, examination))

    def get(self, id: str) -> RunningExamination:
        """Return the one of that id. Raises NotFoundError."""
        running = self._running.get(id)
        if running is None:
            raise NotFoundError(NO_SUCH)
        return running

    async def since(self, id: str, known_stages: int) -> tuple[Sequence[Stage], bool]:
        """Return the stages after the first `known_stages`, and whether it is over; wait
        a while for news, but not if `known_stages` is less than 0.

        Raises NotFoundError.
        """
        running = self.get(id)
        try:
            async with asyncio.timeout(WAIT), running.news:
                await running.news.wait_for(
                    lambda: running.over or len(running.stages) > known_stages
                )
        except TimeoutError:
            pass
        return tuple(running.stages[max(known_stages, 0) :]), running.over

    async def close(self) -> None:
        """End those that are under way, and let go of their connections."""
        tasks = [one.task for one in self._running.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, running: RunningExamination, examination: Examination) -> None:
        try:
            async for stage in run_steps(examination.steps, self._steady):
                await self._tell(running, stage)
        finally:
            await examination.close()
            running.over, running.ended = True, self._steady()
            await self._tell(running, None)

    async def _tell(self, running: RunningExamination, stage: Stage | None) -> None:
        async with running.news:
            if stage is not None:
                running.stages.append(stage)
            running.news.notify_all()
