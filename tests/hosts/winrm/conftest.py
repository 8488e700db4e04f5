"""A stand-in for a Windows server for each test that wants one, and who asks it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from noroshi.core.mail import Fault
from noroshi.core.translation import plain
from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.winrm.winrm_hosts import WinrmHosts
from noroshi.network import NetworkEgress
from noroshi.ports import RouteError
from tests.hosts.winrm.stand_in import DOMAIN, PASSWORD, USER, StandIn
from tests.oauth.authority import make_certificate


@pytest.fixture(autouse=True)
def users(tmp_path, monkeypatch):
    """Tell the acceptor of NTLM, which is pyspnego's, who there is."""
    path = tmp_path / "users"
    path.write_text(f"{DOMAIN}:{USER}:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(path))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """The certificate of the server, and those of two clients, of which the server knows one."""
    folder = tmp_path_factory.mktemp("winrm-certificates")
    return {name: make_certificate(folder, name) for name in ("server", "client", "stranger")}


@pytest.fixture
def server(certificates):
    server = StandIn(certificates["server"], certificates["client"])
    yield server
    server.stop()


@pytest.fixture
def http_server():
    server = StandIn()
    yield server
    server.stop()


@pytest.fixture
def secrets(certificates):
    return {
        "password": PASSWORD,
        "wrong": "wrong",
        "client": certificates["client"].read_text(),
        "stranger": certificates["stranger"].read_text(),
        "no pem": "-----BEGIN NOTHING-----",
    }


@pytest.fixture
def egress(secrets):
    async def secret(entry):
        if entry not in secrets:
            raise RouteError(plain(f"no {entry}"), fault=Fault.SIGN_IN)
        return secrets[entry]

    return NetworkEgress(secret=secret)


@pytest.fixture
async def hosts(egress):
    hosts = WinrmHosts(egress, time.monotonic)
    yield hosts
    hosts.close()


@pytest.fixture
def login(server, certificates):
    return login_of(server, ca_file=str(certificates["server"]))


def login_of(server, **changes):
    login = WinrmLogin(
        address="127.0.0.1",
        user=f"{DOMAIN}\\{USER}",
        port=server.port,
        is_https=server.is_tls,
        password="password",
    )
    return replace(login, **changes)
