"""What Windows manages, asked as monitors ask: under Wine, services and the registry are real.

Wine has no event log, no PowerShell and hardly a counter; what it answers there must be told, and
end nothing.
"""

from __future__ import annotations

import asyncio
import time
import winreg
from dataclasses import dataclass

import psutil
import pytest

from noroshi.checks import service
from noroshi.core.translation import Message
from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.operating_system.network_shares import NetworkShares
from noroshi.hosts.operating_system.windows_services import read_services
from noroshi.hosts.program_runner import ProgramRunner
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import (
    EventQuery,
    RegistryValue,
    ServiceState,
    StartType,
    Unmeasurable,
    Volume,
)
from noroshi.testing import ManualClocks

KEY = r"SOFTWARE\Noroshi Test"


@pytest.fixture
async def here():
    runner = ProgramRunner()
    parts = SharedParts(program_runner=runner)
    yield LocalHost(ProgramRules(), ManualClocks().clocks, shared_parts=parts)
    await runner.close()


@pytest.fixture
async def system(here):
    return await here.system_facts()


@pytest.fixture
def key():
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY) as opened_key:
        yield opened_key
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, KEY)


async def test_a_service_is_found_by_name_display_name_and_pattern(system):
    (by_name,) = await system.services(["EVENTLOG"])
    assert (by_name.name, by_name.state) == ("Eventlog", ServiceState.RUNNING)
    assert by_name.start_type is StartType.AUTOMATIC
    assert by_name.run.isdecimal()
    assert list(await system.services([by_name.title])) == [by_name]
    assert by_name in await system.services(["event*", "eventlog"])


async def test_a_service_that_is_not_there_is_missing(system):
    (missing,) = await system.services(["no such service"])
    assert missing.state is ServiceState.MISSING


async def test_services_are_measured(here):
    options = service.Options(include=("eventlog", "Spooler"))
    outcome = await service.run(options, here, {})
    values = {(one.item, one.name): one.value for one in outcome.readings}
    assert values["Eventlog", "wrong_state"] == 0
    assert values["Eventlog", "restarts"] == 0
    assert values["Spooler", "wrong_state"] == 1


@dataclass
class Guarded:
    """A service that Windows does not let Noroshi's account look at."""

    error: Exception

    def name(self) -> str:
        return "Guarded"

    def display_name(self) -> str:
        return "Guarded Service"

    def status(self) -> str:
        raise self.error

    def start_type(self) -> str:
        raise self.error

    def pid(self) -> int | None:
        raise self.error


@pytest.mark.parametrize("error", [psutil.AccessDenied(), OSError(15100, "no text")])
def test_a_service_that_may_not_be_read_hides_no_other(error):
    def all_services():
        return [Guarded(error), *psutil.win_service_iter()]

    by_pattern = {one.name: one for one in read_services(["*"], all_services)}
    assert "Eventlog" in by_pattern
    assert "Guarded" not in by_pattern
    guarded, _eventlog = read_services(["guarded service", "eventlog"], all_services)
    assert (guarded.name, guarded.state) == ("Guarded", ServiceState.UNREADABLE)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (winreg.REG_SZ, "狼煙", RegistryValue(text="狼煙")),
        (winreg.REG_DWORD, 7, RegistryValue(text="7", number=7)),
        (winreg.REG_QWORD, 2**40, RegistryValue(text=str(2**40), number=2**40)),
        (winreg.REG_MULTI_SZ, ["a", "b"], RegistryValue(text="a, b")),
        (winreg.REG_BINARY, b"\x01\xff", RegistryValue(text="01 ff")),
        (winreg.REG_BINARY, b"", RegistryValue(text="")),
    ],
)
async def test_a_value_of_the_registry_is_read(system, key, kind, value, expected):
    winreg.SetValueEx(key, "value", 0, kind, value)
    assert await system.registry_value(rf"HKCU\{KEY}", "value") == expected


async def test_a_value_or_a_key_that_is_not_there_is_none(system, key):
    assert await system.registry_value(rf"HKCU\{KEY}", "other") is None
    assert await system.registry_value(r"HKCU\SOFTWARE\no such key", "") is None


async def test_a_counter_is_read_in_a_process_of_its_own(system):
    """Wine's numbers mean nothing; that one comes is all that it shows."""
    (value,) = await system.counter_values(r"\System\System Up Time")
    assert value.item == ""


async def test_a_counter_that_is_not_there_is_told(system):
    with pytest.raises(Unmeasurable, match=r"no performance counter \\No\\Such"):
        await system.counter_values(r"\No\Such")


async def test_an_event_log_that_cannot_be_read_is_told(system):
    with pytest.raises(Unmeasurable, match="cannot read the event log System"):
        await system.events(EventQuery(log="System"))


async def test_a_share_that_is_not_there_is_told_with_a_login_and_without(system):
    """Wine has no network shares."""
    for user, password in (("", ""), ("CONTOSO\\monitor", "x")):
        reason = await system.share_volume(r"\\127.0.0.1\no such share", user, password)
        assert isinstance(reason, Message) and reason.en


async def test_users_of_one_server_are_measured_one_after_the_other_each_for_itself():
    """Windows logs the one out where the other logs in."""
    measuring, most = list[str](), list[int]()

    def measure(path: str, user: str, password: str) -> Volume:
        measuring.append(user)
        most.append(len(measuring))
        time.sleep(0.05)
        measuring.remove(user)
        if user == "bad":
            raise PermissionError(13, "no")
        return Volume(path, len(user), 0)

    shares = NetworkShares(measure)
    good, other, bad = await asyncio.gather(
        shares.volume(r"\\FS01\a", "good", "x"),
        shares.volume(r"\\fs01\a", "another", "x"),
        shares.volume(r"\\fs01\a", "bad", "x"),
    )
    assert (good.size, other.size) == (4, 7)
    assert isinstance(bad, Message)
    assert max(most) == 1


async def test_a_script_that_prints_nothing_is_told(system):
    with pytest.raises(Unmeasurable, match=r"windows_(tasks|updates)\.ps1|powershell"):
        await system.tasks(["*"])
    with pytest.raises(Unmeasurable, match=r"windows_(tasks|updates)\.ps1|powershell"):
        await system.updates()
