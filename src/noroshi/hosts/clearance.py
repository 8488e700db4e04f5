"""Look at programs just before they run, away from the loop: one look for all that ask at once.

Monitors of many instances run the same plug-in and fall due together. A thread for each of them
would cost more than all the rest of the way to a program.
"""

from __future__ import annotations

import asyncio

from noroshi.hosts.programs import Cleared, ProgramRules
from noroshi.hosts.snapshot_cache import seen
from noroshi.hosts.threads import apart
from noroshi.ports import Program, Unmeasurable

Asked = tuple[ProgramRules, tuple[str, ...], str, frozenset[str]]
"""What the answer depends on: of a program, its file, its user and the names of its variables."""


class Clearance:
    """Used from one loop."""

    def __init__(self) -> None:
        self._asked = dict[Asked, asyncio.Task[Cleared]]()

    async def clear(self, rules: ProgramRules, program: Program) -> Cleared:
        """Return what may run; Unmeasurable with all that forbids it. The look begins only after
        all that share it have asked, and goes on when one of them gives up."""
        asked = (rules, program.argv[:1], program.runs_as, frozenset(program.env))
        look = self._asked.get(asked)
        if look is None:
            look = self._asked[asked] = asyncio.create_task(self._look(asked, program))
            look.add_done_callback(seen)
        try:
            return await asyncio.shield(look)
        except Unmeasurable as problem:  # it is shared, and would grow with each who raises it
            raise Unmeasurable(problem.words) from None

    async def _look(self, asked: Asked, program: Program) -> Cleared:
        """Begin in the next turn of the loop; who asks from then on is looked at anew."""
        del self._asked[asked]
        return await apart(lambda: asked[0].clear(program))
