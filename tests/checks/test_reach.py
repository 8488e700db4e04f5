"""The reach check, against this machine and real sockets on loopback."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading

import pytest

from noroshi import schema
from noroshi.checks import reach
from noroshi.checks.icmp import NoEcho
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.ports import Unmeasurable
from noroshi.testing import FakeHost
from tests.checks.own_files import none_left, open_handles

LOOPBACK = (socket.AF_INET, ("127.0.0.1", 0))


async def look(own="127.0.0.1", **options):
    outcome = await reach.run(reach.Options(**options), FakeHost(address=own), {})
    return {reading.name: reading for reading in outcome.readings}


@contextlib.contextmanager
def closed():
    """A port that nobody listens to, and that nobody else is given meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextlib.contextmanager
def full():
    """A listener that answers nobody any more: the kernel drops what its backlog cannot hold."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as sock, contextlib.ExitStack() as s:
        for _ in range(3):
            waiting = s.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(sock.getsockname())
        yield sock.getsockname()[1]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
async def test_this_machine_answers_by_the_way_that_is_allowed_here(address):
    found = await look(address=address)
    assert found["loss"].value == 0
    assert found["loss"].note.en.startswith(f"{address} answers (")
    assert found["time"].value > 0 and found["time"].unit == "ms"


async def test_without_an_address_it_is_the_instances_own():
    with pytest.raises(Unmeasurable, match=r"the name nowhere\.invalid cannot be resolved"):
        await look(own="nowhere.invalid")


async def test_a_port_that_takes_connections_is_an_answer():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        number = sock.getsockname()[1]
        found = await look(by="tcp", ports=(number,), count=2)
    assert found["loss"].value == 0
    assert found["loss"].note.en == f"127.0.0.1 answers (TCP {number})"


async def test_a_port_that_refuses_is_an_answer_as_good_as_any():
    with closed() as number:
        found = await look(by="tcp", ports=(number,))
    assert (found["loss"].value, found["time"].unit) == (0, "ms")


async def test_one_port_that_answers_is_enough():
    with full() as silent, closed() as refusing:
        found = await look(by="tcp", ports=(silent, refusing), count=1, wait=10_000)
    assert found["loss"].value == 0


async def test_no_answer_at_all_is_critical_and_no_fault():
    with full() as silent:
        found = await look(by="tcp", ports=(silent,), count=2, wait=20)
    assert list(found) == ["loss"]
    assert judge(found["loss"], reach.CHECK.limits["loss"]) is Level.CRITICAL
    assert found["loss"].note.en == f"127.0.0.1 does not answer (TCP {silent})"
    assert found["loss"].note.ja == f"127.0.0.1 から応答がありません (TCP {silent})"


def test_some_answers_are_a_loss_in_percent_and_their_mean():
    asked = reach.PingResult((0.010, None, 0.020), reach.BY_ICMP)
    loss, time = reach.readings("web1", asked)
    assert (loss.value, time.value) == (33.3, 15.0)
    assert loss.note.en == "web1 answered 2 of 3 times (ICMP)"


class Network:
    """Stands for ICMP: each step of its script is an answer's seconds, None, or an error."""

    def __init__(self, *script):
        self.script = list(script)

    @contextlib.contextmanager
    def __call__(self, _place):
        yield self

    async def ask(self, _sequence, _seconds):
        step = self.script.pop(0)
        if isinstance(step, int):
            raise OSError(step, os.strerror(step))
        return step


@pytest.mark.parametrize(
    ("script", "times"),
    [
        pytest.param((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), id="all answered"),
        pytest.param((0.1, None, 0.3), (0.1, None, 0.3), id="one lost"),
        pytest.param((errno.EHOSTUNREACH,) * 3, (None,) * 3, id="a router says: not there"),
        pytest.param((errno.ECONNREFUSED,) * 3, (None,) * 3, id="a firewall says: no"),
        pytest.param((errno.ENETUNREACH, None, 0.3), (None, None, 0.3), id="no way at first"),
    ],
)
async def test_what_is_said_in_the_computers_place_is_no_answer(script, times):
    asked = await reach.ping(LOOPBACK, reach.Options(), Network(*script))
    assert asked.times == times


@pytest.mark.parametrize(
    "script",
    [
        pytest.param((errno.ENETUNREACH,) * 3, id="never a way"),
        pytest.param((errno.EPERM,), id="a firewall of our own"),
    ],
)
async def test_what_is_our_own_sides_fault_is_no_finding(script):
    with pytest.raises(OSError) as refused:
        await reach.ping(LOOPBACK, reach.Options(), Network(*script))
    assert refused.value.errno == script[0]


@contextlib.contextmanager
def forbidden(_place):
    raise NoEcho
    yield


async def test_where_icmp_is_not_allowed_it_is_asked_by_tcp():
    with closed() as number:
        asked = await reach.ping(LOOPBACK, reach.Options(ports=(number,)), forbidden)
    assert len(asked.answer_times) == 3 and "TCP" in asked.method_note.en


@pytest.mark.parametrize("options", [{"by": "icmp"}, {"ports": ()}], ids=str)
async def test_tcp_stands_in_only_where_it_may(options):
    with pytest.raises(NoEcho):
        await reach.ping(LOOPBACK, reach.Options(**options), forbidden)


async def test_our_own_shortage_of_files_is_not_the_computers_fault():
    with none_left(), pytest.raises(Unmeasurable, match="Noroshi itself has too many files"):
        await look(by="tcp")


async def test_it_costs_no_thread_and_leaves_no_socket_behind():
    await look()
    threads, handles = threading.active_count(), open_handles()
    for by in ("auto", "tcp"):
        await look(by=by)
    assert threading.active_count() == threads
    assert open_handles() == handles


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"count": 0}, "count must be between 1 and 20"),
        ({"count": 21}, "count must be between 1 and 20"),
        ({"wait": 9}, "wait must be at least 10"),
        ({"count": 20, "wait": 751}, "the product of count and wait at most 15000"),
        ({"ports": [0]}, "ports must be between 1 and 65535"),
        ({"by": "tcp", "ports": []}, 'by = "tcp" requires ports'),
        ({"by": "udp"}, r"x\.by"),
    ],
    ids=str,
)
def test_options_that_cannot_be_are_refused(wrong, said):
    with pytest.raises(schema.Invalid, match=said):
        schema.read(reach.Options, wrong, "x")
