"""Answer for Windows."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from collections.abc import Callable, Hashable, Sequence
    from contextlib import closing
    from dataclasses import replace
    from pathlib import Path
    from typing import TypeVar

    from noroshi.core.translation import Message, _
    from noroshi.hosts.job_runner import DRAINED
    from noroshi.hosts.operating_system.counter_output import counter_values_in
    from noroshi.hosts.operating_system.event_records import event_record, xpath_of
    from noroshi.hosts.operating_system.network_shares import NetworkShares
    from noroshi.hosts.operating_system.system_programs import (
        PATIENCE,
        RunScript,
        json_output,
        script_runner,
    )
    from noroshi.hosts.operating_system.windows_script_output import tasks_in, updates_in
    from noroshi.hosts.operating_system.windows_services import read_services
    from noroshi.hosts.program_runner import ProgramRunner
    from noroshi.hosts.programs import ClearedProgram
    from noroshi.hosts.threads import SharedWork
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.ports import (
        CounterValue,
        EventBatch,
        EventQuery,
        EventRecord,
        Program,
        RegistryValue,
        ServiceFact,
        TaskFact,
        Unmeasurable,
        UpdateFacts,
        Volume,
    )
    from noroshi.system import performance_counters
    from noroshi.system.windows_event_log import EventMessages, record_handles, record_xml
    from noroshi.system.windows_registry import read_value, value_text

    T = TypeVar("T")
    UPDATES_PATIENCE = 300.0
    """Seconds: Windows Update is slow to list what it knows."""
    NO_SERVICES = _("cannot read the list of services: {why}")
    NO_VALUE = _("cannot read {key} in the registry: {why}")
    NO_LOG = _("cannot read the event log {log}: {why}")

    class WindowsSystem:
        """Implement ports.SystemFacts."""

        def __init__(self, runner: ProgramRunner) -> None:
            self._runner, self._shares = runner, NetworkShares()
            self._work = SharedWork()
            self._run_script: RunScript = script_runner(runner)

        async def services(self, names: Sequence[str]) -> Sequence[ServiceFact]:
            question = ("services", *names)
            return await self._in_thread(question, lambda: read_services(names), NO_SERVICES)

        async def updates(self) -> UpdateFacts:
            return updates_in(await self._run_script("windows_updates.ps1", UPDATES_PATIENCE))

        async def tasks(self, names: Sequence[str]) -> Sequence[TaskFact]:
            return tasks_in(await self._run_script("windows_tasks.ps1", PATIENCE))

        async def registry_value(
            self, key: str, name: str, *, is_32_bit: bool = False
        ) -> RegistryValue | None:
            return await self._in_thread(
                ("registry", key, name, is_32_bit),
                lambda: _registry_value(key, name, is_32_bit),
                NO_VALUE,
                key=key,
            )

        async def events(self, query: EventQuery) -> EventBatch:
            return await self._in_thread(
                query, lambda: read_events(query), NO_LOG, log=query.log
            )

        async def share_volume(self, path: str, user: str, password: str) -> Volume | Message:
            return await self._shares.volume(path, user, password)

        async def counter_values(
            self, path: str, *, is_english: bool = True
        ) -> Sequence[CounterValue]:
            options = () if is_english else ("local",)
            script = performance_counters.__file__
            argv = (sys.executable, "-I", "-X", "utf8", script, path, *options)
            program = Program(argv=argv, timeout=PATIENCE)
            cleared_program = ClearedProgram(Path(sys.executable), None)
            result = await self._runner.run(program, cleared_program, DRAINED)
            return counter_values_in(json_output(result, "performance_counters.py"), path)

        async def _in_thread(
            self, question: Hashable, work: Callable[[], T], words: Message, **arguments: str
        ) -> T:
            """Do work in a thread. Raises Unmeasurable with the words if the system refuses."""
            try:
                return await self._work.do(question, work)
            except OSError as error:
                raise Unmeasurable(words.fill(why=cause_text(error), **arguments)) from error

    def _registry_value(key: str, name: str, is_32_bit: bool) -> RegistryValue | None:
        try:
            value = read_value(key, name, is_32_bit=is_32_bit)
        except FileNotFoundError:
            return None
        number = value if isinstance(value, int) else None
        return RegistryValue(text=value_text(value), number=number)

    def read_events(query: EventQuery) -> EventBatch:
        """Read the records of a query. Raises OSError."""
        newest = _newest_number(query.log)
        if newest < query.after_number:  # the log was cleared, and counts anew
            query = replace(query, after_number=0)
        records = list[EventRecord]()
        with (
            record_handles(query.log, xpath_of(query)) as handles,
            closing(EventMessages()) as messages,
        ):
            for handle in handles:
                if len(records) == query.most:
                    return EventBatch(records=tuple(records), newest=newest, is_partial=True)
                records.append(_record(handle, messages))
        return EventBatch(records=tuple(records), newest=newest)

    def _record(handle: int, messages: EventMessages) -> EventRecord:
        xml = record_xml(handle)
        without_text = event_record(xml, "")
        text = messages.text(handle, without_text.source)
        return event_record(xml, text) if text else without_text

    def _newest_number(log: str) -> int:
        """Return the number of the newest record of a log; 0 if it is empty."""
        with record_handles(log, "*", newest_first=True) as handles:
            return next((event_record(record_xml(one), "").number for one in handles), 0)
