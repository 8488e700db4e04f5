"""Look at programs just before they run, away from the loop: one look for all that ask at once.

Monitors of many instances run the same plug-in and fall due together. A thread for each of them
would cost more than all the rest of the way to a program.
"""

from __future__ import annotations

import asyncio

from noroshi.hosts.programs import ClearedProgram, ProgramRules
from noroshi.hosts.snapshot_cache import retrieve_exception
from noroshi.hosts.threads import run_in_thread
from noroshi.ports import Program, Unmeasurable

LookKey = tuple[ProgramRules, tuple[str, ...], str, int, frozenset[str]]
"""All that the clearance of a program depends on: the rules, the file, the user, the
bits and the names of the variables."""


class Clearance:
    """Used from one loop."""

    def __init__(self) -> None:
        self._tasks = dict[LookKey, asyncio.Task[ClearedProgram]]()

    async def clear(self, rules: ProgramRules, program: Program) -> ClearedProgram:
        """Return what may run; Unmeasurable with all that forbids it. The look begins only after
        all that share it have asked, and goes on when one of them gives up."""
        key = (rules, program.argv[:1], program.runs_as, program.bits, frozenset(program.env))
        look = self._tasks.get(key)
        if look is None:
            look = self._tasks[key] = asyncio.create_task(self._look(key, program))
            look.add_done_callback(retrieve_exception)
        try:
            return await asyncio.shield(look)
        except Unmeasurable as problem:  # it is shared, and would grow with each who raises it
            raise Unmeasurable(problem.words) from None

    async def _look(self, key: LookKey, program: Program) -> ClearedProgram:
        """Begin in the next turn of the loop; who asks from then on is looked at anew."""
        del self._tasks[key]
        return await run_in_thread(lambda: key[0].clear(program))
