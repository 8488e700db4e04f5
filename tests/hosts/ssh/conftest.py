"""An SSH server for each test that wants one, with a key that may log in."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from noroshi.core.mail import Fault
from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import plain
from noroshi.hosts.ssh.ssh_hosts import SshHosts
from noroshi.network import NetworkEgress
from noroshi.ports import RouteError
from tests.hosts.ssh.servers import PASSWORD, USER, SshServer


@pytest.fixture(scope="session")
def key():
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def public_key(key):
    return key.export_public_key().decode().strip()


@pytest.fixture
def folder():
    """A folder that the user of the server can enter, as pytest's own is closed to others."""
    with tempfile.TemporaryDirectory(prefix="noroshi-sshd-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def server(folder, public_key):
    """Not started yet: a test says what is special about it first."""
    server = SshServer(folder / "server")
    server.authorize(public_key)
    yield server
    server.stop()


@pytest.fixture
def secrets(key):
    return {"key": key.export_private_key().decode(), "password": PASSWORD, "wrong": "wrong"}


@pytest.fixture
def egress(secrets):
    async def secret(entry):
        if entry not in secrets:
            raise RouteError(plain(f"no {entry}"), fault=Fault.SIGN_IN)
        return secrets[entry]

    return NetworkEgress(secret=secret)


@pytest.fixture
async def hosts(egress):
    hosts = SshHosts(egress, time.monotonic)
    yield hosts
    hosts.close()


def login_of(server, **changes):
    login = SshLogin(
        address="127.0.0.1",
        user=USER,
        port=server.port,
        key="key",
        host_keys=(server.host_key,),
    )
    return replace(login, **changes)
