"""Find all that is wrong with a set of documents, in one round, and what they would make."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from noroshi.core.definitions.problems import Problem
from noroshi.definitions.compilation import Kinds, Plan, compile_most
from noroshi.definitions.dedupe_problems import by_file, without_echoes
from noroshi.definitions.dry_run import HostOf, try_out
from noroshi.definitions.ids import give_most_ids
from noroshi.definitions.lint import new_slips
from noroshi.definitions.size_limits import too_many
from noroshi.definitions.stable_ids import keep_ids
from noroshi.ports import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Documents with an id for each monitor, their plan, and what is wrong with them.

    With a problem neither is more than good enough to be looked at.
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
) -> Checked:
    """Read documents, put them together and try them.

    `current`: whose ids are kept. `faulty`: places told already to be unreadable (a file that
    is no TOML): nothing that follows from them is a problem of its own.
    """
    reading = read(documents, current, kinds, new_id=new_id, faulty=faulty)
    del documents
    found = await reading
    tried = await try_out(found.plan, kinds, host_of)
    return replace(found, problems=by_file((*found.problems, *tried)))


async def read(
    documents: tuple[Document, ...],
    current: tuple[Document, ...],
    kinds: Kinds,
    *,
    new_id: Callable[[], str],
    faulty: Collection[str] = (),
) -> Checked:
    """Read documents and put them together, as `check`, but try nothing; off the loop, as 5,000
    monitors take a while to read. What was given is let go of once it has ids, if nobody else
    holds it."""
    handed = [documents]
    del documents

    def put_together() -> Checked:
        kept, of_kept = keep_ids(handed.pop(), current, new_id)
        given, of_ids = give_most_ids(kept, current, new_id)
        del kept
        # Before the plan: what is read for it is gone again when the plan takes its memory.
        slips = without_echoes(new_slips(given, current, kinds), faulty)
        plan, problems = compile_most(given, kinds, faulty)
        many = too_many(given, len(plan.monitors), current)
        told = by_file((*of_kept, *of_ids, *problems, *slips, *many))
        return Checked(documents=given, plan=plan, problems=told)

    return await asyncio.to_thread(put_together)
