"""Ask a Windows computer by WinRM what its system manages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from noroshi.core.translation import Message, _
from noroshi.hosts.operating_system.event_records import xpath_of
from noroshi.hosts.operating_system.windows_script_output import tasks_in, updates_in
from noroshi.hosts.winrm import answer_facts
from noroshi.hosts.winrm.fact_questions import Question, question
from noroshi.ports import (
    CounterValue,
    EventBatch,
    EventQuery,
    RegistryValue,
    ServiceFact,
    TaskFact,
    UpdateFacts,
    Volume,
)
from noroshi.system.windows_registry import split_key

T = TypeVar("T")
NO_SHARES = _(
    "network shares are not monitored over WinRM: Windows does not pass the login on to another "
    "server. Monitor the share from an agent, or on the server that has it"
)
REDIRECTED = "SOFTWARE"
"""The part of HKEY_LOCAL_MACHINE of which 32-bit programs see another one."""
VIEW_OF_32_BIT = r"SOFTWARE\WOW6432Node"


class Ask(Protocol):
    """Ask a question, and make a fact of the answer. Raises Unmeasurable."""

    async def __call__(self, question: Question, read: Callable[[Any], T]) -> T: ...


class WinrmSystem:
    """Implement ports.SystemFacts."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def services(self, names: Sequence[str]) -> Sequence[ServiceFact]:
        fact_question = question("services", names=list(names))
        return await self._ask(
            fact_question, lambda value: answer_facts.services_in(value, names)
        )

    async def updates(self) -> UpdateFacts:
        return await self._ask(question("updates"), updates_in)

    async def tasks(self, names: Sequence[str]) -> Sequence[TaskFact]:
        return await self._ask(question("tasks"), lambda v: tasks_in(answer_facts.rows(v)))

    async def registry_value(
        self, key: str, name: str, *, is_32_bit: bool = False
    ) -> RegistryValue | None:
        fact_question = question("registry", key=full_key(key, is_32_bit), name=name)
        return await self._ask(fact_question, answer_facts.registry_value_in)

    async def events(self, query: EventQuery) -> EventBatch:
        fact_question = question(
            "events",
            log=query.log,
            xpath=xpath_of(query),
            xpathOfAll=xpath_of(replace(query, after_number=0)),
            after=query.after_number,
            most=query.most,
        )
        return await self._ask(fact_question, answer_facts.events_in)

    async def share_volume(self, path: str, user: str, password: str) -> Volume | Message:
        return NO_SHARES

    async def counter_values(
        self, path: str, *, is_english: bool = True
    ) -> Sequence[CounterValue]:
        fact_question = question("counter", path=path, english=is_english)
        return await self._ask(fact_question, answer_facts.counter_values_in)


def full_key(key: str, is_32_bit: bool) -> str:
    """Return the whole name of a key, where a 64-bit program finds it."""
    tree, path = split_key(key) or ("", key)
    first, _, more = path.partition("\\")
    if is_32_bit and tree == "HKEY_LOCAL_MACHINE" and first.upper() == REDIRECTED:
        path = "\\".join(filter(None, (VIEW_OF_32_BIT, more)))
    return "\\".join(filter(None, (tree, path)))
