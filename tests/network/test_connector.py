"""A connection is made by the way that the network says, or it is told what stands in between."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from noroshi.core.mail import Fault, Network
from noroshi.network import ConnectError, NetworkEgress, TlsError, client_context, dial, reach
from noroshi.network.connection_errors import distrust_text
from tests.network.proxies import Proxy
from tests.network.sites import Site, says
from tests.network.test_happy_eyeballs import black_hole, closed, listening
from tests.transports.mail_server import MailServer, make_certificate

PATIENT, SHORT = 300.0, 0.3


def by(network=None, password="", **given):
    async def secret(entry):
        assert entry == "proxy"
        return password

    return NetworkEgress(network or Network(name="office", **given), secret)


def through(proxy, password="", **given):
    if password:
        given |= {"proxy_user": "noroshi", "proxy_password": "proxy"}
    return by(password=password, proxy=proxy.address, **given)


async def trouble_of(host, port, way, patience=PATIENT):
    with pytest.raises(ConnectError) as caught:
        (await reach(host, port, way, patience)).close()
    words = caught.value.words
    assert words.ja != words.en
    return caught.value.fault, words.en


@pytest.fixture
async def site():
    async with Site().open() as found:
        yield found


async def asked_of(sock):
    """What the site says on that connection."""
    reader, writer = await asyncio.open_connection(sock=sock)
    writer.write(b"GET / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
    said = await reader.readuntil(b"ok")
    writer.close()
    return said


# Directly


async def test_directly(site):
    sock = await reach("localhost", site.port, by(), PATIENT)
    assert (await asked_of(sock)).startswith(b"HTTP/1.1 200")


async def test_what_is_written_piece_by_piece_leaves_at_once(site):
    """Else a piece waits until the one before is acknowledged (Nagle, RFC 896), 40 ms on Linux."""
    _, writer = await asyncio.open_connection(
        sock=await reach("127.0.0.1", site.port, by(), PATIENT)
    )
    option = socket.IPPROTO_TCP, socket.TCP_NODELAY
    assert writer.get_extra_info("socket").getsockopt(*option)
    writer.close()


async def test_from_an_address_of_its_own(site):
    sock = await reach("localhost", site.port, by(source="127.0.0.5"), PATIENT)
    await asked_of(sock)
    assert site.peers == ["127.0.0.5"]


async def test_a_source_address_that_is_not_this_computer_s():
    fault, text = await trouble_of("localhost", 9, by(source="192.0.2.77"))
    assert fault is Fault.SETUP
    assert "cannot connect from 192.0.2.77" in text and "networks/office.toml" in text


async def test_a_source_address_of_the_other_family():
    fault, text = await trouble_of("127.0.0.1", 9, by(source="::1"))
    assert fault is Fault.SETUP and "one is IPv4, the other IPv6" in text


async def test_nobody_listens():
    where = closed().socket_address[1]
    fault, text = await trouble_of("127.0.0.1", where, by())
    assert fault is Fault.NETWORK
    assert text.startswith(f"cannot connect to 127.0.0.1:{where}: connection refused (TCP)")


async def test_nobody_answers():
    with black_hole() as hole:
        fault, text = await trouble_of("127.0.0.1", hole.socket_address[1], by(), SHORT)
    assert fault is Fault.NETWORK and "did not answer within 0.3 s (TCP)" in text


async def test_a_name_that_is_none():
    fault, text = await trouble_of("no.such.invalid", 25, by())
    assert fault is Fault.NETWORK and "cannot find no.such.invalid:25" in text


async def test_an_aaaa_that_leads_nowhere_costs_nothing(site, monkeypatch):
    looked_up = socket.getaddrinfo
    with black_hole("::1", site.port):

        def both(host, port, *given, **named):  # loopback has no such name
            return looked_up("::1", port, *given, **named) + looked_up(
                "127.0.0.1", port, *given, **named
            )

        monkeypatch.setattr(socket, "getaddrinfo", both)
        sock = await reach("mail.example", site.port, by(), PATIENT)
        await asked_of(sock)
    assert site.connections == 1


# Through a proxy


async def test_through_a_proxy(site):
    async with Proxy().open() as proxy:
        sock = await reach("localhost", site.port, through(proxy), PATIENT)
        assert (await asked_of(sock)).startswith(b"HTTP/1.1 200")
    assert proxy.asked == [f"localhost:{site.port}"]
    assert "Proxy-Authorization" not in proxy.heads[0]


async def test_through_a_proxy_that_wants_a_log_in(site):
    async with Proxy(log_in="noroshi:ひみつ: x").open() as proxy:
        sock = await reach("localhost", site.port, through(proxy, "ひみつ: x"), PATIENT)
        assert (await asked_of(sock)).startswith(b"HTTP/1.1 200")


async def test_what_the_server_says_first_is_not_swallowed_with_the_proxy_s_answer():
    async with Proxy(answer="HTTP/1.1 200 OK\r\n\r\n220 mail.test\r\n").open() as proxy:
        sock = await reach("mail.example", 25, through(proxy), PATIENT)
        loop = asyncio.get_running_loop()
        assert await loop.sock_recv(sock, 100) == b"220 mail.test\r\n"
        sock.close()


async def test_an_ipv6_address_is_asked_for_in_brackets():
    async with Proxy(answer="HTTP/1.1 200 OK\r\n\r\n").open() as proxy:
        (await reach("2001:db8::1", 587, through(proxy), PATIENT)).close()
    assert proxy.asked == ["[2001:db8::1]:587"]


@pytest.mark.parametrize(
    ("proxy", "password", "fault", "said"),
    [
        pytest.param(
            Proxy(log_in="noroshi:canary-right"),
            "",
            Fault.SETUP,
            "requires a login (407). Set proxy_user",
            id="no log-in",
        ),
        pytest.param(
            Proxy(log_in="noroshi:canary-right"),
            "canary-wrong",
            Fault.SIGN_IN,
            "refused noroshi's login (407): the password is wrong. "
            "Store it: noroshi secret set proxy",
            id="a wrong password",
        ),
        pytest.param(
            Proxy(log_in="a:b", schemes="Negotiate\r\nProxy-Authenticate: NTLM"),
            "canary-right",
            Fault.PERMISSION,
            "requires a login by Negotiate, NTLM (407)",
            id="another way to log in",
        ),
        pytest.param(
            Proxy(answer="HTTP/1.1 403 Forbidden\r\n\r\n"),
            "",
            Fault.PERMISSION,
            "does not allow a connection to smtp.example:587 (403 Forbidden). Its administrator "
            "must allow CONNECT to port 587",
            id="forbidden",
        ),
        pytest.param(
            Proxy(answer="HTTP/1.0 502 Bad\x1b[31m Gateway\r\n\r\n"),
            "",
            Fault.NETWORK,
            "could not reach smtp.example:587 (502 Bad?[31m Gateway)",
            id="the server is away",
        ),
        pytest.param(
            Proxy(answer="220 mail.test ESMTP\r\n\r\n"),
            "",
            Fault.SETUP,
            "is not an HTTP proxy",
            id="no proxy",
        ),
        pytest.param(
            Proxy(answer="HTTP/1.1 200 OK\r\n" + "x" * 20_000),
            "",
            None,
            "",
            id="an endless head",
        ),
    ],
)
async def test_what_a_proxy_says_against_it(proxy, password, fault, said):
    async with proxy.open():
        if fault is None:  # cut off, and what follows is the server's
            (await reach("smtp.example", 587, through(proxy), PATIENT)).close()
            return
        got = await trouble_of("smtp.example", 587, through(proxy, password))
    assert got[0] is fault and said in got[1]
    assert "canary" not in got[1]


async def test_a_proxy_that_is_away():
    address = f"127.0.0.1:{closed().socket_address[1]}"
    fault, text = await trouble_of("smtp.example", 587, by(proxy=address))
    assert fault is Fault.NETWORK
    assert text == (
        f"the proxy {address} of network “office” cannot be reached: connection refused"
    )


async def test_a_proxy_that_says_nothing():
    async with Proxy(silent=True).open() as proxy:
        fault, text = await trouble_of("smtp.example", 587, through(proxy), SHORT)
    assert fault is Fault.NETWORK and "did not connect to smtp.example:587 within" in text


async def test_a_proxy_whose_name_is_none():
    _, text = await trouble_of("smtp.example", 587, by(proxy="no.such.invalid:8080"))
    assert "the proxy no.such.invalid:8080 of network “office” cannot be reached" in text


async def test_a_host_with_a_line_end_says_nothing_to_the_proxy():
    async with Proxy().open() as proxy:
        _, text = await trouble_of("mail\r\nEvil: x", 25, through(proxy))
    assert "no host name" in text and proxy.asked == []


# In TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


class Plain(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport


async def dialled(port, way, *ca_files, patience=PATIENT):
    context = client_context(ca_files)
    protocol = await dial(Plain, "localhost", port, context, way, patience)
    protocol.transport.abort()


async def test_tls_through_a_proxy_is_checked_against_the_server_s_name(certificate):
    async with Site(tls=certificate[0]).open() as site, Proxy().open() as proxy:
        await dialled(site.port, through(proxy), certificate[1])
    assert proxy.asked == [f"localhost:{site.port}"]


async def test_a_proxy_that_replaces_certificates_is_named_with_its_ca(certificate, tmp_path):
    eyes = make_certificate(tmp_path, ca="Contoso Web Gateway CA")
    async with (
        Site(tls=certificate[0], answers=[says(200)]).open() as site,
        Proxy(tls=eyes).open() as proxy,
    ):
        with pytest.raises(ConnectError) as caught:
            await dialled(site.port, through(proxy), certificate[1])
        await dialled(site.port, through(proxy), str(tmp_path / "ca.pem"))
    text = caught.value.words.en
    assert f"the proxy {proxy.address} replaces certificates" in text
    assert "was issued by Contoso Web Gateway CA, which is not trusted here" in text
    assert "ca_file in networks/office.toml" in text
    assert site.heard == []


async def test_who_issued_a_certificate_that_is_not_trusted_is_told(certificate):
    async with Site(tls=certificate[0]).open() as site:
        with pytest.raises(ConnectError) as caught:
            await dialled(site.port, by())
    assert (
        "it was issued by test CA, which this computer does not trust" in caught.value.words.en
    )


async def test_a_certificate_for_another_name_is_no_issuer_s_fault(tmp_path):
    other = make_certificate(tmp_path, "elsewhere.example")
    async with Site(tls=other).open() as site:
        with pytest.raises(ConnectError) as caught:
            await dialled(site.port, by(), str(tmp_path / "ca.pem"))
    assert "ostname mismatch" in caught.value.words.en
    assert "証明書の名前が接続先と一致しません" in caught.value.words.ja


@pytest.mark.parametrize("code", [9, 10, 18, 19, 20, 21, 62, 64])
def test_what_is_the_matter_with_a_certificate_is_told_in_both_languages(code):
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "as OpenSSL says it"
    told = distrust_text(error)
    assert told.en == "as OpenSSL says it" and told.ja != told.en


async def test_what_speaks_no_tls_is_told_by_its_reason():
    async with MailServer().open() as server:
        with pytest.raises(TlsError) as caught:
            await dialled(server.port, by())
    assert caught.value.reason


async def test_who_never_answers_the_hello_of_tls():
    with listening() as dumb, pytest.raises(TlsError) as caught:
        await dialled(dumb.socket_address[1], by(), patience=SHORT)
    assert caught.value.reason == "" and "did not start TLS within" in caught.value.words.en


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "no certificate"])
def test_a_ca_file_that_cannot_be_used(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ConnectError) as caught:
        client_context([str(path)])
    assert caught.value.fault is Fault.SETUP
    assert f"the CA file {path} cannot be read" in caught.value.words.en
    assert ("No such file" in caught.value.words.en) is (content is None)
    assert "No such file" not in caught.value.words.ja
