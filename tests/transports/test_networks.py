"""A mail leaves by the network that its route names, or it is told what stands in between."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from noroshi.core.mail import Fault, Network, Verdict
from noroshi.ports import Clocks, TransportContext
from noroshi.transports.smtp.transport import Options, SmtpTransport
from tests.network.proxies import Proxy
from tests.network.test_happy_eyeballs import black_hole, closed
from tests.transports.mail_server import MailServer, make_certificate
from tests.transports.smtp.test_transport import LETTER, NOW, PATIENT

HERE = Path(__file__).parent


async def token(account, force, resource):
    return "a-token"


async def secret(entry):
    assert entry == "proxy"
    return "right"


@asynccontextmanager
async def route(port, network, **given):
    given = {"host": "localhost", "port": port, "sender": "n@example.com"} | given
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    transport = SmtpTransport(
        Options(**given), TransportContext(clocks, token, secret, network), PATIENT
    )
    yield transport
    await transport.close()


async def answer_of(port, network, **given):
    async with route(port, network, **given) as transport:
        return (await transport.send(LETTER)).answers["aki@example.com"]


def through(proxy, log_in=False, **given):
    if log_in:
        given |= {"proxy_user": "noroshi", "proxy_password": "proxy"}
    return Network(name="office", proxy=proxy.address, **given)


@pytest.fixture
async def exchange(tmp_path):
    """A mail server in TLS, and the file of its CA."""
    async with MailServer(tls=make_certificate(tmp_path)).open() as server:
        yield server, str(tmp_path / "ca.pem")


async def test_a_mail_goes_through_a_proxy_that_wants_a_log_in(exchange):
    server, ca_file = exchange
    async with Proxy(log_in="noroshi:right").open() as proxy:
        network = through(proxy, log_in=True)
        got = await answer_of(server.port, network, ca_file=ca_file, account="m365")
    assert got.verdict is Verdict.ACCEPTED and len(server.mails) == 1
    assert proxy.asked == [f"localhost:{server.port}"]


async def test_a_connection_through_a_proxy_is_kept_for_the_next_mail(exchange):
    server, ca_file = exchange
    async with (
        Proxy().open() as proxy,
        route(server.port, through(proxy), ca_file=ca_file) as transport,
    ):
        for _ in range(3):
            await transport.send(LETTER)
    assert len(server.mails) == 3 and len(proxy.asked) == 1


@pytest.mark.parametrize(
    ("proxy", "fault", "said"),
    [
        pytest.param(
            Proxy(log_in="noroshi:other"), Fault.SIGN_IN, "noroshi secret set proxy", id="407"
        ),
        pytest.param(
            Proxy(answer="HTTP/1.1 403 Forbidden\r\n\r\n"),
            Fault.PERMISSION,
            "does not allow a connection to",
            id="403",
        ),
        pytest.param(
            Proxy(answer="HTTP/1.1 503 Down\r\n\r\n"),
            Fault.NETWORK,
            "could not reach",
            id="503",
        ),
    ],
)
async def test_a_proxy_s_no_takes_the_route_down(exchange, proxy, fault, said):
    server, ca_file = exchange
    async with proxy.open():
        got = await answer_of(server.port, through(proxy, log_in=True), ca_file=ca_file)
    assert (got.verdict, got.fault, got.code) == (Verdict.ROUTE_DOWN, fault, 0)
    assert said in got.explanation.en and server.connections == 0


async def test_a_proxy_that_is_away_takes_the_route_down(exchange):
    server, ca_file = exchange
    network = Network(name="office", proxy=f"127.0.0.1:{closed().socket_address[1]}")
    got = await answer_of(server.port, network, ca_file=ca_file)
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.NETWORK)
    assert "of network “office” cannot be reached" in got.explanation.en


@pytest.mark.parametrize("protection", ["starttls", "tls"])
async def test_a_proxy_that_replaces_certificates_is_named_and_its_ca_mends_it(
    exchange, tmp_path, protection
):
    server, ca_file = exchange
    (tmp_path / "eyes").mkdir()
    eyes = make_certificate(tmp_path / "eyes", ca="Contoso Web Gateway CA")
    first = protection == "tls"
    proxy = Proxy(tls=eyes if first else None)
    if first:
        server.tls_first = True
    else:
        server.tls = eyes  # as a gateway that knows STARTTLS does
    async with proxy.open():
        network = through(proxy)
        got = await answer_of(server.port, network, ca_file=ca_file, protection=protection)
        mended = through(proxy, ca_file=str(tmp_path / "eyes" / "ca.pem"))
        then = await answer_of(server.port, mended, ca_file=ca_file, protection=protection)
    assert got.verdict is Verdict.ROUTE_DOWN
    assert f"the proxy {proxy.address} replaces certificates" in got.explanation.en
    assert (
        "Contoso Web Gateway CA" in got.explanation.en
        and "networks/office.toml" in got.explanation.en
    )
    assert "Contoso Web Gateway CA" in got.explanation.ja
    assert then.verdict is Verdict.ACCEPTED


async def test_a_network_s_ca_file_is_trusted_beside_the_route_s(exchange):
    server, ca_file = exchange
    assert (await answer_of(server.port, Network(ca_file=ca_file))).verdict is Verdict.ACCEPTED


async def test_a_source_address_that_is_not_ours_takes_the_route_down(exchange):
    server, _ = exchange
    got = await answer_of(server.port, Network(name="office", source="192.0.2.77"))
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.SETUP)
    assert "cannot connect from 192.0.2.77" in got.explanation.en


async def test_localhost_s_other_address_may_lead_nowhere(exchange):
    server, ca_file = exchange
    with black_hole("::1", server.port):
        got = await answer_of(server.port, Network(), ca_file=ca_file)
    assert got.verdict is Verdict.ACCEPTED


# In a world of its own: a network namespace, with names of its own


IPV6_ALONE = """
ip link set lo up
ip addr del 127.0.0.1/8 dev lo
echo '::1 mail.example' > "$1/hosts"
"""
BLACK_HOLE = """
ip link set lo up
ip link add way type veth peer name out
ip link set way up
ip link set out up
ip -6 addr add 2001:db8::1/64 dev way nodad
ip -6 neigh add 2001:db8::dead lladdr 02:00:00:00:00:01 dev way nud permanent
printf '2001:db8::dead mail.example\\n127.0.0.1 mail.example\\n' > "$1/hosts"
"""


def in_a_world(folder, world, program, *argv):
    """Run a program of ours where the network is as a shell script makes it."""
    made = f'set -e\n{world}\nmount --bind "$1/hosts" /etc/hosts\nshift\nexec "$@"'
    user = ["--map-root-user"] if os.geteuid() else []
    inside = [sys.executable, program, *argv]
    return subprocess.run(
        ["unshare", "--net", "--mount", *user, "sh", "-c", made, "sh", folder, *inside],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize(
    ("world", "listens"),
    [
        pytest.param(IPV6_ALONE, "::1", id="IPv6 alone"),
        pytest.param(BLACK_HOLE, "127.0.0.1", id="an AAAA that is a black hole"),
    ],
)
def test_a_mail_arrives_where(tmp_path, world, listens):
    done = in_a_world(tmp_path, world, HERE / "in_a_world.py", listens)
    assert (done.stderr, done.stdout) == ("", "ACCEPTED\nACCEPTED\n")
