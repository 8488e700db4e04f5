"""Many instances, each with an address or a time zone of its own, and one computer behind them."""

from __future__ import annotations

from noroshi.app.composition import Hosts
from noroshi.core.model import Instance, Monitor
from noroshi.core.network_policy import CLOSED
from noroshi.hosts.files import LocalFiles
from noroshi.hosts.jobs import Jobs, no_beats
from noroshi.hosts.local import SharedParts
from noroshi.hosts.programs import ProgramRules
from noroshi.network.connector import no_secret
from noroshi.ports import TransportContext
from noroshi.testing import ManualClocks


def monitor(**instance: str) -> Monitor:
    return Monitor(
        id="m", name="m", instance=Instance(**instance), group="g", kind="process", options=None
    )


async def no_token(*_: object) -> str:
    raise LookupError


async def test_all_instances_of_a_node_share_a_snapshot_of_its_computer():
    clocks = ManualClocks().clocks
    outside, jobs = TransportContext(clocks, no_token, no_secret), Jobs(no_beats, clocks.steady)
    hosts = Hosts(ProgramRules(), outside, CLOSED, SharedParts(jobs=jobs, files=LocalFiles()))
    one = hosts.host_for(monitor(name="a", address="192.0.2.1"))
    other = hosts.host_for(monitor(name="b", address="192.0.2.2", zone="Asia/Tokyo"))
    assert one is not other
    assert await one.processes() is await other.processes()
    assert await one.volumes() is await other.volumes()
    assert await one.memory() is await other.memory()
