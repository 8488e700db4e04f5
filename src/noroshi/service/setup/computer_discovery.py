"""Find on a computer what there is to watch: volumes, memory, processors, well-known programs and
ports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from noroshi.hosts.time_zone import machine_zone
from noroshi.link.order_messages import Discovered, ProgramFound
from noroshi.ports import Host, Listener, Process, Unmeasurable
from noroshi.service.setup.known_services import PORTS, known_as

T = TypeVar("T")


async def discover(
    host: Host, is_left_out: Callable[[Listener], bool] = lambda _listener: False
) -> Discovered:
    """Return what there is on a computer; what cannot be read there is left out."""
    processor = await _if_available(host.processor, None)
    listeners: Sequence[Listener] = await _if_available(host.listeners, ())
    return Discovered(
        zone=machine_zone(),
        volumes=tuple(await _if_available(host.volumes, ())),
        memory=await _if_available(host.memory, None),
        cores=processor.cores if processor else 0,
        programs=tuple(_programs(await _if_available(host.processes, ()))),
        listeners=tuple(one for one in listeners if one.port in PORTS and not is_left_out(one)),
    )


def _programs(processes: Iterable[Process]) -> Sequence[ProgramFound]:
    counts = Counter(one.name for one in processes if known_as(one.name))
    return [ProgramFound(name=name, count=count) for name, count in counts.items()]


async def _if_available(ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """Leave out what is not to be had on this computer."""
    try:
        return await ask()
    except Unmeasurable:
        return otherwise
