"""What systemctl prints of services and timers, as systemd 257 printed it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noroshi.hosts.operating_system.linux_system import LinuxSystem
from noroshi.hosts.operating_system.systemd_units import service_fact
from noroshi.ports import (
    EventQuery,
    ProgramResult,
    ServiceFact,
    ServiceState,
    StartType,
    TaskFact,
    Unmeasurable,
)

LISTED = """\
bad.service                  loaded activating auto-restart bad.service
good.service                 loaded active     running      A good service
"""
SHOWN = {
    "good.service": """\
Type=simple
Result=success
NRestarts=2
ExecMainStatus=0
Id=good.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
InvocationID=25454c20ca75496c872ee7740f65951f
""",
    "bad.service": """\
Type=simple
Result=exit-code
NRestarts=0
ExecMainStatus=1
Id=bad.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart
UnitFileState=static
InvocationID=70df2b62473942d880aa96d4164cdfe0
""",
    "once.service": """\
Type=oneshot
Result=exit-code
NRestarts=0
ExecMainStatus=3
Id=once.service
LoadState=loaded
ActiveState=failed
SubState=failed
UnitFileState=static
InvocationID=a07aff5e21444fc181165eba8d8d01b8
""",
    "none.service": """\
Type=
Result=success
NRestarts=0
ExecMainStatus=0
Id=none.service
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
InvocationID=
""",
    "once.timer": """\
Unit=once.service
NextElapseUSecRealtime=Sun 2026-11-29 15:07:52 UTC
LastTriggerUSec=Sun 2026-11-29 15:07:50 UTC
Id=once.timer
LoadState=loaded
ActiveState=active
UnitFileState=static
""",
    "off.timer": """\
Unit=off.service
NextElapseUSecRealtime=
LastTriggerUSec=
Id=off.timer
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled
""",
    "off.service": """\
Type=simple
Result=success
NRestarts=0
ExecMainStatus=0
Id=off.service
LoadState=loaded
ActiveState=inactive
SubState=dead
UnitFileState=static
InvocationID=
""",
}
TIMERS = "once.timer loaded active waiting once.timer\n"
ONCE = TaskFact(
    name="once",
    last_run=datetime(2026, 11, 29, 15, 7, 50, tzinfo=UTC),
    next_run=datetime(2026, 11, 29, 15, 7, 52, tzinfo=UTC),
    failure="exit-code, 3",
)


async def systemctl(argv, seconds):
    program, action, *arguments = argv
    assert program == "systemctl"
    names = arguments[arguments.index("--") + 1 :]
    if action == "show":
        return ProgramResult(0, "\n".join(SHOWN[name] for name in names), "")
    return ProgramResult(0, TIMERS if "--type=timer" in arguments else LISTED, "")


SYSTEM = LinuxSystem(systemctl)


async def test_a_running_service_has_a_run_and_counted_restarts():
    (good,) = await SYSTEM.services(["good"])
    assert good == ServiceFact(
        name="good",
        state=ServiceState.RUNNING,
        start_type=StartType.AUTOMATIC,
        run="25454c20ca75496c872ee7740f65951f",
        restarts=2,
    )


async def test_a_service_that_waits_for_its_restart_has_failed():
    (bad,) = await SYSTEM.services(["bad.service"])
    assert (bad.state, bad.detail) == (ServiceState.FAILED, "exit-code, 1")
    assert bad.start_type is StartType.MANUAL


async def test_a_service_that_does_one_thing_may_end():
    (once,) = await SYSTEM.services(["once"])
    assert once.ends_by_itself and once.state is ServiceState.FAILED and once.run == ""


@pytest.mark.parametrize(
    ("properties", "may_be_stopped"),
    [
        ({}, False),
        ({"Type": "oneshot"}, True),
        ({"TriggeredBy": "docker.socket"}, True),
        ({"ConditionResult": "no", "ConditionTimestamp": "Sun 2026-11-29 15:07:50 UTC"}, True),
        ({"ConditionResult": "no", "ConditionTimestamp": ""}, False),
        (
            {"ConditionResult": "yes", "ConditionTimestamp": "Sun 2026-11-29 15:07:50 UTC"},
            False,
        ),
    ],
    ids=["ordinary", "one thing", "socket", "left out", "never started", "started"],
)
def test_some_services_may_be_stopped_though_they_are_enabled(properties, may_be_stopped):
    unit = {"ActiveState": "inactive", "UnitFileState": "enabled", **properties}
    assert service_fact("web", unit).ends_by_itself is may_be_stopped


async def test_a_pattern_finds_all_that_match_and_a_name_what_is_missing():
    services = await SYSTEM.services(["none", "*d", "good"])
    assert [one.name for one in services] == ["none", "good", "bad"]
    assert services[0].state is ServiceState.MISSING


async def test_timers_tell_of_the_units_that_they_start():
    assert await SYSTEM.tasks(["*"]) == [ONCE]
    off, once = await SYSTEM.tasks(["off"])
    assert off == TaskFact(name="off", is_enabled=False)
    assert once == ONCE


async def test_a_computer_without_systemd_says_so():
    async def refuse(argv, seconds):
        return ProgramResult(1, "", "System has not been booted with systemd as init system\n")

    with pytest.raises(Unmeasurable) as problem:
        await LinuxSystem(refuse).services(["good"])
    assert problem.value.words.en == (
        "systemd does not answer: systemctl exited with code 1: "
        "System has not been booted with systemd as init system"
    )


async def test_what_windows_alone_has_is_refused():
    system = LinuxSystem(systemctl)
    for question in (
        system.registry_value("HKLM\\SOFTWARE", ""),
        system.events(EventQuery(log="System")),
        system.counter_values(r"\System\Processes"),
    ):
        with pytest.raises(Unmeasurable, match="works on Windows only"):
            await question
