"""By which way a sign-in goes: through a proxy, from an address, with a CA of the house."""

from __future__ import annotations

import base64
import socket
import threading
from dataclasses import replace

import pytest

from noroshi.core.mail import Network
from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, make_certificate
from tests.oauth.conftest import provider_of, with_secret

USER, PASSWORD = "noroshi", "canary-proxy-pässword"


class Proxy:
    """An HTTP proxy that lets CONNECT through, for whoever knows the password if there is one."""

    def __init__(self, password=""):
        self.asked, self.given, self.came_from = [], [], []
        pair = base64.b64encode(f"{USER}:{password}".encode()).decode()
        self.wanted = f"Basic {pair}" if password else None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_closing = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        if self._is_closing:
            return
        self._is_closing = True
        socket.create_connection(self._listener.getsockname()).close()  # it waits for one
        self._thread.join()
        self._listener.close()

    def _serve(self):
        while True:
            connection, (host, _) = self._listener.accept()
            with connection:
                if self._is_closing:
                    return
                self.came_from.append(host)
                self._tunnel(connection)

    def _tunnel(self, connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        method, where, _ = first.split(" ")
        assert method == "CONNECT"
        self.asked.append(where)
        self.given.append(headers.get("proxy-authorization"))
        if self.wanted is not None and self.given[-1] != self.wanted:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        host, _, port = where.partition(":")
        with socket.create_connection((host, int(port))) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pour, args=(there, connection))
            back.start()
            _pour(connection, there)
            back.join()


def _pour(source, sink):
    try:
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def proxy(request):
    found = Proxy(getattr(request, "param", ""))
    yield found
    found.close()


async def alone(account, network, password=None):
    client = with_secret(replace(account, network=network))
    client = replace(client, proxy_password=Secret(password) if password else None)
    return await provider_of(account.cloud).app_only(client, "smtp")


async def test_a_sign_in_goes_through_the_proxy(any_account, authority, proxy):
    tokens = await alone(any_account, Network(name="office", proxy=proxy.address))
    assert tokens.access == Secret("canary-access-1")
    assert set(proxy.asked) == {authority.url.removeprefix("https://")}
    assert set(proxy.given) == {None}


@pytest.mark.parametrize("proxy", [PASSWORD], indirect=True)
async def test_a_proxy_is_given_its_password_and_no_other_secret(account, proxy):
    network = Network(proxy=proxy.address, proxy_user=USER, proxy_password="entry")
    await alone(account, network, PASSWORD)
    assert set(proxy.given) == {proxy.wanted}


@pytest.mark.parametrize("proxy", [PASSWORD], indirect=True)
async def test_a_proxy_that_refuses_is_told_without_its_password(any_account, proxy, authority):
    network = Network(proxy=proxy.address, proxy_user=USER, proxy_password="entry")
    with pytest.raises(UnreachableError, match=r"refused noroshi's login \(407\)") as caught:
        await alone(any_account, network, "canary-wrong")
    assert proxy.address in str(caught.value) and "canary" not in str(caught.value)
    assert authority.posts == []


async def test_a_proxy_that_is_not_there_is_told_as_such(any_account, proxy):
    proxy.close()
    with pytest.raises(UnreachableError, match=rf"proxy {proxy.address} .* cannot be reached"):
        await alone(any_account, Network(proxy=proxy.address))


async def test_connections_come_from_the_address_that_is_said(account, proxy):
    await alone(account, Network(proxy=proxy.address, source="127.0.0.7"))
    assert set(proxy.came_from) == {"127.0.0.7"}


async def test_a_ca_of_the_network_is_trusted_beside_the_cloud_s(
    account, certificate, tmp_path, authority
):
    other = make_certificate(tmp_path, "other")
    cloud = replace(account.cloud, ca_file=str(other))
    network = Network(ca_file=str(certificate))
    tokens = await alone(replace(account, cloud=cloud), network)
    assert tokens.access == Secret("canary-access-1")


async def test_a_proxy_s_password_that_is_missing_is_said(scene):
    network = Network(name="office", proxy="p:1", proxy_user=USER, proxy_password="entry")
    scene.account = replace(scene.account, network=network, sign_in="app")
    await scene.vault.put(scene.account.secret, Secret(SECRET))
    with pytest.raises(SignInError, match="noroshi secret set entry"):
        await scene.source.token(scene.account)


async def test_the_password_of_the_proxy_comes_from_the_vault(scene):
    proxy = Proxy(PASSWORD)
    network = Network(proxy=proxy.address, proxy_user=USER, proxy_password="entry")
    scene.account = replace(scene.account, network=network)
    await scene.vault.put("entry", Secret(PASSWORD))
    await scene.signed_in()
    await scene.source.token(scene.account)
    proxy.close()
    assert set(proxy.given) == {proxy.wanted}
