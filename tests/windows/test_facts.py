"""What Windows tells of itself: its memory, its time zone, its ports, and who answers a ping."""

from __future__ import annotations

import socket
import winreg

import pytest

from noroshi.agent.machine import describe_machine, machine_id
from noroshi.checks import reach
from noroshi.core.agents import runs_windows
from noroshi.hosts import counters, time_zone
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import listen

HERE = "127.0.0.1"


def test_memory_is_read_where_nothing_counts_the_swap():
    memory = counters.memory()
    assert 0 < memory.available < memory.total
    assert 0 <= memory.swap_free <= memory.swap_total


def test_the_time_of_interrupts_is_counted_once():
    times = {"user": 5.0, "system": 4.0, "idle": 90.0, "interrupt": 1.0, "dpc": 2.0}
    assert counters.whole_time(times) == 99.0
    processor = counters.processor()
    assert 0 < processor.busy < processor.total
    assert processor.load is None


def test_the_time_zone_is_the_registrys():
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, time_zone.KEY) as key:
        name, _ = winreg.QueryValueEx(key, time_zone.NAME)
    assert time_zone.machine_zone() == time_zone.zone_of(name)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Tokyo Standard Time\0dard Time", "Asia/Tokyo"),
        ("Middle-earth Standard Time", "UTC"),
    ],
)
def test_a_zone_of_windows_has_a_name_of_the_iana(name, zone):
    assert time_zone.zone_of(name) == zone


def test_no_other_program_can_share_the_managers_port():
    with listen(HERE, 0, Connections(ConnectionLimits())) as ours, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(PermissionError):
            other.bind(ours.getsockname())


async def test_this_computer_answers_a_ping():
    place = (socket.AF_INET, (HERE, 0))
    options = reach.Options(address=HERE, by="icmp", count=2)
    result = await reach.ping(place, options)
    assert len(result.answer_times) == 2
    assert all(0 < seconds < 1 for seconds in result.answer_times)


def test_an_agent_tells_windows_installations_apart():
    machine = describe_machine("SRV1", frozenset)
    assert len(machine.id) == 64 and machine.id == machine_id()
    assert runs_windows(machine.system)
