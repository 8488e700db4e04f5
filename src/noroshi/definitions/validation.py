"""Find all that is wrong with a set of documents, in one round, and make their plan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import MOST_FOUND, Problem
from noroshi.definitions.compilation import Kinds, Plan, compile_most
from noroshi.definitions.dedupe_problems import by_file, without_echoes
from noroshi.definitions.dry_run import HostOf, computer_problems, try_out
from noroshi.definitions.ids import give_ids
from noroshi.definitions.lint import new_slips
from noroshi.definitions.size_limits import MonitorCounts, count_problems, monitor_counts
from noroshi.definitions.stable_ids import keep_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Hold documents with an id for each monitor, their plan, and their problems.

    If there are problems, documents and plan are only good enough to be looked at.
    """

    documents: tuple[Document, ...]
    plan: Plan
    problems: tuple[Problem, ...]


async def check(
    documents: tuple[Document, ...],
    current: tuple[Document, ...],
    kinds: Kinds,
    *,
    new_id: Callable[[], str],
    host_of: HostOf | None = None,
    faulty: Collection[str] = (),
) -> CheckResult:
    """Read documents, put them together and try them.

    `current` are the documents whose ids are kept. `faulty` are places that were reported as
    unreadable already (a file that is no TOML): problems that follow from them are not
    reported.
    """
    reading = read(documents, current, kinds, new_id=new_id, faulty=faulty)
    del documents
    result = await reading
    trial_problems = await try_out(result.plan, kinds, host_of)
    if host_of is not None:
        new_problems = await _new_computer_problems(result.plan, current, kinds, host_of)
        trial_problems = (*trial_problems, *new_problems)
    return replace(result, problems=by_file((*result.problems, *trial_problems)))


async def _new_computer_problems(
    plan: Plan, current: tuple[Document, ...], kinds: Kinds, host_of: HostOf
) -> tuple[Problem, ...]:
    """Return the computers that cannot be asked, but for those in effect already: they keep no
    other change out, and several can be corrected one after the other."""
    problems = computer_problems(plan, kinds, host_of)
    if problems and current:
        plan_in_effect, _ = await asyncio.to_thread(compile_most, current, kinds)
        known_problems = frozenset(computer_problems(plan_in_effect, kinds, host_of))
        problems = tuple(problem for problem in problems if problem not in known_problems)
    return problems[:MOST_FOUND]


async def read(
    documents: tuple[Document, ...],
    current: tuple[Document, ...],
    kinds: Kinds,
    *,
    new_id: Callable[[], str],
    faulty: Collection[str] = (),
) -> CheckResult:
    """Read documents and put them together, as `check`, but try nothing; off the loop, as 5,000
    monitors take a while to read. What was given is let go of once it has ids, if nobody else
    holds it."""
    holder = [documents]
    del documents

    def put_together() -> CheckResult:
        with_stable_ids, of_stable_ids = keep_ids(holder.pop(), current, new_id)
        documents_with_ids, of_ids = give_ids(with_stable_ids, current, new_id)
        del with_stable_ids
        # Before the plan: what is read for it is gone again when the plan takes its memory.
        slips = without_echoes(new_slips(documents_with_ids, current, kinds), faulty)
        plan, problems = compile_most(documents_with_ids, kinds, faulty)
        size_problem = count_problems(
            documents_with_ids,
            _counts(plan, kinds),
            current,
            lambda: _counts(compile_most(current, kinds)[0], kinds),
        )
        all_problems = by_file((*of_stable_ids, *of_ids, *problems, *slips, *size_problem))
        return CheckResult(documents=documents_with_ids, plan=plan, problems=all_problems)

    return await asyncio.to_thread(put_together)


def _counts(plan: Plan, kinds: Kinds) -> MonitorCounts:
    return monitor_counts(map(kinds.agent_of, plan.monitors.values()))
