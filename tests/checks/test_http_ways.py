"""The http check's secret headers and its network: who hears them, and by whom it goes."""

from __future__ import annotations

import logging
from ipaddress import ip_network
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.checks import http
from noroshi.core.mail import Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.ports import Unmeasurable
from noroshi.testing import FakeHost
from tests.network.proxies import Proxy
from tests.network.sites import SILENT, Site, says
from tests.network.test_happy_eyeballs import closed
from tests.transports.mail_server import make_certificate

KEY = "Bearer canary-1234567890-canary"
SECRETS = {"shop-key": f"  {KEY}\n", "proxy-password": "staple-canary-battery"}
SENT = {"Authorization": "shop-key"}
METADATA = "http://169.254.169.254/latest/meta-data/"
SOON = 2.0
"""Seconds that a test waits for what never comes; nothing is asserted of how long it took."""


def host(network=Network(), secrets=SECRETS):
    return FakeHost(network=network, secrets=secrets)


async def look(url, by=None, **given):
    outcome = await http.run(http.Options(url=url, **given), by or host(), {})
    return {reading.name: reading for reading in outcome.readings}


async def why_not(url, by=None, **given):
    with pytest.raises(Unmeasurable) as caught:
        await look(url, by, **given)
    return caught.value.words


@pytest.fixture
async def site():
    async with Site().open() as found:
        yield found


@pytest.fixture
async def other():
    async with Site().open() as found:
        yield found


@pytest.fixture
async def proxy():
    async with Proxy().open() as found:
        yield found


# Secret headers


async def test_a_secret_header_is_sent_with_what_the_vault_has(site):
    given = {"headers": {"Accept-Language": "ja"}, "secret_headers": SENT}
    assert (await look(site.url, **given))["wrong"].value == 0
    assert site.heard[0].headers["authorization"] == KEY
    assert site.heard[0].headers["accept-language"] == "ja"


async def test_it_goes_to_the_first_origin_alone(site, other):
    site.answers = [says(302, location="/a"), says(302, location=other.url)]
    await look(site.url, redirects=5, secret_headers=SENT)
    assert [heard.headers.get("authorization") for heard in site.heard] == [KEY, KEY]
    assert other.heard and KEY not in str(other.heard)


async def test_who_was_led_to_does_not_lead_it_back(site, other):
    """Or it would choose what is asked for with our secret."""
    site.answers = [says(302, location=f"{other.url}/a"), says(200, b"ok")]
    other.answers = [says(302, location=f"{site.url}/admin/delete")]
    await look(site.url, redirects=5, headers={"X-Own": "1"}, secret_headers=SENT)
    assert [heard.headers.get("authorization") for heard in site.heard] == [KEY, None]
    assert [heard.headers.get("x-own") for heard in site.heard] == ["1", "1"]


async def test_another_port_or_scheme_is_another_origin(site, tmp_path):
    async with Site(tls=make_certificate(tmp_path)).open() as safe:
        site.answers = [says(302, location=safe.url)]
        ca_file = str(tmp_path / "ca.pem")
        await look(site.url, redirects=1, ca_file=ca_file, secret_headers=SENT)
    assert safe.heard and "authorization" not in safe.heard[0].headers


async def test_a_secret_that_the_other_side_quotes_is_told_nowhere(site, caplog):
    caplog.set_level(logging.DEBUG)
    body = f"<p>who is {KEY}? or its piece 1234567890-can</p>".encode()
    site.answers = [
        says(302, location=f"/a?{KEY[7:]}", Server=KEY),
        says(200, body, Content_Type=KEY),
    ]
    wanted = http.Options(url=site.url, redirects=1, secret_headers=SENT)
    shown = await http.preview(wanted, host())
    told = "\n".join(f"{words.en}\n{words.ja}" for words in shown)
    assert "who is" in told and "200 OK" in told
    found = await look(site.url, redirects=1, secret_headers=SENT, has=("none",))
    assert "canary" not in told + repr(found) + caplog.text + repr(wanted)
    assert "1234567890" not in told


async def test_where_it_leads_is_told_without_the_secret_too(site):
    site.answers = [says(302, location=f"http://{KEY[7:]}.invalid/")]
    words = await why_not(site.url, redirects=1, secret_headers=SENT)
    assert "….invalid" in words.en and "canary" not in words.en + words.ja


async def test_what_breaks_on_the_way_leaves_no_secret_in_its_traceback(site):
    site.answers = [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"]
    assert "canary" not in repr(await look(site.url, secret_headers=SENT))
    with pytest.raises(Unmeasurable) as caught:
        await look(
            f"{site.url}/", host(secrets={"shop-key": f"{KEY}\nX: y"}), secret_headers=SENT
        )
    error = caught.value
    assert "shop-key" in error.words.en and "one line" in error.words.en
    assert "canary" not in repr((error, error.__cause__, error.__context__))
    assert len(site.heard) == 1


async def test_without_its_entry_nothing_is_asked(site):
    await why_not(site.url, host(secrets=None), secret_headers=SENT)
    assert site.connections == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"secret_headers": {"Authorization": "Bearer hunter2"}}, "the name of a vault entry"),
        ({"secret_headers": {"X-Key": "user/aki"}}, "Noroshi itself"),
        ({"secret_headers": {"Host": "shop-key"}}, "the header “Host” cannot be set"),
        ({"secret_headers": {"X\r\nY": "shop-key"}}, "cannot be set"),
        ({"secret_headers": {"X-a": "k"}, "headers": {"x-A": "1"}}, "“X-a” is set twice"),
        ({"secret_headers": {f"X-{n}": "k" for n in range(21)}}, "at most 20 headers"),
        ({"secret_headers": SENT, "url": "http://example.com/"}, "sent only over HTTPS"),
        ({"secret_headers": SENT, "url": "http://192.0.32.7/"}, "sent only over HTTPS"),
        ({"headers": {"X-Api-Key": "hunter2"}}, "Set X-Api-Key = NAME in secret_headers"),
    ],
)
def test_what_cannot_be_said_is_told_and_no_secret_is_repeated(given, said):
    with pytest.raises(schema.Invalid) as caught:
        schema.read(http.Options, {"url": "https://example.com/", **given})
    assert said in str(caught.value) and "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.8:8080/health", "http://[::1]/", "https://example.com/"]
)
def test_a_near_computer_may_be_sent_one_without_tls(url):
    schema.read(http.Options, {"url": url, "secret_headers": SENT})


# Its network


def office(proxy, **given):
    return Network(name="office", proxy=proxy.address, **given)


async def test_it_goes_through_the_proxy_of_its_network(site, proxy):
    assert (await look(site.url, host(office(proxy))))["wrong"].value == 0
    assert proxy.asked == [f"localhost:{site.port}"] and len(site.heard) == 1


async def test_it_logs_in_to_the_proxy_with_what_the_vault_has(site):
    async with Proxy(log_in="noroshi:staple-canary-battery").open() as proxy:
        named = {"proxy_user": "noroshi", "proxy_password": "proxy-password"}
        by = host(office(proxy, **named))
        assert (await look(site.url, by))["wrong"].value == 0
        bad = host(office(proxy, **named), {"proxy-password": "other-canary"})
        words = await why_not(site.url, bad)
    assert "(407)" in words.en and "canary" not in words.en + words.ja
    assert "proxy-authorization" not in site.heard[0].headers and len(site.heard) == 1


async def test_under_tls_the_proxy_hears_no_header(proxy, tmp_path):
    async with Site(tls=make_certificate(tmp_path)).open() as safe:
        network = office(proxy, ca_file=str(tmp_path / "ca.pem"))
        found = await look(safe.url, host(network), secret_headers=SENT)
        assert found["wrong"].value == 0 and found["days"].value > 0
        assert safe.heard[0].headers["authorization"] == KEY
    assert "canary" not in str(proxy.heads)


async def test_it_comes_from_the_source_of_its_network(site):
    by = host(Network(name="office", source="127.0.0.9"))
    await look(f"http://127.0.0.1:{site.port}/", by)
    assert site.peers == ["127.0.0.9"]


async def test_a_source_that_is_none_is_our_own_fault(site):
    by = host(Network(name="office", source="192.0.2.77"))
    words = await why_not(f"http://127.0.0.1:{site.port}/", by)
    assert "cannot connect from 192.0.2.77" in words.en and "office" in words.ja


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"answer": "HTTP/1.1 502 Bad Gateway\r\n\r\n"}, "502 Bad Gateway"),
        ({"answer": "HTTP/1.1 403 Forbidden\r\n\r\n"}, "403 Forbidden"),
        ({"log_in": "noroshi:x"}, "office"),
        ({"answer": "220 mail.example.com\r\n\r\n"}, "is not an HTTP proxy"),
        ({"silent": True}, "did not connect to"),
    ],
)
async def test_what_the_proxy_refuses_says_nothing_of_the_page(site, made, said):
    async with Proxy(**made).open() as proxy:
        words = await why_not(site.url, host(office(proxy)), timeout=SOON)
    assert said in words.en and proxy.address in words.en and site.heard == []


async def test_a_proxy_that_is_away_is_told_by_its_name(site):
    network = Network(name="office", proxy=f"127.0.0.1:{closed().socket_address[1]}")
    words = await why_not(site.url, host(network))
    assert "the proxy 127.0.0.1:" in words.en and "cannot be reached" in words.en


async def test_who_is_reached_and_says_nothing_is_a_finding_through_a_proxy_too(site, proxy):
    site.answers = [SILENT]
    found = await look(site.url, host(office(proxy)), timeout=SOON)
    assert "accepted the connection but did not answer" in found["wrong"].note.en


async def test_a_proxy_that_replaces_certificates_is_named(tmp_path):
    async with (
        Site(tls=make_certificate(tmp_path)).open() as safe,
        Proxy(tls=make_certificate(tmp_path)).open() as proxy,
    ):
        found = await look(safe.url, host(office(proxy)), secret_headers=SENT)
    assert proxy.address in found["wrong"].note.en and safe.heard == []


# Where it does not go


@pytest.mark.parametrize(
    "url", [METADATA, "http://2852039166/", "http://metadata.google.internal/computeMetadata/"]
)
@pytest.mark.parametrize("led", [False, True])
async def test_no_proxy_is_asked_for_a_cloud_s_metadata(site, proxy, url, led):
    site.answers = [says(302, location=url)]
    words = await why_not(site.url if led else url, host(office(proxy)), redirects=3)
    assert "a cloud gives" in words.en
    assert proxy.asked == ([f"localhost:{site.port}"] if led else [])


@pytest.mark.parametrize("led", [False, True])
async def test_no_proxy_is_asked_for_our_own_manager(site, other, proxy, led):
    there = f"http://localhost:{other.port}/api/status"
    site.answers = [says(302, location=there)]
    by = host(office(proxy, policy=NetworkPolicy(other.port)))
    words = await why_not(site.url if led else there, by, redirects=3)
    assert "Noroshi's own manager" in words.en and other.connections == 0


async def test_the_process_s_own_file_opens_an_address_to_it(site):
    opened = NetworkPolicy(site.port, (ip_network("127.0.0.1"),))
    by = host(Network(policy=opened))
    assert (await look(f"http://127.0.0.1:{site.port}/", by))["wrong"].value == 0


async def test_a_ca_file_of_the_network_that_is_missing_is_told(tmp_path):
    async with Site(tls=make_certificate(tmp_path)).open() as safe:
        by = host(Network(name="office", ca_file=str(Path(tmp_path) / "none.pem")))
        assert "cannot be read" in (await why_not(safe.url, by)).en
