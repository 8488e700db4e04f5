"""Compile versions of the definitions, and report one that this node cannot use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from noroshi.core.translation import NOTHING, Message, _, plain
from noroshi.engine.notices.notifier import AppliedPlan
from noroshi.ports import Node, Store, StoreError, Version
from noroshi.schema import Invalid

PLACED = _("{place}: {words}")


class PlanLoader:
    """Compile what is current. A node that cannot use it, as it lacks a plug-in, say, keeps its lease, so
    the other nodes leave its share to it: they are to know."""

    def __init__(
        self, store: Store, compile_plan: Callable[[Version], Awaitable[AppliedPlan]]
    ) -> None:
        self._store, self._compile = store, compile_plan
        self._recorded_version = 0

    async def load(self, node: Node | None, version: Version) -> AppliedPlan:
        """Return the plan of a version. Raise the error because of which there is none, once the store
        has it, or StoreError."""
        try:
            plan = await self._compile(version)
        except Exception as error:  # whatever it was, this node has no plan of the version
            await self._record(node, version.number, reason_of(error))
            raise
        await self._record(node, 0, NOTHING)
        return plan

    async def _record(self, node: Node | None, version: int, reason: Message) -> None:
        if node is not None and version != self._recorded_version:
            await self._store.record_unusable(node, version, reason)
            self._recorded_version = version


def reason_of(error: Exception) -> Message:
    """Return why there is no plan: the first problem; the log has all of them."""
    if isinstance(error, Invalid) and error.problems:
        first = error.problems[0]
        return PLACED.fill(place=first.where, words=first.what) if first.where else first.what
    if isinstance(error, StoreError):
        return error.words
    return plain(str(error) or repr(error))
