"""Ask systemd for services and timers, by systemctl(1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from noroshi.core.translation import _
from noroshi.hosts.operating_system.system_programs import (
    FAILED,
    PATIENCE,
    RunProgram,
    program_output,
)
from noroshi.ports import ServiceFact, ServiceState, StartType, TaskFact, Unmeasurable

WILDCARDS = re.compile(r"[*?\[]")
UNITS_AT_ONCE = 100
"""Units that systemctl is asked about at a time: what it prints of them stays below 64 KiB."""
SERVICE_PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "UnitFileState",
    "Type",
    "Result",
    "ExecMainStatus",
    "NRestarts",
    "InvocationID",
    "TriggeredBy",
    "ConditionResult",
    "ConditionTimestamp",
)
TIMER_PROPERTIES = (
    "Id",
    "Unit",
    "LoadState",
    "ActiveState",
    "UnitFileState",
    "LastTriggerUSec",
    "NextElapseUSecRealtime",
)
STATES = {
    "active": ServiceState.RUNNING,
    "reloading": ServiceState.RUNNING,
    "refreshing": ServiceState.RUNNING,
    "activating": ServiceState.STARTING,
    "deactivating": ServiceState.STOPPING,
    "failed": ServiceState.FAILED,
}
"""By ActiveState; any other one is STOPPED."""
WAITS_FOR_RESTART = frozenset({"auto-restart", "auto-restart-queued"})
"""Values of SubState while a service that has failed waits to be started anew."""
START_TYPES = {
    "enabled": StartType.AUTOMATIC,
    "enabled-runtime": StartType.AUTOMATIC,
    "masked": StartType.DISABLED,
    "masked-runtime": StartType.DISABLED,
    "": StartType.UNKNOWN,
    "bad": StartType.UNKNOWN,
}
"""By UnitFileState; a unit in any other state starts when something asks for it."""
MOMENT = re.compile(r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")
NO_SYSTEMD = _("systemd does not answer: {why}")

Unit = Mapping[str, str]
"""The properties of a unit."""


async def read_services(names: Sequence[str], run: RunProgram) -> Sequence[ServiceFact]:
    """Return the services of these names or patterns, each once. Raises Unmeasurable."""
    patterns = [_unit_name(name, "service") for name in names if WILDCARDS.search(name)]
    units = [_unit_name(name, "service") for name in names if not WILDCARDS.search(name)]
    found_units = await _units_of("service", patterns, run) if patterns else []
    facts_by_name = dict[str, ServiceFact]()
    all_units = list(dict.fromkeys((*units, *found_units)))
    for unit, properties in (await _show(all_units, SERVICE_PROPERTIES, run)).items():
        if properties.get("LoadState") != "not-found" or unit in units:
            name = unit.removesuffix(".service")
            facts_by_name[name] = service_fact(name, properties)
    return list(facts_by_name.values())


async def read_timers(names: Sequence[str], run: RunProgram) -> Sequence[TaskFact]:
    """Return all timers that systemd has loaded, and those of these names. Raises Unmeasurable."""
    named_units = [_unit_name(name, "timer") for name in names if not WILDCARDS.search(name)]
    loaded_units = await _units_of("timer", ["*.timer"], run)
    all_units = list(dict.fromkeys((*named_units, *loaded_units)))
    timers = await _show(all_units, TIMER_PROPERTIES, run)
    triggered_units = list(dict.fromkeys(timer.get("Unit", "") for timer in timers.values()))
    units = await _show([name for name in triggered_units if name], SERVICE_PROPERTIES, run)
    return [
        timer_fact(name.removesuffix(".timer"), timer, units.get(timer.get("Unit", ""), {}))
        for name, timer in timers.items()
        if timer.get("LoadState") != "not-found"
    ]


async def _units_of(type: str, patterns: Sequence[str], run: RunProgram) -> list[str]:
    """Return the names of units that match, of those that systemd knows."""
    options = (f"--type={type}", "--all", "--plain", "--no-legend", "--no-pager", "--full")
    output = await _systemctl(("list-units", *options, "--", *patterns), run)
    return [line.split()[0] for line in output.splitlines() if line.strip()]


async def _show(
    units: Sequence[str], properties: Sequence[str], run: RunProgram
) -> Mapping[str, Unit]:
    """Return the properties of units, by the name that was asked for."""
    shown_units = dict[str, Unit]()
    for start in range(0, len(units), UNITS_AT_ONCE):
        part = units[start : start + UNITS_AT_ONCE]
        asked_properties = "--property=" + ",".join(properties)
        output = await _systemctl(("show", "--no-pager", asked_properties, "--", *part), run)
        shown_units |= zip(part, units_in(output), strict=False)
    return shown_units


async def _systemctl(arguments: Sequence[str], run: RunProgram) -> str:
    try:
        return program_output(await run(("systemctl", *arguments), PATIENCE), "systemctl")
    except Unmeasurable as problem:
        if problem.words.id == FAILED.id:
            raise Unmeasurable(NO_SYSTEMD.fill(why=problem.words)) from None
        raise


def units_in(output: str) -> Iterator[Unit]:
    """Yield the units of what `systemctl show` prints: a block for each, an empty line between
    two."""
    for block in output.strip().split("\n\n"):
        pairs = (line.partition("=") for line in block.splitlines())
        yield {name: value for name, _, value in pairs}


def service_fact(name: str, unit: Unit) -> ServiceFact:
    """Return what systemd says of a service."""
    state = _state_of(unit)
    restarts = unit.get("NRestarts", "")
    is_oneshot = unit.get("Type") == "oneshot"
    is_triggered = bool(unit.get("TriggeredBy"))
    has_run = state is ServiceState.RUNNING and not is_oneshot
    return ServiceFact(
        name=name,
        state=state,
        start_type=START_TYPES.get(unit.get("UnitFileState", ""), StartType.MANUAL),
        detail=_failure_of(unit),
        ends_by_itself=is_oneshot or is_triggered or _has_unmet_condition(unit),
        run=unit.get("InvocationID", "") if has_run else "",
        restarts=int(restarts) if restarts.isdecimal() else None,
    )


def timer_fact(name: str, timer: Unit, unit: Unit) -> TaskFact:
    """Return what systemd says of a timer, and of the unit that it starts."""
    return TaskFact(
        name=name,
        is_enabled=timer.get("ActiveState") == "active",
        is_running=unit.get("ActiveState") in ("active", "activating"),
        last_run=_moment(timer.get("LastTriggerUSec", "")),
        next_run=_moment(timer.get("NextElapseUSecRealtime", "")),
        failure=_failure_of(unit) if unit.get("ActiveState") == "failed" else "",
    )


def _state_of(unit: Unit) -> ServiceState:
    if unit.get("LoadState") == "not-found":
        return ServiceState.MISSING
    if unit.get("SubState") in WAITS_FOR_RESTART:
        return ServiceState.FAILED
    return STATES.get(unit.get("ActiveState", ""), ServiceState.STOPPED)


def _has_unmet_condition(unit: Unit) -> bool:
    """Return whether systemd was to start a service and did not, as this computer lacks what its
    conditions ask for: the tools of another hypervisor, for example."""
    return unit.get("ConditionResult") == "no" and bool(unit.get("ConditionTimestamp"))


def _failure_of(unit: Unit) -> str:
    """Return how the last run failed, as systemd names it; "" if it did not."""
    result, status = unit.get("Result", ""), unit.get("ExecMainStatus", "")
    if result in ("", "success"):
        return ""
    return f"{result}, {status}" if result == "exit-code" else result


def _unit_name(name: str, type: str) -> str:
    return name if name.endswith(f".{type}") else f"{name}.{type}"


def _moment(text: str) -> datetime | None:
    """Return a moment as systemctl prints it where the time zone is UTC; None if there is none."""
    match = MOMENT.fullmatch(text)
    return None if match is None else datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
