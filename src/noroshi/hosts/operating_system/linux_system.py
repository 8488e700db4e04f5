"""Answer for Linux, here or over SSH: services and timers of systemd, updates of apt and dnf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from noroshi.core.translation import Message, _
from noroshi.hosts.operating_system.package_updates import read_updates
from noroshi.hosts.operating_system.system_programs import RunProgram
from noroshi.hosts.operating_system.systemd_units import read_services, read_timers
from noroshi.ports import (
    CounterValue,
    EventBatch,
    EventQuery,
    RegistryValue,
    ServiceFact,
    TaskFact,
    Unmeasurable,
    UpdateFacts,
    Volume,
)

WINDOWS_ONLY = _("this type of monitor works on Windows only, and not over SSH")
MOUNT_SHARES = _("network shares are monitored on Windows only; on Linux, mount the share")


class LinuxSystem:
    """Implement ports.SystemFacts."""

    def __init__(self, run: RunProgram) -> None:
        self._run = run

    async def services(self, names: Sequence[str]) -> Sequence[ServiceFact]:
        return await read_services(names, self._run)

    async def updates(self) -> UpdateFacts:
        return await read_updates(self._run)

    async def tasks(self, names: Sequence[str]) -> Sequence[TaskFact]:
        return await read_timers(names, self._run)

    async def registry_value(
        self, key: str, name: str, *, is_32_bit: bool = False
    ) -> RegistryValue | None:
        _refuse()

    async def events(self, query: EventQuery) -> EventBatch:
        _refuse()

    async def share_volume(self, path: str, user: str, password: str) -> Volume | Message:
        raise Unmeasurable(MOUNT_SHARES)

    async def counter_values(
        self, path: str, *, is_english: bool = True
    ) -> Sequence[CounterValue]:
        _refuse()


def _refuse() -> NoReturn:
    raise Unmeasurable(WINDOWS_ONLY)
