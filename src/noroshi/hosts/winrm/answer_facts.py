"""Make facts of the answers of `facts.ps1`. Pure; each raises ValueError, KeyError or TypeError for an
answer of another form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from noroshi.ports import (
    CounterValue,
    EventBatch,
    EventRecord,
    Listener,
    Memory,
    Process,
    Processor,
    RegistryValue,
    ServiceFact,
    ServiceState,
    StartType,
    Volume,
)
from noroshi.system.windows_registry import value_text

KIB = 1024
TICKS = 10_000_000
"""Units of 100 ns in a second."""
STATES = {
    "running": ServiceState.RUNNING,
    "start pending": ServiceState.STARTING,
    "continue pending": ServiceState.STARTING,
    "pause pending": ServiceState.PAUSED,
    "paused": ServiceState.PAUSED,
    "stop pending": ServiceState.STOPPING,
    "stopped": ServiceState.STOPPED,
}
"""Win32_Service.State. https://learn.microsoft.com/windows/win32/cimwin32prov/win32-service"""
START_TYPES = {
    "auto": StartType.AUTOMATIC,
    "boot": StartType.AUTOMATIC,
    "system": StartType.AUTOMATIC,
    "manual": StartType.MANUAL,
    "disabled": StartType.DISABLED,
}
NEVER_STARTED = 1077
OWN_EXIT_CODE = 1066
"""The exit code of a service that has a code of its own."""
OF_ONE_USER = 0x80
"""SERVICE_USERSERVICE_INSTANCE: such a service comes and goes with a logon."""
WILDCARDS = set("*?[")
BITS = {"int32": 32, "int64": 64}
COMMAND_PARTS = re.compile(
    r'(?P<slashes>\\*)(?P<quote>")|(?P<blanks>[ \t]+)|(?P<text>[^" \t\\]+|\\+)'
)


def volumes_in(value: Any) -> Sequence[Volume]:
    """Return the volumes by the path at which they are mounted."""
    return [Volume(str(r["mount"]), int(r["size"]), int(r["free"] or 0)) for r in rows(value)]


def memory_in(value: Any) -> Memory:
    """Return memory and paging files."""
    return Memory(
        total=KIB * int(value["total"]),
        available=KIB * int(value["available"]),
        swap_total=KIB * int(value["swapTotal"] or 0),
        swap_free=KIB * int(value["swapFree"] or 0),
    )


def processor_in(value: Any) -> Processor:
    """Return the work of all cores."""
    idle, busy = float(value["idle"]) / TICKS, float(value["busy"]) / TICKS
    return Processor(cores=int(value["cores"]), total=idle + busy, busy=busy)


def processes_in(value: Any) -> Sequence[Process]:
    """Return the processes that run."""
    return [
        Process(
            pid=int(row["pid"]),
            name=str(row["name"]),
            command=split_command(row.get("command") or ""),
            user=str(row.get("user") or ""),
        )
        for row in rows(value)
    ]


def listeners_in(value: Any) -> Sequence[Listener]:
    """Return the ports that take connections, each once."""
    pairs = {(str(row["address"]), int(row["port"])) for row in rows(value)}
    return [Listener(address, port) for address, port in sorted(pairs)]


def services_in(value: Any, names: Sequence[str]) -> Sequence[ServiceFact]:
    """Return the services of these names or display names, and those that are missing."""
    facts = [_service(row) for row in rows(value) if _is_selected(row, names)]
    known_names = {name.casefold() for fact in facts for name in (fact.name, fact.title)}
    missing_names = [
        name
        for name in names
        if not WILDCARDS & set(name) and name.casefold() not in known_names
    ]
    return [
        *facts,
        *(ServiceFact(name=name, state=ServiceState.MISSING) for name in missing_names),
    ]


def events_in(value: Any) -> EventBatch:
    """Return the records of an event log."""
    return EventBatch(
        records=tuple(_event(row) for row in rows(value["events"])),
        newest=int(value["newest"]),
        is_partial=bool(value["isPartial"]),
    )


def registry_value_in(value: Any) -> RegistryValue | None:
    """Return the value of a key; None if there is none."""
    if value is None:
        return None
    content, kind = value["value"], value["type"]
    if kind == "bytes":
        content = bytes(rows(content))
    elif kind == "list":
        content = rows(content)
    elif kind in BITS:  # the registry's numbers have no sign, PowerShell's do
        content = int(content) % (1 << BITS[kind])
    number = content if isinstance(content, int) else None
    return RegistryValue(text=value_text(content), number=number)


def counter_values_in(value: Any) -> Sequence[CounterValue]:
    """Return the values of a performance counter."""
    return [
        CounterValue(value=float(row["value"]), item=str(row["item"] or ""))
        for row in rows(value)
    ]


def rows(value: Any) -> list[Any]:
    """Return a list of PowerShell, which may write a list of one as the one, and an empty one as
    null."""
    if isinstance(value, dict) and value.keys() == {"value", "Count"}:
        value = value["value"]
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def split_command(line: str) -> tuple[str, ...]:
    """Return the words of a command line, by the rules of Microsoft's C library: quotation marks
    hold words together, and a backslash counts only before one.
    https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments"""
    words, word, is_quoted, is_word = list[str](), "", False, False
    for part in COMMAND_PARTS.finditer(line):
        if (blanks := part["blanks"]) and not is_quoted:
            words, word, is_word = [*words, *([word] if is_word else [])], "", False
            continue
        is_word = True
        if part["quote"]:
            count = len(part["slashes"])
            word += "\\" * (count // 2) + '"' * (count % 2)
            is_quoted ^= count % 2 == 0
        else:
            word += blanks or part["text"]
    return (*words, word) if is_word else tuple(words)


def _is_selected(row: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Return whether these names select a service; wildcards select none of a single user."""
    own_names = [str(row["name"]).casefold(), str(row.get("title") or "").casefold()]
    patterns = [
        name for name in names if any(fnmatchcase(one, name.casefold()) for one in own_names)
    ]
    is_of_one_user = bool(int(row.get("type") or 0) & OF_ONE_USER)
    is_named_in_full = any(not WILDCARDS & set(name) for name in patterns)
    return is_named_in_full or bool(patterns and not is_of_one_user)


def _service(row: Mapping[str, Any]) -> ServiceFact:
    state = STATES.get(str(row["state"]).lower(), ServiceState.STOPPED)
    is_stopped = state is ServiceState.STOPPED
    code = _exit_code(row) if is_stopped else 0
    return ServiceFact(
        name=str(row["name"]),
        title=str(row.get("title") or ""),
        state=ServiceState.FAILED if code else state,
        start_type=START_TYPES.get(str(row["start"]).lower(), StartType.UNKNOWN),
        detail=str(code) if code else "",
        ends_by_itself=is_stopped and bool(row.get("hasTriggers")),
        run=str(row.get("pid") or ""),
    )


def _exit_code(row: Mapping[str, Any]) -> int:
    code = int(row.get("exit") or 0)
    if code == OWN_EXIT_CODE:
        code = int(row.get("ownExit") or 0)
    return 0 if code == NEVER_STARTED else code


def _event(row: Mapping[str, Any]) -> EventRecord:
    return EventRecord(
        number=int(row["number"]),
        created_at=datetime.fromisoformat(row["created"]),
        source=str(row["source"]),
        event_id=int(row["id"]),
        level=int(row["level"] or 0),
        text=str(row["text"]),
    )
