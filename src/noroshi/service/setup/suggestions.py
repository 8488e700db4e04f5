"""A sensible watch of a computer, worked out from what was found on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv6Address, ip_address
from typing import Any

from noroshi.core.translation import Message, _, joined, ngettext, pgettext, plain
from noroshi.link.order_messages import Discovered, ProgramFound, ServiceFound
from noroshi.operations.setup_answers import Suggested
from noroshi.ports import Listener, Memory, Volume
from noroshi.service.setup.known_services import PORTS, PROGRAMS, known_as

GIB = 1 << 30
SYSTEM, SERVICES, OF_PORTS = "system", "services", "ports"
GROUP_TITLES: Mapping[str, Message] = {
    SYSTEM: _("System"),
    SERVICES: _("Services"),
    OF_PORTS: _("Ports"),
}
DISK, MEMORY, CPU = (_("Disk space"), _("Memory"), _("CPU"))
OF_DISK = _("{mount}: {used:.0f}% of {size:.0f} GiB used")
BETWEEN_DISKS = pgettext("between disks", "; ")
OF_MEMORY = _("{size:.1f} GiB")
OF_CPU = ngettext("{count} core", "{count} cores")
RUNS = ngettext("{count} running process", "{count} running processes")
FROM = _("WARNING at {warning}%, CRITICAL at {critical}%")
WARNING_FROM = _("WARNING at {warning}%")
ENDS = _("CRITICAL if it is not running")
AUTOMATIC = "automatic"
ALL_SERVICES = _("Automatic services")
RUNNING = _("{count} of {total} running")
ONE_ENDS = _("CRITICAL if one of them is not running")
NOT_MONITORED = (
    "gupdate*",
    "edgeupdate*",
    "GoogleUpdater*",
    "MapsBroker",
    "RemoteRegistry",
    "sppsvc",
    "TrustedInstaller",
    "clr_optimization*",
)
"""Automatic services of Windows that stop when their work is done; the blueprint of a Windows server
leaves out the same."""
PORT = _("Port {port}: {what}")
EVERYWHERE = _("listens on all addresses")
HERE_ALONE = _("listens on this computer only")
AT = _("listens on {address}")
REFUSES = _("CRITICAL if it refuses connections")
MOST_VOLUMES = 6
ANY, LOOPBACK = ("0.0.0.0", "::"), ("127.0.0.1", "::1")
BY = {"0.0.0.0": "", "127.0.0.1": "127.0.0.1", "::": "::1", "::1": "::1"}
"""The addresses by which to reach what listens there, best first. "" is the instance's own
address; what says "::" may take IPv6 alone (RFC 3493, 5.3), so it is reached by that."""


def suggest_monitors(
    discovered: Discovered, existing: Collection[str]
) -> tuple[Suggested, ...]:
    """Return the monitors that fit, each under the id group/name; those that cannot be measured
    are left out."""
    system = _system(discovered.volumes, discovered.memory, discovered.cores)
    # Programs that Windows starts as services are among its services.
    services = _windows_services(discovered.services) or _programs(discovered.programs)
    rows = [*system, *services, *_ports(discovered.listeners)]
    return tuple(_suggestion(*one, existing=existing) for one in rows)


SuggestionRow = tuple[str, Message, Message, Message, Mapping[str, Any]]


def _suggestion(
    id: str,
    title: Message,
    finding: Message,
    limit: Message,
    monitor: Mapping[str, Any],
    *,
    existing: Collection[str],
) -> Suggested:
    return Suggested(
        id=id, title=title, found=finding, limit=limit, there=id in existing, monitor=monitor
    )


def _system(
    volumes: Sequence[Volume], memory: Memory | None, cores: int
) -> Iterable[SuggestionRow]:
    if volumes:
        limits = {"warning": 80, "critical": 90, "margin": 2}
        disk = {"name": "disk", "kind": "disk", "every": "5m", "limits": {"used": limits}}
        yield f"{SYSTEM}/disk", DISK, _sizes(volumes), FROM.fill(**limits), disk
    if memory is not None:
        limits = {"warning": 90, "critical": 95}
        monitor = {
            "name": "memory",
            "kind": "memory",
            "patience": 3,
            "limits": {"used": limits},
        }
        size = OF_MEMORY.fill(size=memory.total / GIB)
        yield f"{SYSTEM}/memory", MEMORY, size, FROM.fill(**limits), monitor
    if cores:
        count, limits = OF_CPU.fill(count=cores), {"warning": 95}
        monitor = {"name": "cpu", "kind": "cpu", "patience": 5, "limits": {"busy": limits}}
        yield f"{SYSTEM}/cpu", CPU, count, WARNING_FROM.fill(**limits), monitor


def _sizes(volumes: Sequence[Volume]) -> Message:
    sizes = [
        OF_DISK.fill(mount=one.mount, used=one.used_percent, size=one.size / GIB)
        for one in volumes[:MOST_VOLUMES]
    ]
    more = [plain(f"+{len(volumes) - MOST_VOLUMES}")] * (len(volumes) > MOST_VOLUMES)
    return joined([*sizes, *more], BETWEEN_DISKS)


def _windows_services(services: Sequence[ServiceFound]) -> Sequence[SuggestionRow]:
    included = [one for one in services if not _is_excluded(one.name)]
    if not included:
        return ()
    runs = RUNNING.fill(count=sum(one.is_running for one in included), total=len(included))
    options = {"include": ["*"], "exclude": list(NOT_MONITORED), "state": "by_start_type"}
    monitor = {"name": AUTOMATIC, "kind": "service", "patience": 3, "options": options}
    return [(f"{SERVICES}/{AUTOMATIC}", ALL_SERVICES, runs, ONE_ENDS, monitor)]


def _is_excluded(name: str) -> bool:
    patterns = (one.casefold() for one in NOT_MONITORED)
    return any(fnmatchcase(name.casefold(), one) for one in patterns)


def _programs(programs: Iterable[ProgramFound]) -> Iterable[SuggestionRow]:
    counts = {one.name: one.count for one in programs if known_as(one.name)}
    order = list(PROGRAMS)
    for program in sorted(counts, key=lambda one: order.index(known_as(one))):
        name, options = known_as(program), {"name": program}
        monitor = {"name": name, "kind": "process", "patience": 2, "options": options}
        runs = RUNS.fill(count=counts[program])
        yield f"{SERVICES}/{name}", PROGRAMS[name], runs, ENDS, monitor


def _ports(listeners: Iterable[Listener]) -> Iterable[SuggestionRow]:
    """Yield those of well-known services, each once, by the address that reaches it best."""
    by_port = dict[int, set[str]]()
    for one in listeners:
        address = _plain(one.address)
        if one.port in PORTS and address:
            by_port.setdefault(one.port, set()).add(address)
    for port in sorted(by_port):
        address = _best(by_port[port])
        target = BY.get(address, address)
        options = {"port": port} | ({"address": target} if target else {})
        monitor = {"name": f"tcp-{port}", "kind": "port", "patience": 2, "options": options}
        title = PORT.fill(port=port, what=PORTS[port])
        yield f"{OF_PORTS}/tcp-{port}", title, _listening_text(address), REFUSES, monitor


def _plain(address: str) -> str:
    """Return an address as a monitor can have it: IPv4 written as IPv6 (RFC 4291, 2.5.5.2) is
    IPv4; "" for what belongs to one link, which an address alone does not name (RFC 4007,
    11)."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return "" if parsed.is_link_local else str(parsed)


def _best(addresses: Collection[str]) -> str:
    return next((one for one in BY if one in addresses), min(addresses))


def _listening_text(address: str) -> Message:
    if address in ANY:
        return EVERYWHERE
    return HERE_ALONE if address in LOOPBACK else AT.fill(address=address)


def instance_name(host: str) -> str:
    """Return a name for a computer's instance: the short host name, in the letters that a
    definition may have."""
    short = host.lower().partition(".")[0]
    name = re.sub(r"[^a-z0-9_-]+", "-", short).strip("-_")[:64]
    return name if re.fullmatch(r"[a-z0-9].*", name) and name != "noroshi" else "this-machine"


def groups_of(suggestions: Iterable[Suggested], language: str) -> tuple[Mapping[str, Any], ...]:
    """Return the chosen monitors by group, with titles in that language."""
    groups = dict[str, list[Mapping[str, Any]]]()
    for one in suggestions:
        title = {"title": one.title.say(language)}
        groups.setdefault(one.id.partition("/")[0], []).append({**one.monitor, **title})
    return tuple(
        {
            "name": name,
            "title": GROUP_TITLES[name].say(language),
            "every": "1m",
            "monitor": monitors,
        }
        for name, monitors in groups.items()
    )
