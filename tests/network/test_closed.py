"""No connection is made to what is closed, judged by the address that a name has at that moment."""

from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_network

import pytest

from noroshi.core.mail import DIRECT, Fault, Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.network import ConnectError, NetworkEgress, reach
from noroshi.network.http import LARGEST, Patience, open_http
from noroshi.network.reach_steps import resolve
from noroshi.ports import Clocks, TransportContext
from tests.network.proxies import Proxy
from tests.network.sites import Site, says

SHORT = Patience(connect=5.0, answer=5.0)


@pytest.fixture
async def site():
    async with Site().open() as found:
        yield found


@pytest.fixture
async def proxy():
    async with Proxy().open() as found:
        yield found


def closed_to(port, *may_reach, **given):
    """As for a node whose manager listens there."""
    nets = tuple(ip_network(one) for one in may_reach)
    return Network(name="office", policy=NetworkPolicy(port, nets), **given)


async def why_not(host, port, network):
    with pytest.raises(ConnectError) as caught:
        (await reach(host, port, NetworkEgress(network), 5.0)).close()
    assert caught.value.fault is Fault.SETUP
    words = caught.value.words
    assert "may_reach" in words.en and "may_reach" in words.ja
    return words.en


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.3.3", "0.0.0.0"])
async def test_the_manager_is_not_reached_by_any_of_its_names(site, host):
    text = await why_not(host, site.port, closed_to(site.port))
    assert "Noroshi's own manager" in text and f"{host}:{site.port}" in text
    assert site.connections == 0


async def test_nor_by_an_address_of_this_computer_s():
    """Where it listens for others too, the computer's own address leads to it as well."""
    assert "own manager" in await why_not(own_address(), 7663, closed_to(7663))


def own_address():
    """One that others reach this computer by, where it has any: that of the way to 192.0.2.1, to
    which nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return asking.getsockname()[0]


async def test_other_ports_of_this_computer_are_reached(site):
    sock = await reach("localhost", site.port, NetworkEgress(closed_to(site.port + 1)), 5.0)
    sock.close()


async def test_the_process_s_own_file_opens_it(site):
    network = closed_to(site.port, "127.0.0.1")
    (await reach("127.0.0.1", site.port, NetworkEgress(network), 5.0)).close()


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "0xa9.254.169.254", "2852039166", "::ffff:169.254.169.254"]
)
async def test_metadata_is_not_reached_however_it_is_written(host):
    """inet_aton(3) takes numbers in many forms; judged is what they lead to."""
    assert "a cloud gives" in await why_not(host, 80, DIRECT)


async def test_a_proxy_is_not_asked_to_lead_there(proxy):
    network = Network(name="office", proxy=proxy.address)
    assert "a cloud gives" in await why_not("metadata.google.internal", 80, network)
    assert "a cloud gives" in await why_not("169.254.169.254", 443, network)
    assert proxy.asked == []


async def test_nor_to_our_own_manager_by_an_address_of_this_computer_s(proxy):
    """It may stand on this computer, or be let in where others are not."""
    network = closed_to(7663, proxy=proxy.address)
    for host in (own_address(), "127.0.0.1", "localhost"):
        assert "own manager" in await why_not(host, 7663, network)
    assert proxy.asked == []


async def test_the_manager_is_no_proxy(site):
    network = closed_to(site.port, proxy=f"127.0.0.1:{site.port}")
    assert "own manager" in await why_not("smtp.example.com", 587, network)
    assert site.connections == 0


async def test_doctor_s_steps_judge_the_same(site):
    with pytest.raises(ConnectError) as caught:
        await resolve("localhost", site.port, NetworkEgress(closed_to(site.port)), 60.0)
    assert "own manager" in caught.value.words.en


# Webhooks


def by(network):
    async def nothing(*_):
        return ""

    clocks = Clocks(wall=lambda: None, steady=lambda: 0.0)
    return TransportContext(clocks, nothing, nothing, network)


async def answered(url, network):
    http = await open_http(by(network), (), SHORT)
    try:
        return await http.post(url, b"{}", {})
    finally:
        await http.close()


async def test_a_webhook_does_not_reach_the_manager(site):
    with pytest.raises(ConnectError):
        await answered(f"http://127.0.0.1:{site.port}/api/status", closed_to(site.port))
    assert site.connections == 0


async def test_a_redirect_to_what_is_closed_is_not_followed(site):
    there = "http://169.254.169.254/latest/meta-data/"
    site.answers = [says(307, location=there)]
    reply = await answered(f"http://127.0.0.1:{site.port}/hook", DIRECT)
    assert reply.status == 307 and len(site.heard) == 1


async def test_of_an_answer_without_end_only_the_beginning_is_read(site):
    site.answers = [says(200, b"x" * (4 * LARGEST))]
    reply = await answered(f"http://127.0.0.1:{site.port}/hook", DIRECT)
    assert len(reply.body) == LARGEST


async def test_each_new_connection_is_judged_anew(site):
    """DNS rebinding: what a name was yesterday says nothing of today."""
    network = closed_to(site.port + 1)
    (await reach("localhost", site.port, NetworkEgress(network), 5.0)).close()
    later = replace(network, policy=NetworkPolicy(site.port))
    assert "own manager" in await why_not("localhost", site.port, later)
