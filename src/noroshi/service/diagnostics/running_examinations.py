"""Run examinations, and keep the stages for callers that ask again and again."""

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
TOO_MANY = _("{most} diagnoses are already running. Wait until one of them finishes.")
NO_SUCH = _("This diagnosis no longer exists; start it again.")


@dataclass(slots=True)
class RunningExamination:
    """Hold one examination: the steps, the start, and the stages so far."""

    steps: Sequence[Step]
    begun_at: datetime
    stages: list[Stage] = field(default_factory=list)
    is_over: bool = False
    ended_at: float = 0.0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class RunningExaminations:
    """Run all examinations; keep them by id."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._examinations: dict[str, RunningExamination] = {}

    def begin(self, id: str, examination: Examination, at: datetime) -> None:
        """Start an examination, whose steps run one after the other, whoever looks. Raises
        OperationFailedError."""
        now = self._steady()
        self._examinations = {
            name: one
            for name, one in self._examinations.items()
            if not one.is_over or now - one.ended_at < KEPT
        }
        if sum(not one.is_over for one in self._examinations.values()) >= MOST:
            raise OperationFailedError(TOO_MANY.fill(most=MOST))
        record = self._examinations[id] = RunningExamination(examination.steps, at)
        record.task = asyncio.create_task(self._run(record, examination))

    def get(self, id: str) -> RunningExamination:
        """Return the one of that id. Raises NotFoundError."""
        record = self._examinations.get(id)
        if record is None:
            raise NotFoundError(NO_SUCH)
        return record

    async def since(self, id: str, known_stages: int) -> tuple[Sequence[Stage], bool]:
        """Return the stages after the first `known_stages`, and whether it is over; wait
        a while for news, but not if `known_stages` is less than 0.

        Raises NotFoundError.
        """
        record = self.get(id)
        try:
            async with asyncio.timeout(WAIT), record.news:
                await record.news.wait_for(
                    lambda: record.is_over or len(record.stages) > known_stages
                )
        except TimeoutError:
            pass
        return tuple(record.stages[max(known_stages, 0) :]), record.is_over

    async def close(self) -> None:
        """Cancel the running examinations and close the connections of each."""
        tasks = [one.task for one in self._examinations.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, record: RunningExamination, examination: Examination) -> None:
        try:
            async for stage in run_steps(examination.steps, self._steady):
                await self._tell(record, stage)
        finally:
            await examination.close()
            record.is_over, record.ended_at = True, self._steady()
            await self._tell(record, None)

    async def _tell(self, record: RunningExamination, stage: Stage | None) -> None:
        async with record.news:
            if stage is not None:
                record.stages.append(stage)
            record.news.notify_all()
