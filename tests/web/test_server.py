"""How the manager is opened: by TLS, by its own certificate, or not at all."""

import asyncio
import os
import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psutil
from cryptography import x509
from yarl import URL

from noroshi.config.web import Web
from noroshi.testing import DAWN
from noroshi.web.context import WebContext
from noroshi.web.http.self_signed import CERTIFICATE, KEY, context_of, own_certificate, pin_of
from noroshi.web.server import open_web
from tests.service.clients import make_api_token, open_manager
from tests.service.harness import Harness
from tests.web.browser import browsing, with_user


async def test_a_port_that_is_taken_is_told_and_nothing_else_happens(tmp_path):
    harness, said = Harness(), []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Web(port=taken.getsockname()[1])
        house = WebContext(service=harness.service, people=harness.people)
        async with open_web(settings, tmp_path, house, said.append):
            pass
    (words,) = said
    assert "Address already in use" in words.en and "監視と送信は続けます" in words.ja


async def test_an_answer_that_is_written_piece_by_piece_leaves_at_once(tmp_path):
    """Else its body waits until its head is acknowledged (Nagle, RFC 896), 40 ms on Linux."""
    async with open_manager(await with_user(), tmp_path) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
        writer.write(b"GET /login HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        await reader.readline()
        with of_peer(writer.get_extra_info("sockname")) as theirs:
            assert theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()


def of_peer(address):
    """This process's own socket at the other end of a connection."""
    (found,) = [one for one in psutil.Process().net_connections("tcp") if one.raddr == address]
    return socket.socket(fileno=os.dup(found.fd))


async def test_a_certificate_that_cannot_be_read_is_told(tmp_path):
    harness, said = Harness(), []
    (tmp_path / "c").write_text("no certificate")
    settings = Web(port=0, certificate=tmp_path / "c", key=tmp_path / "c")
    house = WebContext(service=harness.service, people=harness.people)
    async with open_web(settings, tmp_path, house, said.append):
        pass
    assert len(said) == 1 and "cannot open the manager" in said[0].en


async def test_where_the_port_is_taken_another_one_is_told_as_it_is_written(tmp_path, caplog):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port, harness, said = other.getsockname()[1], Harness(), []
        house = WebContext(service=harness.service, people=harness.people)
        async with open_web(Web(port=port), tmp_path, house, said.append):
            pass
    line = f"web = {{ port = {port + 1} }}"
    assert [line in words.say(language) for words in said for language in ("en", "ja")] == [
        True,
        True,
    ]
    assert not caplog.records


async def test_the_port_for_agents_is_not_proposed_for_the_manager(tmp_path):
    said, harness = [], Harness()
    house = WebContext(service=harness.service, people=harness.people)
    settings = Web(address="192.0.2.1")  # an address of no computer (RFC 5737)
    async with open_web(settings, tmp_path, house, said.append):
        pass
    assert "port = 7665 }" in said[0].en


async def test_the_code_of_the_first_start_is_said_until_there_is_an_administrator(tmp_path):
    for harness, lines in ((Harness(), 2), (await with_user(), 1)):
        said = []
        house = WebContext(service=harness.service, people=harness.people)
        async with open_web(Web(port=0), tmp_path, house, said.append):
            assert len(said) == lines


async def test_under_tls_cookies_are_bound_to_it(tmp_path):
    harness = await with_user()
    async with browsing(harness, tmp_path, tls=True) as browser:
        context = ssl.create_default_context(cafile=tmp_path / CERTIFICATE)
        await browser.get("/login", ssl=context)
        cookie = browser.headers["set-cookie"]
        assert cookie.startswith("__Host-noroshi-") and "; Secure" in cookie
        assert "max-age" in browser.headers["strict-transport-security"]


async def test_without_tls_nothing_answers_where_it_is_on(tmp_path):
    harness = Harness()
    await make_api_token(harness)
    async with open_manager(harness, tmp_path, tls=True) as url:
        assert url.startswith("https://")


def test_its_own_certificate_is_made_once_and_renewed_in_time(tmp_path):
    names = {"noroshi.example.com", "127.0.0.1", "[::1]"}
    own_certificate(tmp_path, names, DAWN)
    first = (tmp_path / CERTIFICATE).read_bytes()
    own_certificate(tmp_path, names, DAWN + timedelta(days=300))
    assert (tmp_path / CERTIFICATE).read_bytes() == first
    own_certificate(tmp_path, names, DAWN + timedelta(days=380))
    second = (tmp_path / CERTIFICATE).read_bytes()
    assert second != first
    own_certificate(tmp_path, names | {"new.example.com"}, DAWN + timedelta(days=380))
    assert (tmp_path / CERTIFICATE).read_bytes() != second
    assert sys.platform == "win32" or (tmp_path / KEY).stat().st_mode & 0o777 == 0o600
    found = x509.load_pem_x509_certificate((tmp_path / CERTIFICATE).read_bytes())
    san = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(one.value) for one in san} == {
        "noroshi.example.com",
        "127.0.0.1",
        "::1",
        "new.example.com",
    }


def test_its_key_stays_when_its_certificate_is_made_anew(tmp_path):
    certificate, key = own_certificate(tmp_path, {"localhost"}, DAWN)
    text, pin = key.read_bytes(), pin_of(certificate)
    for names, now in (
        ({"localhost"}, DAWN + timedelta(days=380)),
        ({"localhost", "hub.example.com"}, DAWN + timedelta(days=381)),
    ):
        before = certificate.read_bytes()
        own_certificate(tmp_path, names, now)
        assert certificate.read_bytes() != before
        assert (key.read_bytes(), pin_of(certificate)) == (text, pin)


def test_a_certificate_of_another_key_is_made_anew_for_the_key_that_is_there(tmp_path):
    """As after a backup of another computer was restored: the key is that of the agents' pin."""
    other = tmp_path / "other"
    other.mkdir()
    _, restored_key = own_certificate(other, {"localhost"}, DAWN)
    certificate, key = own_certificate(tmp_path, {"localhost"}, DAWN)
    key.write_bytes(restored_key.read_bytes())
    own_certificate(tmp_path, {"localhost"}, DAWN)
    assert pin_of(certificate) == pin_of(other / CERTIFICATE)
    context_of(certificate, key)  # they fit each other


def test_manager_and_listener_may_ask_for_it_at_once(tmp_path):
    """Both open at the start, each in a thread of its own."""
    names = [{"localhost"}, {"localhost", "hub.example.com"}] * 4
    together, interval = Barrier(len(names)), sys.getswitchinterval()

    def asked(given):
        together.wait()
        return own_certificate(home, given, DAWN)

    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(names)) as threads:
            for number in range(40):
                home = tmp_path / str(number)
                home.mkdir()
                found = list(threads.map(asked, names))
                context_of(*found[0])  # and they fit each other
    finally:
        sys.setswitchinterval(interval)


def test_a_key_that_is_broken_is_made_anew(tmp_path):
    _, key = own_certificate(tmp_path, {"localhost"}, DAWN)
    key.write_text("broken")
    context_of(*own_certificate(tmp_path, {"localhost"}, DAWN))


def test_a_certificate_that_is_broken_is_made_anew(tmp_path):
    own_certificate(tmp_path, {"localhost"}, DAWN)
    (tmp_path / CERTIFICATE).write_text("broken")
    own_certificate(tmp_path, {"localhost"}, DAWN)
    assert b"BEGIN CERTIFICATE" in (tmp_path / CERTIFICATE).read_bytes()
