"""Sign-ins use the same network as every other connection, and https alone."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import warnings
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

import pytest

from noroshi.core.mail import Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.oauth.http_session import HttpSession
from noroshi.oauth.provider import Client, UnreachableError
from noroshi.vault import Secret
from tests.network.proxies import Proxy
from tests.network.sites import Site, says
from tests.network.test_happy_eyeballs import black_hole, closed
from tests.transports.mail_server import make_certificate


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def site(tls):
    async with Site(tls=tls[0], answers=[says(200, b'{"a":1}')]).open() as found:
        yield found


@pytest.fixture
def asked(account):
    """Ask in a thread, as libraries do."""

    async def ask(url, password="", ca="", **network):
        cloud = replace(account.cloud, ca_file=ca)
        there = replace(account, cloud=cloud, network=Network(name="office", **network))

        def in_thread():
            session = HttpSession(Client(account=there, proxy_password=Secret(password)))
            try:
                answer = session.post(url, data={"a": "b"}, timeout=300)
            finally:
                session.close()
            return answer.status_code, answer.json()

        return await asyncio.to_thread(in_thread)

    return ask


async def test_directly(asked, site, tls):
    assert await asked(site.url, ca=tls[1]) == (200, {"a": 1})
    assert site.heard[0].body == b"a=b"


async def test_through_a_proxy_with_a_log_in(asked, site, tls):
    async with Proxy(log_in="noroshi:ひみつ").open() as proxy:
        given = {"proxy": proxy.address, "proxy_user": "noroshi", "proxy_password": "proxy"}
        got = await asked(site.url, "ひみつ", ca_file=tls[1], **given)
    assert got == (200, {"a": 1})
    assert proxy.asked == [f"localhost:{site.port}"]


async def test_a_proxy_s_no_comes_out_in_words(asked, site, tls):
    async with Proxy(log_in="noroshi:right").open() as proxy:
        given = {"proxy": proxy.address, "proxy_user": "noroshi", "proxy_password": "proxy"}
        with pytest.raises(UnreachableError) as caught:
            await asked(site.url, "canary-wrong", ca_file=tls[1], **given)
    assert "noroshi secret set proxy" in caught.value.words.en
    assert "canary" not in repr(caught.value) and site.heard == []


async def test_a_proxy_that_replaces_certificates_is_named(asked, site, tls, tmp_path):
    eyes = make_certificate(tmp_path, ca="Contoso Web Gateway CA")
    async with Proxy(tls=eyes).open() as proxy:
        with pytest.raises(UnreachableError) as caught:
            await asked(site.url, ca=tls[1], proxy=proxy.address)
        with_its_ca = await asked(
            site.url, proxy=proxy.address, ca_file=str(tmp_path / "ca.pem")
        )
    assert "issued by Contoso Web Gateway CA" in caught.value.words.en
    assert with_its_ca == (200, {"a": 1})


async def test_the_environment_has_no_say(asked, site, tls, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert (await asked(site.url, ca=tls[1]))[0] == 200


async def test_a_certificate_nobody_vouches_for_is_refused(asked, site):
    with pytest.raises(UnreachableError) as caught:
        await asked(site.url)
    assert "issued by test CA" in caught.value.words.en and site.heard == []


async def test_a_certificate_for_another_name_is_refused(asked, tmp_path):
    other = make_certificate(tmp_path, "elsewhere.example")
    async with Site(tls=other).open() as site:
        with pytest.raises(UnreachableError) as caught:
            await asked(site.url, ca=str(tmp_path / "ca.pem"))
    assert "the certificate of localhost" in caught.value.words.en and site.heard == []


async def test_from_a_source_address(asked, site, tls):
    await asked(site.url, ca=tls[1], source="127.0.0.7")
    assert site.peers == ["127.0.0.7"]


async def test_nobody_is_there(asked):
    with pytest.raises(UnreachableError) as caught:
        await asked(f"https://127.0.0.1:{closed().socket_address[1]}/")
    assert "connection refused" in caught.value.words.en


async def test_an_aaaa_that_leads_nowhere_costs_nothing(asked, site, tls, monkeypatch):
    looked_up = socket.getaddrinfo

    def both(host, port, *given, **named):  # ::1 is a black hole here
        return looked_up("::1", port, *given, **named) + looked_up(
            "127.0.0.1", port, *given, **named
        )

    with black_hole("::1", site.port):
        monkeypatch.setattr(socket, "getaddrinfo", both)
        assert (await asked(site.url, ca=tls[1]))[0] == 200


async def test_nothing_leaves_in_the_clear(asked):
    with pytest.raises(ValueError, match="https"):
        await asked("http://127.0.0.1:1/")


async def test_several_questions_of_one_session_share_a_connection(account, site, tls):
    cloud = replace(account.cloud, ca_file=tls[1])
    client = Client(account=replace(account, cloud=cloud))

    def in_thread():
        session = HttpSession(client)
        for _ in range(3):
            session.post(site.url, data={})
        session.close()

    await asyncio.to_thread(in_thread)
    assert (len(site.heard), site.connections) == (3, 1)


@contextmanager
def without_farewell(context: ssl.SSLContext):
    """A server that answers once, and hears nothing of what comes then; the URL of it."""
    over = Event()

    def serve():
        connection, _address = listening.accept()
        with context.wrap_socket(connection, server_side=True) as answering:
            answering.recv(65_536)
            answering.sendall(says(200, b"{}"))
            over.wait()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def test_a_session_leaves_no_socket_though_the_server_says_no_farewell(account, tls):
    cloud = replace(account.cloud, ca_file=tls[1])
    gc.collect()
    with without_farewell(tls[0]) as url, warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        session = HttpSession(Client(account=replace(account, cloud=cloud)))
        session.get(url)
        session.close()
        del session
        gc.collect()
    assert [str(one.message) for one in left] == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(b"220 mail.test ESMTP\r\n\r\n", "NotHttpError", id="no HTTP"),
        pytest.param(
            says(200, b"{").replace(b"Length: 1", b"Length: 99"), "BrokenOffError", id="half"
        ),
    ],
)
async def test_what_is_not_answered_in_whole_is_not_reached(asked, site, tls, answer, kind):
    site.answers, site.hang_up_after = [answer], 1
    with pytest.raises(UnreachableError) as caught:
        await asked(site.url, ca=tls[1])
    assert kind in caught.value.words.en and caught.value.__context__ is None


async def test_the_node_s_own_manager_is_not_asked(asked, site):
    closed_to_itself = NetworkPolicy(site.port, ())
    with pytest.raises(UnreachableError) as caught:
        await asked(site.url, policy=closed_to_itself)
    assert "own manager" in caught.value.words.en and site.connections == 0
