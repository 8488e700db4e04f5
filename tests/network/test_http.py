"""A POST by the same network as every other way out, its answer cut short."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noroshi.core.mail import Network
from noroshi.network.connection_errors import ConnectError, NoAnswerError
from noroshi.network.http import LARGEST, Patience, Reply, open_http
from noroshi.ports import Clocks, TransportContext
from tests.network.proxies import Proxy
from tests.network.sites import DROP, SILENT, Site, says
from tests.network.test_happy_eyeballs import closed
from tests.sweeps import sweep
from tests.transports.mail_server import make_certificate

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
PATIENT = Patience(connect=300, answer=300, idle=300)


async def no_token(account, force, resource):
    raise AssertionError("nobody asked for a token")


async def secret(entry):
    assert entry == "proxy"
    return "right"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def site(certificate):
    async with Site(tls=certificate[0]).open() as found:
        yield found


@asynccontextmanager
async def client(*ca_files, patience=PATIENT, **network):
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    outside = TransportContext(clocks, no_token, secret, Network(name="office", **network))
    http = await open_http(outside, ca_files, patience)
    yield http
    await http.close()
    await http.close()


async def posted(http, site, content=b"{}"):
    return await http.post(f"{site.url}/hook", content, {"Content-Type": "application/json"})


async def test_what_is_posted_arrives_and_the_answer_comes_back(site, certificate):
    site.answers = [says(202, b"taken", Request_Id="4711")]
    async with client(certificate[1]) as http:
        reply = await posted(http, site, b'{"a": 1}')
    assert (reply.status, reply.text, reply.headers["request-id"]) == (202, "taken", "4711")
    (heard,) = site.heard
    assert heard.line == "POST /hook HTTP/1.1" and heard.body == b'{"a": 1}'
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["user-agent"].startswith("Noroshi/")
    assert "cookie" not in heard.headers


async def test_a_get_has_no_body_and_reads_as_much_as_is_wanted(site, certificate):
    site.answers = [says(200, b"x" * 100_000)]
    async with client(certificate[1]) as http:
        cut = await http.get(f"{site.url}/a?b=%27c%20d%2B%27", {"X-A": "b"})
        whole = await http.get(f"{site.url}/a", {}, 200_000)
    assert (len(cut.body), len(whole.body)) == (LARGEST, 100_000)
    heard = site.heard[0]
    assert heard.line == "GET /a?b=%27c%20d%2B%27 HTTP/1.1"
    assert heard.headers["x-a"] == "b" and heard.body == b""


async def test_connections_are_kept(site, certificate):
    async with client(certificate[1]) as http:
        for _ in range(3):
            await posted(http, site)
    assert site.connections == 1


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(site, certificate):
    async with client(certificate[1]) as http:
        await posted(http, site)
        site.drop_all()
        await site.gone.wait()
        assert (await posted(http, site)).status == 200
        site.answers = [DROP, says(200)]
        assert (await posted(http, site)).status == 200
    assert site.connections == 3


async def test_no_answer_on_a_new_connection_is_not_asked_twice(site, certificate):
    site.answers = [DROP]
    async with client(certificate[1]) as http:
        with pytest.raises(NoAnswerError):
            await posted(http, site)
    assert len(site.heard) == 1


async def test_an_answer_that_does_not_come(site, certificate):
    site.answers = [SILENT]
    async with client(certificate[1], patience=replace(PATIENT, answer=0.05)) as http:
        with pytest.raises(NoAnswerError):
            await posted(http, site)


async def test_what_was_given_on_a_kept_connection_and_not_answered_is_not_given_twice(
    site, certificate
):
    async with client(certificate[1], patience=replace(PATIENT, answer=0.3)) as http:
        await posted(http, site)
        site.answers = [SILENT, says(202)]
        with pytest.raises(NoAnswerError):
            await posted(http, site)
    assert len(site.heard) == 2


async def test_an_answer_whose_body_breaks_off_is_an_answer(site, certificate):
    site.answers = [says(202), says(202, b"four").replace(b"Length: 4", b"Length: 99"), DROP]
    site.hang_up_after = 2
    async with client(certificate[1]) as http:
        await posted(http, site)
        reply = await posted(http, site)
    assert (reply.status, reply.body, len(site.heard)) == (202, b"four", 2)


async def test_a_redirect_is_not_followed(site, certificate):
    site.answers = [says(307, Location="https://elsewhere.example/")]
    async with client(certificate[1]) as http:
        assert (await posted(http, site)).status == 307
    assert len(site.heard) == 1


async def test_an_answer_too_long_is_cut(site, certificate):
    site.answers = [says(200, b"x" * (LARGEST * 3))]
    async with client(certificate[1]) as http:
        assert len((await posted(http, site)).body) == LARGEST
        assert len((await posted(http, site)).body) == LARGEST


async def test_what_is_no_http_is_no_answer(site, certificate):
    site.answers = [b"220 mail.test ESMTP\r\n\r\n"]
    async with client(certificate[1]) as http:
        with pytest.raises(NoAnswerError):
            await posted(http, site)


async def test_through_a_proxy_with_a_log_in(site, certificate):
    async with Proxy(log_in="noroshi:right").open() as proxy:
        given = {"proxy": proxy.address, "proxy_user": "noroshi", "proxy_password": "proxy"}
        async with client(certificate[1], **given) as http:
            assert (await posted(http, site)).status == 200
    assert proxy.asked == [f"localhost:{site.port}"]
    assert "proxy-authorization" not in site.heard[0].headers


async def test_a_proxy_s_no_is_told_and_nothing_left(site, certificate):
    async with Proxy(log_in="noroshi:other").open() as proxy:
        given = {"proxy": proxy.address, "proxy_user": "noroshi", "proxy_password": "proxy"}
        async with client(certificate[1], **given) as http:
            with pytest.raises(ConnectError) as caught:
                await posted(http, site)
    assert "noroshi secret set proxy" in caught.value.words.en and site.heard == []


async def test_the_network_s_ca_file_is_trusted_beside_the_route_s(site, certificate):
    async with client(ca_file=certificate[1]) as http:
        assert (await posted(http, site)).status == 200


async def test_a_certificate_nobody_vouches_for_gets_nothing(site):
    async with client() as http:
        with pytest.raises(ConnectError) as caught:
            await posted(http, site)
    assert "issued by test CA" in caught.value.words.en and site.heard == []


async def test_a_ca_file_that_was_mended_is_read_again(site, certificate, tmp_path):
    file = tmp_path / "ca.pem"
    make_certificate(tmp_path)
    async with client(str(file)) as http:
        with pytest.raises(ConnectError):
            await posted(http, site)
        file.write_bytes(Path(certificate[1]).read_bytes())
        assert (await posted(http, site)).status == 200


async def test_from_a_source_address(site, certificate):
    async with client(certificate[1], source="127.0.0.7") as http:
        await posted(http, site)
    assert site.peers == ["127.0.0.7"]


async def test_nobody_is_there():
    async with client() as http:
        with pytest.raises(ConnectError) as caught:
            await http.post(f"https://127.0.0.1:{closed().socket_address[1]}/x", b"", {})
    assert "connection refused" in caught.value.words.en


async def test_several_at_once_have_connections_of_their_own(site, certificate):
    async with client(certificate[1]) as http:
        await asyncio.gather(*(posted(http, site) for _ in range(3)))
    assert len(site.heard) == 3


@sweep(
    ("said", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (" 30 ", 30),
        ("Wed, 01 Apr 2026 03:02:00 GMT", 120),
        ("Wed, 01 Apr 2026 02:00:00 GMT", None),
        ("99999999999999999999", 6 * 3600),
        ("Wed, 01 Apr 2026 03:02:00 +99999999999999999", None),
        ("Wed, 01 Apr 99999999999999999999 03:02:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_an_instant(said, seconds):
    wanted = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert Reply(429, {"retry-after": said}, b"").retry_at(NOW) == wanted
