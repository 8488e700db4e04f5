"""Read the output of `facts.sh`: what a computer tells of itself in one turn.

What is missing there is missing here: a tool that a computer lacks, or a right that the user lacks,
takes one fact away and never the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

from noroshi.core.printable import readable
from noroshi.hosts.volumes import NO_DISK, mount_points
from noroshi.ports import Listener, Memory, Process, Processor, Volume

T = TypeVar("T")
MARK = "#noroshi "
"""Begins the line before each part."""
END = "end"
"""The name of the last part: without it the output broke off."""
KIB = 1024
LONGEST_REPLY = 200
TICKS_PER_SECOND = 100
"""USER_HZ, in which Linux tells processor time to programs on every platform (proc_stat(5))."""
LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""
ENDED = "ZXx"
"""The states of a process that ended and waits for its parent to notice (ps(1))."""
KERNEL_NAME = 15
"""Characters of a name that the kernel keeps."""
DF_COLUMNS = re.compile(r"\s\d+\s+(\d+)\s+(-?\d+)\s+(?:\d+%|-)\s+(?=/)")
"""The columns between the device and the mount point, which may both have blanks. It is searched,
as any user there writes a part of a line: what may begin anywhere and end anywhere would take hours
of a line of blanks."""
NAME_COLUMNS = 5
NETSTAT_LINE = re.compile(r"tcp\S*\s+\d+\s+\d+\s+(\S+)[.:](\d+)\s+\S+\s+LISTEN\s*")
NOT_BUSY = (3, 4)
"""The columns idle and iowait of /proc/stat; 8 and 9 are counted in others as well."""
IOWAIT, STEAL, ALL_TIMES = 4, 7, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFacts:
    """Hold the facts of one turn. None: the computer did not tell it."""

    system: str = ""
    host_name: str = ""
    volumes: tuple[Volume, ...] | None = None
    processes: tuple[Process, ...] | None = None
    listeners: tuple[Listener, ...] | None = None
    memory: Memory | None = None
    processor: Processor | None = None


class IncompleteOutputError(ValueError):
    """Report output that is not that of the script, or broke off. `start` is how it begins."""

    def __init__(self, output: str) -> None:
        super().__init__("the output of the script is not whole")
        self.start = short_reply(output)


def read_facts(output: str) -> RemoteFacts:
    """Return the facts that the output tells. Raises IncompleteOutputError."""
    parts = _parts(output)
    if END not in parts:
        raise IncompleteOutputError(output)
    system, host_name, shell = (*parts.get("system", []), "", "", "")[:3]
    return RemoteFacts(
        system=system,
        host_name=host_name,
        volumes=_fact_or_none(
            lambda: _volumes(parts.get("volumes", []), parts.get("mounts", []))
        ),
        processes=_fact_or_none(
            lambda: _processes(parts.get("names", []), parts.get("commands", []), shell)
        ),
        listeners=_fact_or_none(lambda: _listeners(parts.get("sockets", []))),
        memory=_fact_or_none(lambda: _memory(parts.get("memory", []))),
        processor=_fact_or_none(lambda: _processor(parts.get("processor", []))),
    )


def _fact_or_none(read: Callable[[], T | None]) -> T | None:
    """Return a fact; None also if its lines have a form that nobody knows."""
    try:
        return read()
    except (ValueError, LookupError, OverflowError):
        return None


def _parts(output: str) -> Mapping[str, Sequence[str]]:
    """Return the lines of each part. What a log-in prints before the first one is left out."""
    parts = dict[str, list[str]]()
    lines = list[str]()
    for line in output.replace("\r\n", "\n").split(
        "\n"
    ):  # splitlines knows ends that names may have
        if line.startswith(MARK):
            lines = parts[line.removeprefix(MARK)] = []
        elif line and not line.isspace():
            lines.append(line)
    return parts


def _volumes(df_lines: Sequence[str], mount_lines: Sequence[str]) -> tuple[Volume, ...] | None:
    """Return the volumes that are disks: by the mount table, or by the device where there is
    none (BSD)."""
    rows = [row for line in df_lines if (row := _df_row(line)) is not None]
    if not rows:
        return None
    mounts = set(mount_points("\n".join(mount_lines))) if mount_lines else None
    volumes = {
        mount: Volume(
            mount, (int(used_kib) + max(0, int(free_kib))) * KIB, max(0, int(free_kib)) * KIB
        )
        for device, used_kib, free_kib, mount in rows
        if (mount in mounts if mounts is not None else _is_disk(device))
    }
    return tuple(volume for volume in volumes.values() if volume.size)


def _df_row(line: str) -> tuple[str, str, str, str] | None:
    """Return device, used and free KiB, and mount point of a line; None if it is no such line."""
    match = DF_COLUMNS.search(line)
    device = line[: match.start()].rstrip() if match else ""
    return (device, match[1], match[2], line[match.end() :]) if match and device else None


def _is_disk(device: str) -> bool:
    return (device.startswith("/dev/") or ":" in device) and not NO_DISK.fullmatch(device)


def _memory(lines: Sequence[str]) -> Memory | None:
    kib = {
        name: int(size.split()[0])
        for name, _, size in (line.partition(":") for line in lines)
        if size.split()[:1] and size.split()[0].isdecimal()
    }
    if "MemTotal" not in kib:
        return None
    available = kib.get("MemAvailable")
    if available is None:  # before Linux 3.14
        available = sum(kib.get(name, 0) for name in ("MemFree", "Buffers", "Cached"))
    return Memory(
        total=kib["MemTotal"] * KIB,
        available=available * KIB,
        swap_total=kib.get("SwapTotal", 0) * KIB,
        swap_free=kib.get("SwapFree", 0) * KIB,
    )


def _processor(lines: Sequence[str]) -> Processor | None:
    rows = [line.split() for line in lines]
    total_row = next((row for row in rows if row[0] == "cpu"), None)
    if total_row is None:
        return None
    seconds = [int(ticks) / TICKS_PER_SECOND for ticks in total_row[1:]]
    total = sum(seconds[:ALL_TIMES])
    load = next((float(row[0]) for row in rows if not row[0].startswith("cpu")), None)
    return Processor(
        cores=sum(row[0].startswith("cpu") for row in rows) - 1 or 1,
        total=total,
        busy=total - sum(seconds[column] for column in NOT_BUSY if column < len(seconds)),
        iowait=seconds[IOWAIT] if len(seconds) > IOWAIT else None,
        steal=seconds[STEAL] if len(seconds) > STEAL else None,
        load=load,
    )


def _processes(
    name_lines: Sequence[str], command_lines: Sequence[str], shell: str
) -> tuple[Process, ...] | None:
    """Return the processes but those that ended, and those of the script itself."""
    rows = [row for line in name_lines if (row := _name_row(line)) is not None]
    if not rows:
        return None
    commands = dict(_command(line) for line in command_lines)
    return tuple(
        _process(int(pid), user, name, commands.get(pid, ""))
        for pid, parent, state, user, name in rows
        if state[0] not in ENDED and shell not in (pid, parent)
    )


def _name_row(line: str) -> list[str] | None:
    """Return process, parent, state, user and name of a line; None if it is no such line."""
    columns = line.strip().split(maxsplit=NAME_COLUMNS - 1)
    is_row = len(columns) == NAME_COLUMNS and all(map(str.isdecimal, columns[:2]))
    return columns if is_row else None


def _command(line: str) -> tuple[str, str]:
    """Return the number of a process, as text, and its command line."""
    number, _, command = line.strip().partition(" ")
    return number, command.strip()


def _process(pid: int, user: str, name: str, line: str) -> Process:
    is_kernel_thread = line.startswith("[") and line.endswith("]")
    command = () if is_kernel_thread else tuple(line.split())
    program = command[0].rpartition("/")[2] if command else ""
    is_shortened = len(name) >= KERNEL_NAME and program.startswith(name)
    return Process(pid, program if is_shortened else name, command, user)


def _listeners(lines: Sequence[str]) -> tuple[Listener, ...] | None:
    if not lines:
        return None
    listeners = {*_of_kernel_table(lines), *_of_netstat(lines)}
    return tuple(sorted(listeners, key=lambda listener: (listener.port, listener.address)))


def _of_kernel_table(lines: Sequence[str]) -> Iterator[Listener]:
    for fields in map(str.split, lines):
        if len(fields) > 3 and fields[3] == LISTENING:
            address, _, port = fields[1].partition(":")
            yield Listener(_address(address), int(port, 16))


def _of_netstat(lines: Sequence[str]) -> Iterator[Listener]:
    for line in lines:
        if match := NETSTAT_LINE.fullmatch(line):
            any_address = "::" if line.startswith("tcp6") else "0.0.0.0"
            yield Listener(any_address if match[1] == "*" else match[1], int(match[2]))


def _address(digits: str) -> str:
    """Return an address of /proc/net/tcp: words of 32 bits in the order of the computer, which
    is little-endian wherever anybody runs servers."""
    data = bytes.fromhex(digits)
    words = (data[start : start + 4][::-1] for start in range(0, len(data), 4))
    return str(ip_address(b"".join(words)))


def short_reply(text: str) -> str:
    """Return the beginning of what a server wrote, without what a terminal obeys."""
    return readable(text.strip()[:LONGEST_REPLY])
