"""The DNS check, by this machine's resolver for names of its own, and by a resolver of ours."""

from __future__ import annotations

import socket

import pytest

from noroshi import schema
from noroshi.checks import dns
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.ports import Unmeasurable
from noroshi.testing import FakeHost


class Zone:
    """A resolver that knows these names; an error in the place of addresses is raised."""

    def __init__(self, **names):
        self.names = names

    async def __call__(self, name):
        answer = self.names.get(name, socket.gaierror(socket.EAI_NONAME, "no such name"))
        if isinstance(answer, Exception):
            raise answer
        return answer


async def look(name, *required, **names):
    outcome = await dns.measure(name, required, Zone(**names))
    return {reading.name: reading for reading in outcome.readings}


def level(reading):
    return judge(reading, dns.CHECK.limits[reading.name])


@pytest.mark.parametrize("options", [{"address": "localhost"}, {}], ids=["given", "own"])
async def test_a_name_of_this_machine_is_resolved_by_its_own_resolver(options):
    host = FakeHost(address="localhost")
    outcome = await dns.run(dns.Options(**options, has=("127.0.0.1",)), host, {})
    found = {reading.name: reading for reading in outcome.readings}
    assert found["addresses"].value >= 1 and "127.0.0.1" in found["addresses"].note.en
    assert found["missing"].value == 0
    assert found["time"].unit == "ms" and found["time"].value >= 0


async def test_what_is_no_name_at_all_cannot_be_resolved():
    with pytest.raises(Unmeasurable, match=r"the name a\.\.b cannot be resolved"):
        await dns.run(dns.Options(address="a..b"), FakeHost(), {})


async def test_the_addresses_are_counted_and_told():
    found = await look("web1", web1=["192.0.2.1", "2001:db8::1"])
    assert set(found) == {"addresses", "time"}
    assert found["addresses"].value == 2
    assert found["addresses"].note.en == "web1 resolves to 192.0.2.1, 2001:db8::1"
    assert level(found["addresses"]) is Level.OK


async def test_of_many_addresses_some_are_told():
    found = await look("web1", web1=[f"192.0.2.{n}" for n in range(1, 11)])
    assert found["addresses"].value == 10
    assert found["addresses"].note.en.endswith("192.0.2.8 and 2 more")


@pytest.mark.parametrize("number", ["EAI_NONAME", "EAI_NODATA"])
async def test_a_name_that_is_unknown_is_critical(number):
    error = socket.gaierror(getattr(socket, number), "")
    found = await look("web1", "192.0.2.1", web1=error)
    assert set(found) == {"addresses", "missing"}
    assert level(found["addresses"]) is level(found["missing"]) is Level.CRITICAL
    assert found["addresses"].note.en.startswith("the name web1 cannot be resolved: N")
    assert found["addresses"].note.ja != found["addresses"].note.en


@pytest.mark.parametrize(
    ("number", "why"),
    [
        pytest.param(socket.EAI_AGAIN, "Temporary failure", id="nobody answers"),
        pytest.param(socket.EAI_FAIL, "Non-recoverable failure", id="refused"),
    ],
)
async def test_a_resolver_that_does_not_say_leaves_it_open(number, why):
    with pytest.raises(Unmeasurable, match=f"web1 cannot be resolved: {why}"):
        await look("web1", web1=socket.gaierror(number, ""))


async def test_a_required_address_that_is_not_there_is_critical():
    found = await look("web1", "192.0.2.1", "192.0.2.9", web1=["192.0.2.1"])
    assert level(found["missing"]) is Level.CRITICAL
    assert found["missing"].note.en == "not among web1's addresses: 192.0.2.9"


async def test_an_address_is_the_same_however_it_is_written():
    found = await look("web1", "2001:DB8:0::1", web1=["192.0.2.1", "2001:db8::1"])
    assert level(found["missing"]) is Level.OK
    assert found["missing"].note.en == "all required addresses are present"


def test_what_is_no_address_cannot_be_required():
    with pytest.raises(schema.Invalid, match=r"has: “web2” is not an IP address"):
        schema.read(dns.Options, {"has": ["web2"]}, "x")
