"""Many instances, each with an address or a time zone of its own, and one computer behind them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from noroshi.app.host_choice import Hosts
from noroshi.core.model import Instance, Monitor
from noroshi.core.network_policy import CLOSED
from noroshi.hosts.files import MOST_THREADS, LocalFiles
from noroshi.hosts.jobs import Jobs, no_beats
from noroshi.hosts.local import SharedParts
from noroshi.hosts.own_names import OwnNames
from noroshi.hosts.programs import ProgramRules
from noroshi.network.connector import no_secret
from noroshi.ports import Clocks, Host, MeasuredByAgent, Program, TransportContext, Unmeasurable
from noroshi.testing import ManualClocks


def monitor(**instance: str) -> Monitor:
    return Monitor(
        id="m", name="m", instance=Instance(**instance), group="g", kind="process", options=None
    )


async def no_token(*_: object) -> str:
    raise LookupError


def hosts_of_a_node(clocks: Clocks, agents: Callable[[], frozenset[str]] = frozenset) -> Hosts:
    outside, jobs = TransportContext(clocks, no_token, no_secret), Jobs(no_beats, clocks.steady)
    addresses = frozenset({"192.0.2.1"})
    names = OwnNames("minato", "kanri01", clocks.steady, lambda: addresses, agents)
    parts = SharedParts(jobs=jobs, files=LocalFiles())
    return Hosts(ProgramRules(), outside, CLOSED, parts, names)


async def test_all_instances_of_a_node_share_a_snapshot_of_its_computer():
    hosts = hosts_of_a_node(ManualClocks().clocks)
    one = hosts.host_for(monitor(name="a", address="192.0.2.1"))
    other = hosts.host_for(
        monitor(name="b", address="fs01", source="minato", zone="Asia/Tokyo")
    )
    assert one is not other
    assert await one.processes() is await other.processes()
    assert await one.volumes() is await other.volumes()
    assert await one.memory() is await other.memory()


QUESTIONS: list[Callable[[Host], Awaitable[object]]] = [
    lambda host: host.volumes(),
    lambda host: host.memory(),
    lambda host: host.processor(),
    lambda host: host.processes(),
    lambda host: host.listeners(),
    lambda host: host.self_facts(),
    lambda host: host.system_facts(),
    lambda host: host.run(Program(argv=("/usr/bin/true",))),
    lambda host: host.with_files(lambda files: files.find("/etc/hostname")),
]


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_another_computer_is_never_shown_with_what_this_one_answers(ask):
    host = hosts_of_a_node(ManualClocks().clocks).host_for(monitor(name="fs01", address="fs01"))
    with pytest.raises(Unmeasurable, match=r"^fs01 is not this computer \(kanri01\)"):
        await ask(host)


async def test_what_the_network_shows_of_another_computer_is_measured():
    hosts = hosts_of_a_node(ManualClocks().clocks)
    host = hosts.host_for(monitor(name="fs01", address="192.0.2.9", zone="Asia/Tokyo"))
    assert await host.address() == "192.0.2.9"
    assert (await host.network()).policy is CLOSED
    assert str((await host.now()).tzinfo) == "Asia/Tokyo"
    assert await host.beat("backup") is None


async def test_what_another_node_measures_is_not_measured_here():
    hosts = hosts_of_a_node(ManualClocks().clocks)
    with pytest.raises(Unmeasurable, match="the source of the instance is osaka"):
        hosts.host_for(monitor(name="fs01", source="osaka"))


async def test_what_an_agent_measures_is_not_measured_here_from_the_moment_it_joined():
    agents = set[str]()
    hosts = hosts_of_a_node(ManualClocks().clocks, lambda: frozenset(agents))
    with pytest.raises(Unmeasurable, match="the source of the instance is FS01"):
        hosts.host_for(monitor(name="fs01", source="FS01"))
    agents.add("fs01")
    with pytest.raises(MeasuredByAgent, match=r"^agent fs01 monitors this"):
        hosts.host_for(monitor(name="fs01", source="FS01"))


async def test_an_address_that_this_computer_gets_later_is_its_own_from_then_on():
    time, addresses = ManualClocks(), {"127.0.0.1"}
    names = OwnNames("minato", "kanri01", time.clocks.steady, lambda: frozenset(addresses))
    outside = TransportContext(time.clocks, no_token, no_secret)
    parts = SharedParts(jobs=Jobs(no_beats, time.clocks.steady), files=LocalFiles())
    hosts = Hosts(ProgramRules(), outside, CLOSED, parts, names)
    early = monitor(name="a", address="192.0.2.1")
    with pytest.raises(Unmeasurable):
        await hosts.host_for(early).memory()
    addresses.add("192.0.2.1")
    time.pass_by(minutes=1)
    assert (await hosts.host_for(early).memory()).total > 0


async def test_work_that_hangs_still_counts_once_the_computer_has_one_more_address():
    """A container that starts brings one; each time a dead mount would take more threads."""
    time, addresses = ManualClocks(), {"127.0.0.1"}
    names = OwnNames("minato", "kanri01", time.clocks.steady, lambda: frozenset(addresses))
    outside = TransportContext(time.clocks, no_token, no_secret)
    parts = SharedParts(jobs=Jobs(no_beats, time.clocks.steady), files=LocalFiles())
    hosts, mended = Hosts(ProgramRules(), outside, CLOSED, parts, names), threading.Event()
    log = monitor(name="a", address="127.0.0.1")

    def begin() -> asyncio.Task[bool]:
        return asyncio.create_task(hosts.host_for(log).with_files(lambda _: mended.wait()))

    hanging = [begin() for _ in range(MOST_THREADS)]
    await asyncio.sleep(0)  # each has begun
    addresses.add("192.0.2.1")
    time.pass_by(minutes=1)
    one_more = begin()
    await asyncio.sleep(0)
    mended.set()
    with pytest.raises(Unmeasurable, match=f"{MOST_THREADS}"):
        await one_more
    assert all(await asyncio.gather(*hanging))
