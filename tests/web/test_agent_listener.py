"""The listener for agents: opened and closed while the node runs, and open again after a restart."""

import asyncio
import gc
import hashlib
import json
import socket
import ssl
import subprocess
import sys
import tracemalloc
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from noroshi.app.agent_listening import AgentListenerControl, listening
from noroshi.service import (
    ForbiddenError,
    InvalidArgumentError,
    OperationFailedError,
    ReauthenticationRequiredError,
    perform,
)
from noroshi.service.agents.hub_endpoints import (
    FORMER_KEPT,
    Endpoint,
    ListenerSetting,
    write_setting,
)
from noroshi.service.agents.listener import sorted_hosts
from noroshi.service.operation import member
from noroshi.web.context import WebContext
from tests.ports import free_port
from tests.service.harness import AKI, Harness
from tests.sweeps import sweep

HERE = {"address": "127.0.0.1", "host": "127.0.0.1"}
WITHOUT_CHECKS = ssl.create_default_context()
WITHOUT_CHECKS.check_hostname, WITHOUT_CHECKS.verify_mode = False, ssl.CERT_NONE


@asynccontextmanager
async def node(harness, home):
    web = WebContext(service=harness.service, people=harness.people)
    async with listening(
        harness.store,
        harness.service.context.endpoints,
        AgentListenerControl(lambda: web, home),
    ):
        yield


async def ask(harness, name, **given):
    return await perform(harness.service, AKI, name, given)


async def answer_at(port, path):
    """What is answered there over TLS, and the pin of the key that was shown."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=WITHOUT_CHECKS)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    )
    head = await reader.readline()
    writer.close()
    key = x509.load_der_x509_certificate(shown).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return int(head.split()[1]), hashlib.sha256(der).hexdigest()


def is_open(port):
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


async def test_it_is_open_at_once_with_the_pin_that_is_told(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        before = await ask(harness, "agents_listener")
        assert (before.where, before.pin, before.is_open) == ("", "", False)
        told = await ask(harness, "agents_listen", port=0, **HERE)
        assert told.is_open and told.where == f"127.0.0.1:{told.port}"
        assert (await answer_at(told.port, "/"))[1] == told.pin
    assert not is_open(told.port)


@sweep("path", ["/", "/login", "/healthz", "/metrics", "/api/status", "/api/openapi.json"])
async def test_it_shows_no_page_and_no_api(tmp_path, path):
    harness = Harness()
    async with node(harness, tmp_path):
        told = await ask(harness, "agents_listen", port=0, **HERE)
        assert (await answer_at(told.port, path))[0] == 404


async def test_a_connection_that_rests_takes_little_memory(tmp_path):
    """Each agent keeps two, and asyncio would allocate 256 KiB for each."""
    harness, count = Harness(), 20
    async with node(harness, tmp_path):
        port = (await ask(harness, "agents_listen", port=0, **HERE)).port
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        open_connections = [  # their own ends are in this process, too
            await asyncio.open_connection("127.0.0.1", port, ssl=WITHOUT_CHECKS)
            for _ in range(count)
        ]
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        for _reader, writer in open_connections:
            writer.close()
    assert (after - before) / (2 * count) < 64 * 1024


async def test_it_is_open_again_after_a_restart_with_the_same_key(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        first = await ask(harness, "agents_listen", port=0, **HERE)
    control = AgentListenerControl(
        lambda: WebContext(service=harness.service, people=harness.people), tmp_path
    )
    assert await control.open_stored(harness.store, harness.service.context.endpoints)
    again = await ask(harness, "agents_listener")
    assert (again.where, again.pin) == (first.where, first.pin)
    await control.close()


async def test_what_another_node_was_asked_for_is_open_here_and_shut_again(tmp_path):
    """Nodes share the store, and only this one, which sends, takes agents."""
    harness, other = Harness(), ListenerSetting(port=free_port(), **HERE)
    web = WebContext(service=harness.service, people=harness.people)
    control = AgentListenerControl(lambda: web, tmp_path)
    assert await control.open_stored(harness.store, harness.service.context.endpoints)
    await write_setting(harness.store, other)
    await control.follow_stored(harness.store)
    told = await ask(harness, "agents_listener")
    assert (told.where, told.is_open, is_open(other.port)) == (other.authority, True, True)
    await write_setting(harness.store, None)
    await control.follow_stored(harness.store)
    assert not is_open(other.port)


async def test_what_is_stored_still_does_not_undo_what_this_node_is_asked_for(tmp_path):
    harness, setting = Harness(), ListenerSetting(port=free_port(), **HERE)
    web = WebContext(service=harness.service, people=harness.people)
    control = AgentListenerControl(lambda: web, tmp_path)
    assert await control.open_stored(harness.store, harness.service.context.endpoints)
    await control.open(setting)  # and it is stored a moment later
    await control.follow_stored(harness.store)
    assert is_open(setting.port)
    await control.close()


async def test_where_another_node_sends_a_command_says_that_it_opens_the_address(tmp_path):
    harness = Harness()
    assert "not running" in (await ask(harness, "agents_listen", **HERE)).problem.en
    harness.service.context.endpoints.is_elsewhere = True
    assert "Another node sends" in (await ask(harness, "agents_listen", **HERE)).problem.en


async def test_the_address_of_before_stays_open_for_a_week(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        first = await ask(harness, "agents_listen", port=0, **HERE)
        told = await ask(harness, "agents_listen", port=0, **HERE)
        assert told.port != first.port and is_open(first.port) and is_open(told.port)
        assert (told.former_address, told.former_until) == (
            first.where,
            harness.time.now + FORMER_KEPT,
        )
    async with node(harness, tmp_path):  # also after a restart
        await until_open(harness)
        assert is_open(first.port) and is_open(told.port)
        back = await ask(harness, "agents_listen", port=first.port, **HERE)
        assert (back.port, back.former_address) == (first.port, told.where)
        assert is_open(first.port) and is_open(told.port)
    harness.time.pass_by(days=8)
    async with node(harness, tmp_path):
        await until_open(harness)
        assert is_open(first.port) and not is_open(told.port)
        assert (await ask(harness, "agents_listener")).former_address == ""


async def until_open(harness):
    """At a start the listener is opened beside all else."""
    while not (await ask(harness, "agents_listener")).is_open:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_a_new_key_is_announced_for_a_week_before_it_is_shown(tmp_path):
    harness = Harness()
    endpoints = harness.service.context.endpoints
    async with node(harness, tmp_path):
        first = await ask(harness, "agents_listen", port=0, **HERE)
        announced_key = await ask(harness, "agents_key_replace")
        assert (await ask(harness, "agents_key_replace")) == announced_key
        assert [pin.hex() for pin in endpoints.pins] == [first.pin, announced_key.pin]
        told = await ask(harness, "agents_listener")
        assert (told.pin, told.next_key) == (first.pin, announced_key)
    harness.time.pass_by(days=6)
    async with node(harness, tmp_path):
        await until_open(harness)
        assert (await answer_at(first.port, "/"))[1] == first.pin
        assert [pin.hex() for pin in endpoints.pins] == [first.pin, announced_key.pin]
        harness.time.pass_by(days=1)
        await endpoints.control.follow_key(harness.store, endpoints)
        assert (await answer_at(first.port, "/"))[1] == announced_key.pin
        told = await ask(harness, "agents_listener")
        assert (told.pin, told.next_key) == (announced_key.pin, None)
    async with node(harness, tmp_path):
        await until_open(harness)
        assert (await answer_at(first.port, "/"))[1] == announced_key.pin
        assert [pin.hex() for pin in endpoints.pins] == [announced_key.pin]


async def test_a_new_key_is_shown_at_both_addresses_by_the_sockets_that_are_open(tmp_path):
    """A socket that was closed for it might not be opened again."""
    harness = Harness()
    endpoints = harness.service.context.endpoints
    async with node(harness, tmp_path):
        former = await ask(harness, "agents_listen", port=0, **HERE)
        current = await ask(harness, "agents_listen", port=0, **HERE)
        announced_key = await ask(harness, "agents_key_replace")
        harness.time.pass_by(days=7)
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", current.port, ssl=WITHOUT_CHECKS
        )
        await endpoints.control.follow_key(harness.store, endpoints)
        for port in (former.port, current.port):
            assert (await answer_at(port, "/"))[1] == announced_key.pin
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"404"
        writer.close()


async def test_a_key_that_fell_due_while_no_node_ran_is_shown_at_the_start(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        first = await ask(harness, "agents_listen", port=0, **HERE)
        announced_key = await ask(harness, "agents_key_replace")
    harness.time.pass_by(days=8)
    async with node(harness, tmp_path):
        await until_open(harness)
        assert (await answer_at(first.port, "/"))[1] == announced_key.pin


async def test_another_name_leaves_the_connections_as_they_are(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        first = await ask(harness, "agents_listen", port=0, **HERE)
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", first.port, ssl=WITHOUT_CHECKS
        )
        told = await ask(
            harness, "agents_listen", port=first.port, address="127.0.0.1", host="hub.example"
        )
        assert told.where == f"hub.example:{first.port}" and told.former_address == ""
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"404"
        writer.close()


async def test_an_address_that_holds_the_new_one_is_closed_first(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        first = await ask(harness, "agents_listen", port=0, **HERE)
        every = {"address": "0.0.0.0", "host": "127.0.0.1", "port": first.port}
        told = await ask(harness, "agents_listen", **every)
        assert (told.address, told.is_open, told.former_address) == ("0.0.0.0", True, "")
        assert is_open(first.port)


async def test_a_port_that_is_taken_is_refused_and_the_open_one_stays(tmp_path):
    harness = Harness()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with node(harness, tmp_path):
            first = await ask(harness, "agents_listen", port=0, **HERE)
            with pytest.raises(OperationFailedError, match=f"port {port}: "):
                await ask(harness, "agents_listen", port=port, **HERE)
            after = await ask(harness, "agents_listener")
            assert (after.where, after.is_open) == (first.where, True)
            assert (await answer_at(first.port, "/"))[1] == first.pin


async def test_a_port_that_is_taken_at_the_start_is_told_and_opened_later(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        port = (await ask(harness, "agents_listen", port=0, **HERE)).port
    control = AgentListenerControl(
        lambda: WebContext(service=harness.service, people=harness.people), tmp_path
    )
    harness.service.context.endpoints.control = control
    with socket.create_server(("127.0.0.1", port)):
        assert not await control.open_stored(harness.store, harness.service.context.endpoints)
        told = await ask(harness, "agents_listener")
        assert (told.is_open, told.port) == (False, port) and str(port) in told.problem.en
    assert await control.open_stored(harness.store, harness.service.context.endpoints)
    assert (await ask(harness, "agents_listener")).problem is None
    await control.close()


async def test_closed_it_stays_closed_after_a_restart(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        port = (await ask(harness, "agents_listen", port=0, **HERE)).port
        told = await ask(harness, "agents_listen_stop")
        assert (told.where, told.port, told.is_open) == ("", 0, False)
        assert not is_open(port)
    async with node(harness, tmp_path):
        assert not (await ask(harness, "agents_listener")).is_open


async def test_any_free_port_is_the_same_one_after_each_start(tmp_path):
    harness, ports = Harness(), []
    await ask(harness, "agents_listen", port=0, **HERE)  # no node runs
    for _ in range(2):
        web = WebContext(service=harness.service, people=harness.people)
        control = AgentListenerControl(lambda web=web: web, tmp_path)
        assert await control.open_stored(harness.store, harness.service.context.endpoints)
        ports.append((await ask(harness, "agents_listener")).port)
        await control.close()
    assert ports[0] == ports[1] != 0


async def test_without_a_node_it_is_kept_for_the_start():
    harness = Harness()
    told = await ask(harness, "agents_listen", **HERE)
    assert (told.is_open, told.where, told.port) == (False, "", 7664)
    assert "once it is started" in told.problem.en


@sweep(
    ("given", "where"),
    [
        ({"address": "hub"}, "address"),
        ({"host": "two names"}, "host"),
        ({"host": ""}, "host"),
        ({"port": 65536}, "port"),
    ],
)
async def test_what_is_no_address_is_refused(given, where):
    with pytest.raises(InvalidArgumentError) as refusal:
        await ask(Harness(), "agents_listen", **(HERE | given))
    assert [one.where for one in refusal.value.problems] == [where]


@sweep("name", ["agents_listen", "agents_listen_stop"])
async def test_only_an_administrator_who_gave_the_password_opens_or_closes_it(name):
    service, given = Harness().service, HERE if name == "agents_listen" else {}
    with pytest.raises(ForbiddenError):
        await perform(service, member("bob"), name, given)
    with pytest.raises(ReauthenticationRequiredError):
        await perform(service, replace(AKI, reauthenticated=False), name, given)


async def test_both_are_in_the_audit_log(tmp_path):
    harness = Harness()
    async with node(harness, tmp_path):
        port = (await ask(harness, "agents_listen", port=0, **HERE)).port
        await ask(harness, "agents_listen_stop")
    closed, opened = await harness.store.audit_log(2)
    assert (opened.op, opened.after["port"]) == ("agents_listen", port)
    assert (closed.op, closed.before["port"]) == ("agents_listen_stop", port)


async def test_agents_are_sent_to_the_manager_only_where_they_have_no_address_of_their_own(
    tmp_path,
):
    harness = Harness()
    endpoints = harness.service.context.endpoints
    endpoints.manager = Endpoint(host="hub.example.com", port=7663, pin=bytes(32))
    async with node(harness, tmp_path):
        told = await ask(harness, "agents_listener")
        assert (told.where, told.is_open) == ("hub.example.com:7663", False)
        own = await ask(harness, "agents_listen", port=0, **HERE)
        assert own.where == f"127.0.0.1:{own.port}"
        assert endpoints.pins == (bytes.fromhex(own.pin), bytes(32))  # both are shown


@sweep(
    ("name", "addresses", "hosts"),
    [
        ("hub", (), ("hub",)),
        ("hub", ("127.0.0.1", "fe80::1", "192.0.2.7"), ("192.0.2.7", "hub")),
        ("hub.example.com", ("192.0.2.7",), ("hub.example.com", "192.0.2.7")),
        ("hub", ("172.17.0.1", "192.0.2.9"), ("192.0.2.9", "172.17.0.1", "hub")),
        ("", ("2001:db8::7", "192.0.2.7"), ("192.0.2.7", "2001:db8::7")),
    ],
)
def test_the_host_to_propose_is_one_that_other_networks_know(name, addresses, hosts):
    assert sorted_hosts(name, addresses, "192.0.2.9") == hosts


@sweep(
    ("host", "address"),
    [
        ("hub.example.com", "hub.example.com:1"),
        ("192.0.2.7", "192.0.2.7:1"),
        ("2001:db8::7", "[2001:db8::7]:1"),
        ("[2001:db8::7]", "[2001:db8::7]:1"),
    ],
)
def test_an_endpoint_is_written_as_a_host_and_a_port(host, address):
    assert Endpoint(host=host, port=1, pin=b"").address == address


def test_a_manager_that_other_computers_reach_takes_in_agents(tmp_path):
    """They may know it by another name than browsers do, and sign what they ask."""
    program = "ip link set lo up && exec python3 -m tests.web.in_a_network_alone".replace(
        "python3", sys.executable
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-c", f"{program} {tmp_path}"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(done.stdout or "null") == {
        "host": "hub.example.com",
        "pin": True,
        "certificate": True,
        "page": 421,
        "link": 404,
        "closed": True,
    }, done.stderr
