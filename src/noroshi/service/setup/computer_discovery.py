"""Find on a computer what there is to watch: volumes, memory, processors, well-known programs and
ports; on Windows the services that start automatically."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from noroshi.hosts.time_zone import machine_zone
from noroshi.link.order_messages import Discovered, ProgramFound, ServiceFound
from noroshi.ports import (
    Host,
    Listener,
    Process,
    ServiceFact,
    ServiceState,
    StartType,
    Unmeasurable,
    Volume,
)
from noroshi.service.setup.known_services import PORTS, known_as

T = TypeVar("T")
DRIVE = re.compile(r"[A-Za-z]:\\")
"""Begins where Windows has a volume."""


async def discover(
    host: Host, is_left_out: Callable[[Listener], bool] = lambda _listener: False
) -> Discovered:
    """Return what there is on a computer; what cannot be read there is left out."""
    processor = await _if_available(host.processor, None)
    listeners: Sequence[Listener] = await _if_available(host.listeners, ())
    volumes: Sequence[Volume] = await _if_available(host.volumes, ())
    return Discovered(
        zone=machine_zone(),
        volumes=tuple(volumes),
        memory=await _if_available(host.memory, None),
        cores=processor.cores if processor else 0,
        programs=tuple(_programs(await _if_available(host.processes, ()))),
        services=tuple(await _services(host) if _is_windows(volumes) else ()),
        listeners=tuple(one for one in listeners if one.port in PORTS and not is_left_out(one)),
    )


def _programs(processes: Iterable[Process]) -> Sequence[ProgramFound]:
    counts = Counter(one.name for one in processes if known_as(one.name))
    return [ProgramFound(name=name, count=count) for name, count in counts.items()]


def _is_windows(volumes: Iterable[Volume]) -> bool:
    return any(DRIVE.match(one.mount) for one in volumes)


async def _services(host: Host) -> Sequence[ServiceFound]:
    """Return the services of a Windows computer that are to run all the time."""

    async def ask() -> Sequence[ServiceFact]:
        return await (await host.system_facts()).services(["*"])

    facts: Sequence[ServiceFact] = await _if_available(ask, ())
    return [
        ServiceFound(name=one.name, is_running=one.state is ServiceState.RUNNING)
        for one in facts
        if one.start_type is StartType.AUTOMATIC and not one.ends_by_itself
    ]


async def _if_available(ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """Leave out what is not to be had on this computer."""
    try:
        return await ask()
    except Unmeasurable:
        return otherwise
