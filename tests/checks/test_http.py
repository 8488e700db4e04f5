"""The http check, against real servers on loopback: what it finds, and where it does not go."""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
import threading
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.checks import http
from noroshi.checks.logs.encodings import Codec
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.core.mail import Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.ports import Unmeasurable
from noroshi.testing import DAWN, FakeHost
from tests.checks.own_files import none_left
from tests.network.proxies import ended
from tests.network.sites import DROP, SILENT, Site, says
from tests.network.test_happy_eyeballs import black_hole, closed
from tests.sweeps import sweep
from tests.transports.mail_server import make_certificate

METADATA = "http://169.254.169.254/latest/meta-data/"
SOON = 2.0
"""Seconds that a test waits for what never comes; nothing is asserted of how long it took."""


def host(manager=0, now=DAWN):
    return FakeHost(network=Network(policy=NetworkPolicy(manager)), now=now)


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def safe(certificate):
    """A site under TLS."""
    async with Site(tls=certificate[0]).open() as found:
        yield found


@asynccontextmanager
async def server(say):
    """Whoever connects is heard out, and then `say` has the word until it is told to stop."""
    tasks = set()

    async def serve(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            await say(writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    def take(reader, writer):
        task = asyncio.create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        await ended(listening, tasks)


# What is well


async def test_an_answer_as_expected_tells_its_time_and_its_status(site):
    found = await look(f"{site.url}/health", has=("ok",), has_not=("error",))
    assert list(found) == ["time", "wrong", "status"]
    assert found["time"].value > 0 and found["time"].unit == "ms"
    assert (found["wrong"].value, found["status"].value) == (0, 200)
    assert found["wrong"].note.ja == f"localhost:{site.port} は 200 OK を返しました"
    (heard,) = site.heard
    assert heard.line == "GET /health HTTP/1.1"
    assert heard.headers["accept-encoding"] == "identity"
    assert "cookie" not in heard.headers


async def test_the_address_is_sent_as_it_was_written(site):
    await look(f"{site.url}/%7Ea/%2F?q=%e3%81%82&x=a+b;c")
    assert site.heard[0].line == "GET /%7Ea/%2F?q=%e3%81%82&x=a+b;c HTTP/1.1"


async def test_head_asks_for_no_text(site):
    site.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"]
    found = await look(site.url, method="HEAD", headers={"Accept-Language": "ja"})
    assert found["wrong"].value == 0
    assert site.heard[0].line == "HEAD / HTTP/1.1"
    assert site.heard[0].headers["accept-language"] == "ja"


async def test_an_ipv6_address_is_asked_too():
    async with Site().open("::1") as site:
        assert (await look(f"http://[::1]:{site.port}/"))["wrong"].value == 0


async def test_under_tls_it_tells_for_how_many_days_the_certificate_holds(safe, certificate):
    now = datetime(2098, 12, 25, tzinfo=UTC)
    found = await look(safe.url, host(now=now), ca_file=certificate[1])
    assert (found["wrong"].value, found["days"].value, found["days"].unit) == (0, 7, "d")
    assert "2099-01-01" in found["days"].note.en
    assert judge(found["days"], http.CHECK.limits["days"]) is Level.WARNING


async def test_japanese_is_found_whatever_it_is_written_in(site):
    for encoding in ("utf-8", "cp932", "euc-jp", "utf-16"):
        site.answers = [
            says(200, "状態は\n正常です\n".encode(encoding), Content_Type="text/html")
        ]
        found = await look(site.url, has=("正常",), has_not=("異常",))
        assert found["wrong"].value == 0, encoding


async def test_no_look_leaves_a_connection_behind(site):
    site.answers = [says(200, b"x" * 200_000)]
    await look(site.url, most=1)
    async with asyncio.timeout(60):
        await site.gone.wait()


# What is a finding


@pytest.mark.parametrize(
    ("answer", "given", "said"),
    [
        (says(503, b"down"), {}, "answered 503 Service Unavailable, but 200 to 399"),
        (says(200, b"ok"), {"status": (401,)}, "answered 200 OK, but 401 was expected"),
        (says(200, b"no"), {"has": ("ok",)}, '"ok" is not in the response'),
        (says(200, b"an error"), {"has_not": ("error",)}, '"error" is in the response'),
        (DROP, {}, "closed it without a response"),
        (b"220 mail.example.com ESMTP\r\n", {}, "is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", {}, "is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", {}, "is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n", {}, "is not HTTP"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else str(value)[:20],
)
async def test_what_is_not_as_expected_is_a_finding_with_its_reason(site, answer, given, said):
    site.answers, site.hang_up_after = [answer], 1
    found = await look(site.url, **given)
    assert said in found["wrong"].note.en
    assert f"localhost:{site.port}" in found["wrong"].note.ja
    assert judge(found["wrong"], http.CHECK.limits["wrong"]) is Level.CRITICAL


async def test_who_hangs_up_is_not_asked_twice(site):
    site.answers = [DROP]
    await look(site.url)
    assert (site.connections, len(site.heard)) == (1, 1)


async def test_an_answer_that_breaks_off_is_told(site):
    site.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf of"]
    site.hang_up_after = 1
    assert "was cut off. The server" in (await look(site.url))["wrong"].note.en


async def test_a_port_that_refuses_is_a_finding_as_it_is_for_a_port():
    found = await look(f"http://127.0.0.1:{closed().socket_address[1]}/")
    assert list(found) == ["wrong"] and found["wrong"].value == 1
    assert "connection refused" in found["wrong"].note.en


async def test_a_certificate_that_nobody_vouches_for_is_told_with_its_issuer(safe):
    found = await look(safe.url)
    assert found["wrong"].value == 1 and "days" not in found
    assert "issued by test CA" in found["wrong"].note.en
    assert safe.heard == []


async def test_a_certificate_of_another_name_is_told(tmp_path):
    async with Site(tls=make_certificate(tmp_path, "elsewhere.example")).open() as site:
        found = await look(site.url, ca_file=str(tmp_path / "ca.pem"))
    assert "Use the name that is in the certificate" in found["wrong"].note.en
    assert site.heard == []


async def test_a_certificate_that_has_ended_is_told(tmp_path):
    ended_then = datetime.now(UTC) - timedelta(days=1)
    async with Site(tls=make_certificate(tmp_path, ends=ended_then)).open() as site:
        found = await look(site.url, ca_file=str(tmp_path / "ca.pem"))
    assert "The server's administrator must renew it" in found["wrong"].note.en
    assert site.heard == []


async def test_a_ca_file_that_cannot_be_read_is_our_fault_until_it_is_mended(
    safe, certificate, tmp_path
):
    path = tmp_path / "ca.pem"
    assert "cannot be read" in (await why_not(safe.url, ca_file=str(path))).en
    path.write_bytes(Path(certificate[1]).read_bytes())
    assert (await look(safe.url, ca_file=str(path)))["wrong"].value == 0


async def test_our_own_shortage_of_files_is_not_the_server_s_fault(site):
    await look(site.url)  # what is imported at the first look needs files too
    with none_left():
        words = await why_not(f"http://127.0.0.1:{site.port}/")
    assert "Noroshi itself has too many files" in words.en


# What takes too long


async def test_how_far_it_came_is_told_when_the_time_is_up(site):
    site.answers = [SILENT]
    for url, said in (
        (site.url, "accepted the connection but did not answer within 2 s"),
        (site.url.replace("http", "https"), "did not start TLS within 2 s"),
    ):
        found = await look(url, timeout=SOON)
        assert said in found["wrong"].note.en


async def test_headers_that_drip_do_not_hold_it_up():
    async def drip(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)

    async with server(drip) as url:
        assert "did not answer within" in (await look(url, timeout=SOON))["wrong"].note.en


async def test_a_text_that_drips_does_not_either():
    async def drip(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async with server(drip) as url:
        assert "did not finish within" in (await look(url, timeout=SOON))["wrong"].note.en


async def test_who_takes_no_connection_is_unknown_as_it_is_for_a_port():
    number = closed().socket_address[1]
    with black_hole("127.0.0.1", number):
        words = await why_not(f"http://127.0.0.1:{number}/", timeout=SOON)
    assert "did not answer within 2 s (TCP)" in words.en


async def test_a_name_that_nobody_knows_is_unknown():
    # RFC 6761: .invalid never resolves, with or without a network.
    words = await why_not("https://nowhere.invalid/")
    assert "(DNS)" in words.en and "見つかりません" in words.ja


# Too much


async def test_of_a_text_without_end_only_the_beginning_is_read():
    async def endless(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    async with server(endless) as url:
        found = await look(url, has=("ok",), most=8, timeout=60)
    assert "(only the first 8 KiB were read)" in found["wrong"].note.en


async def test_what_is_packed_although_nobody_asked_for_it_is_not_unpacked(site):
    bomb = gzip.compress(b"x" * 30_000_000)
    site.answers = [says(200, bomb, Content_Encoding="gzip")]
    found = await look(site.url, has=("x",))
    assert "answered in gzip, which was not requested" in found["wrong"].note.en
    assert (await look(site.url))["wrong"].value == 0


async def test_that_a_word_is_not_in_what_was_not_read_is_not_claimed(site):
    site.answers = [says(200, b"x" * 5000 + b"an error")]
    found = await look(site.url, has_not=("error",), most=4)
    assert found["wrong"].value == 0
    assert "(only the first 4 KiB were read)" in found["wrong"].note.en


@contextmanager
def threads_that_decode():
    """In which threads a text's encoding is dealt with meanwhile, as the interpreter sees it."""
    seen = []

    def see(frame, event, _):
        if event == "call" and frame.f_code is Codec.utf8.__code__:
            seen.append(threading.current_thread())

    threading.setprofile(see)
    sys.setprofile(see)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def test_nothing_is_decoded_where_no_word_is_looked_for(site):
    site.answers = [says(200, b"\xff\n" * 2000)]
    with threads_that_decode() as seen:
        assert (await look(site.url))["wrong"].value == 0
    assert seen == []


async def test_a_text_is_decoded_away_from_the_loop_which_everything_else_waits_for(site):
    site.answers = [says(200, b"\xff\n" * 2000 + b"ok")]
    with threads_that_decode() as seen:
        assert (await look(site.url, has=("ok",)))["wrong"].value == 0
        await http.preview(http.Options(url=site.url), host())
    assert len(seen) == 2 and threading.current_thread() not in seen


# Where it leads


async def test_a_redirect_is_not_followed_unless_that_is_said(site):
    site.answers = [says(302, location=METADATA)]
    found = await look(site.url)
    assert (found["wrong"].value, found["status"].value) == (0, 302)
    assert len(site.heard) == 1


async def test_redirects_are_followed_as_far_as_is_said(site):
    site.answers = [says(301, location="/a"), says(307, location="b?c"), says(200, b"ok")]
    assert (await look(site.url, redirects=2, has=("ok",)))["wrong"].value == 0
    assert [heard.line.split()[1] for heard in site.heard] == ["/", "/a", "/b?c"]


async def test_one_redirect_more_is_told_and_not_followed(site):
    site.answers = [says(301, location="/a"), says(301, location="/b"), says(200)]
    found = await look(site.url, redirects=1)
    assert "still redirects after 1 redirect." in found["wrong"].note.en
    assert len(site.heard) == 2


async def test_a_circle_ends_at_once(site):
    site.answers = [says(302, location="/a"), says(302, location="/")]
    found = await look(f"{site.url}/", redirects=10)
    assert "form a loop" in found["wrong"].note.en and len(site.heard) == 2


@pytest.mark.parametrize("way", [["/"], ["/login", "/"]], ids=["at once", "by another page"])
async def test_a_circle_that_a_cookie_would_end_is_told_as_such(site, way):
    site.answers = [says(302, location=there, Set_Cookie="s=secret") for there in way]
    note = (await look(f"{site.url}/", redirects=10))["wrong"].note
    assert "Noroshi keeps no cookies" in note.en and "secret" not in note.en
    assert len(site.heard) == len(way)


@pytest.mark.parametrize("place", ["[::1]x", "x[::1]", "[1::2::3]"])
async def test_who_leads_to_an_address_that_is_none_is_told_so(site, place):
    site.answers = [says(302, location=f"http://{place}/")]
    note = (await look(site.url, redirects=3))["wrong"].note
    assert "redirects to an address that cannot be followed" in note.en


async def test_nobody_is_led_from_https_to_http(safe, site, certificate):
    safe.answers = [says(302, location=site.url)]
    found = await look(safe.url, redirects=5, ca_file=certificate[1])
    assert "from HTTPS to HTTP" in found["wrong"].note.en and site.connections == 0


async def test_own_headers_go_to_the_first_origin_alone(site):
    async with Site().open() as other:
        site.answers = [says(302, location="/a"), says(302, location=other.url)]
        await look(site.url, redirects=5, headers={"X-Own": "1"})
    assert [heard.headers.get("x-own") for heard in site.heard] == ["1", "1"]
    assert "x-own" not in other.heard[0].headers


# Where it does not go


@pytest.mark.parametrize(
    "url",
    [
        METADATA,
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://0xa9.254.169.254/",
        "http://100.100.100.200/",
    ],
)
@pytest.mark.parametrize("led", [False, True])
async def test_a_cloud_s_metadata_is_asked_neither_directly_nor_by_a_redirect(site, url, led):
    site.answers = [says(302, location=url)]
    words = await why_not(site.url if led else url, redirects=3)
    assert "a cloud gives" in words.en and "may_reach" in words.ja
    assert words.en.startswith(f"localhost:{site.port} redirects: ") is led


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.3.3.3", "0.0.0.0", "0"])
@pytest.mark.parametrize("led", [False, True])
async def test_our_own_manager_is_not_asked_by_any_of_its_names(site, name, led):
    async with Site().open() as manager:
        there = f"http://{name}:{manager.port}/api/status"
        site.answers = [says(302, location=there)]
        words = await why_not(site.url if led else there, host(manager.port), redirects=3)
        assert "Noroshi's own manager" in words.en and manager.connections == 0


async def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing(site, monkeypatch):
    """DNS rebinding: what is connected to is what was judged, and each hop is judged anew."""
    looked_up, given = socket.getaddrinfo, ["127.0.0.1", "169.254.169.254"]

    def rebinding(name, port, *more, **named):
        assert name == "rebinding.example"
        return looked_up(given.pop(0), port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    site.answers = [says(302, location="/again")]
    words = await why_not(f"http://rebinding.example:{site.port}/", redirects=3)
    assert "169.254.169.254" in words.en and given == [] and len(site.heard) == 1


async def test_of_a_name_s_addresses_only_those_are_asked_that_may_be(site, monkeypatch):
    looked_up = socket.getaddrinfo

    def both(name, port, *more, **named):
        addresses = ("169.254.169.254", "127.0.0.1")
        return [row for one in addresses for row in looked_up(one, port, *more, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert (await look(f"http://both.example:{site.port}/"))["wrong"].value == 0


# What is shown of it


async def test_who_tries_it_sees_each_hop_and_how_the_answer_begins(site):
    site.answers = [
        says(302, location="/a"),
        says(200, b"all\x1b[2J\r\nok\n", Content_Type="text/plain", Set_Cookie="s=secret"),
    ]
    shown = await http.preview(http.Options(url=f"{site.url}/", redirects=1), host())
    text = "\n".join(words.ja for words in shown)
    assert f"GET {site.url}/: 302 Found" in text and f"GET {site.url}/a: 200 OK" in text
    assert "location: /a" in text and "content-type: text/plain" in text
    assert "all␛[2J\n    ok" in text
    assert "secret" not in text


async def test_nothing_of_the_text_stands_in_what_everybody_sees(site):
    site.answers = [says(500, b"Traceback: the password is hunter2", X_Detail="hunter2")]
    found = await look(site.url, has=("ok",))
    assert not any("hunter2" in f"{r.note}{r.lines}" for r in found.values())


async def test_who_tries_it_sees_what_stopped_it():
    (words,) = await http.preview(http.Options(url=METADATA), host())
    assert "a cloud gives" in words.en


# What may be said


@sweep(
    ("given", "said"),
    [
        (
            {"url": "http://example.com/\r\nX-Evil: 1"},
            "the URL must begin with http:// or https://",
        ),
        (
            {"url": "http://me:hunter2@example.com/"},
            "must not contain a user name or a password",
        ),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "one line of printable ASCII"),
        ({"headers": {"Authorization": "Bearer hunter2"}}, "holds a secret"),
        ({"status": [99]}, "a status must be between 100 and 599"),
        ({"redirects": 11}, "redirects must be between 0 and 10"),
        ({"most": 1025}, "most must be between 1 and 1024"),
        ({"timeout": 0}, "timeout must be more than 0"),
        ({"method": "POST"}, "must be one of: GET, HEAD"),
        ({"method": "HEAD", "has": ["ok"]}, "has no text"),
        ({"has": [""]}, "at most 20 words"),
        ({"has": ["a\nb"]}, "at most 20 words"),
        ({"has_not": ["x"] * 21}, "at most 20 words"),
    ],
)
def test_what_cannot_be_said_is_told_and_no_secret_is_repeated(given, said):
    with pytest.raises(schema.Invalid) as caught:
        schema.read(http.Options, {"url": "https://example.com/", **given})
    assert said in str(caught.value) and "hunter2" not in str(caught.value)


async def test_a_ca_file_that_is_missing_is_told_when_it_is_saved(tmp_path):
    wanted = http.Options(url="https://example.com/", ca_file=str(tmp_path / "none.pem"))
    (fault,) = await http.try_out(wanted, host())
    assert "cannot be read" in fault.en
