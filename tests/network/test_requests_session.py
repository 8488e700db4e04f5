"""The same network for requests, which MSAL asks through."""

from __future__ import annotations

import asyncio
import socket

import pytest
import requests

from noroshi.core.mail import Network
from noroshi.network import ConnectError
from noroshi.network.requests_session import requests_session
from tests.network.proxies import Proxy
from tests.network.sites import Site, says
from tests.network.test_happy_eyeballs import black_hole, closed
from tests.transports.mail_server import make_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def site(certificate):
    async with Site(tls=certificate[0], answers=[says(200, b'{"a":1}')]).open() as found:
        yield found


async def asked(url, password="", ca_files=(), **network):
    """In a thread, as whoever uses requests does."""

    def ask():
        with requests_session(Network(name="office", **network), password, ca_files) as session:
            answer = session.post(url, data={"a": "b"}, timeout=300, allow_redirects=False)
            return answer.status_code, answer.json()

    return await asyncio.to_thread(ask)


async def test_directly(site, certificate):
    assert await asked(site.url, ca_files=[certificate[1]]) == (200, {"a": 1})
    assert site.heard[0].body == b"a=b"


async def test_through_a_proxy_with_a_log_in(site, certificate):
    async with Proxy(log_in="noroshi:ひみつ").open() as proxy:
        given = {"proxy": proxy.address, "proxy_user": "noroshi", "proxy_password": "proxy"}
        got = await asked(site.url, "ひみつ", ca_file=certificate[1], **given)
    assert got == (200, {"a": 1})
    assert proxy.asked == [f"localhost:{site.port}"]


async def test_a_proxy_s_no_comes_out_in_words(site, certificate):
    async with Proxy(log_in="noroshi:right").open() as proxy:
        given = {"proxy": proxy.address, "proxy_user": "noroshi", "proxy_password": "proxy"}
        with pytest.raises(ConnectError) as caught:
            await asked(site.url, "canary-wrong", ca_file=certificate[1], **given)
    assert "noroshi secret set proxy" in caught.value.words.en
    assert "canary" not in repr(caught.value) and site.heard == []


async def test_a_proxy_that_replaces_certificates_is_named(site, certificate, tmp_path):
    eyes = make_certificate(tmp_path, ca="Contoso Web Gateway CA")
    async with Proxy(tls=eyes).open() as proxy:
        with pytest.raises(ConnectError) as caught:
            await asked(site.url, ca_files=[certificate[1]], proxy=proxy.address)
        with_its_ca = await asked(
            site.url, proxy=proxy.address, ca_file=str(tmp_path / "ca.pem")
        )
    assert "issued by Contoso Web Gateway CA" in caught.value.words.en
    assert with_its_ca == (200, {"a": 1})


async def test_the_environment_has_no_say(site, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert (await asked(site.url, ca_files=[certificate[1]]))[0] == 200


async def test_a_certificate_nobody_vouches_for_is_refused(site):
    with pytest.raises(ConnectError) as caught:
        await asked(site.url)
    assert "issued by test CA" in caught.value.words.en and site.heard == []


async def test_a_certificate_for_another_name_is_refused(tmp_path):
    other = make_certificate(tmp_path, "elsewhere.example")
    async with Site(tls=other).open() as site:
        with pytest.raises(ConnectError) as caught:
            await asked(site.url, ca_files=[str(tmp_path / "ca.pem")])
    assert "the certificate of localhost" in caught.value.words.en and site.heard == []


async def test_from_a_source_address(site, certificate):
    await asked(site.url, ca_files=[certificate[1]], source="127.0.0.7")
    assert site.peers == ["127.0.0.7"]


async def test_nobody_is_there():
    with pytest.raises(ConnectError) as caught:
        await asked(f"https://127.0.0.1:{closed().where[1]}/")
    assert "connection refused" in caught.value.words.en


async def test_an_aaaa_that_leads_nowhere_costs_nothing(site, certificate, monkeypatch):
    looked_up = socket.getaddrinfo

    def both(host, port, *given, **named):  # ::1 is a black hole here
        return looked_up("::1", port, *given, **named) + looked_up(
            "127.0.0.1", port, *given, **named
        )

    with black_hole("::1", site.port):
        monkeypatch.setattr(socket, "getaddrinfo", both)
        assert (await asked(site.url, ca_files=[certificate[1]]))[0] == 200


async def test_nothing_leaves_in_the_clear():
    with pytest.raises(requests.exceptions.InvalidSchema):
        await asked("http://127.0.0.1:1/")
