"""Operations by which jobs report of themselves."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.core.definitions.problems import suggestion
from noroshi.core.model import Monitor
from noroshi.core.translation import _
from noroshi.operations import node_operations
from noroshi.ports import Beat
from noroshi.service.errors import NotFoundError
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup

HEARTBEAT = "heartbeat"
LONGEST = 500  # letters of a job's own words; the rest is cut off, never refused
NO_JOB = _("No heartbeat monitor expects reports from the job “{name}”{instead}.")


class HeartbeatOperations(OperationGroup):
    """Take the reports of jobs that ran."""

    @offers(node_operations.BEAT)
    async def beat(self, person: Person, name: str, ok: bool = True, text: str = "") -> Beat:
        """Keep a job's report, durable on return, with the time of this node."""
        _, plan = await self._context.current()
        jobs = _jobs(plan.monitors.values())
        if name not in jobs:
            raise NotFoundError(NO_JOB.fill(name=name, instead=suggestion(name, jobs)))
        beat = Beat(at=self._clocks.wall(), ok=ok, text=_one_line(text))
        await self._store.beat(name, beat)
        return beat


def _jobs(monitors: Iterable[Monitor]) -> frozenset[str]:
    return frozenset(getattr(m.options, "job", "") for m in monitors if m.kind == HEARTBEAT)


def _one_line(text: str) -> str:
    """Return the text for mails and terminals: no line breaks, nothing that cannot be seen."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
