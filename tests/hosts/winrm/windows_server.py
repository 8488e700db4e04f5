"""A Windows server for a test of the manager: the stand-in, with what it answers to every question."""

from __future__ import annotations

import pytest

from tests.hosts.winrm.stand_in import DOMAIN, PASSWORD, USER, StandIn
from tests.oauth.authority import make_certificate

GIB = 1 << 30
LOGIN = f"{DOMAIN}\\{USER}"


def service(name: str, title: str, state: str = "Running", start: str = "Auto"):
    pid = 800 if state == "Running" else 0
    row = {"name": name, "title": title, "state": state, "start": start, "pid": pid}
    return row | {"exit": 0, "ownExit": 0, "type": 0x10, "hasTriggers": False}


ANSWERS = {
    "volumes": [
        {"mount": "C:\\", "size": 120 * GIB, "free": 66 * GIB},
        {"mount": "D:\\", "size": 500 * GIB, "free": 60 * GIB},
    ],
    "memory": {"total": 8 << 20, "available": 5 << 20, "swapTotal": 4096, "swapFree": 4096},
    "processor": {"cores": 4, "idle": 3e9, "busy": 1e9},
    "processes": [{"pid": 4, "name": "spoolsv.exe", "command": None, "user": None}],
    "listeners": [{"address": "0.0.0.0", "port": 3389}, {"address": "::", "port": 5986}],
    "services": [
        service("Spooler", "Print Spooler"),
        service("W32Time", "Windows Time"),
        service("EventLog", "Windows Event Log"),
        service("sppsvc", "Software Protection", state="Stopped"),
        service("Fax", "Fax", state="Stopped", start="Manual"),
    ],
    "events": {"newest": 1, "isPartial": False, "events": []},
}


@pytest.fixture
def client_certificate(tmp_path):
    """The certificate, with its key, by which somebody may log in."""
    return make_certificate(tmp_path, "client")


@pytest.fixture
def windows_server(tmp_path, monkeypatch, client_certificate):
    """A Windows server whose certificate (server.pem) no CA vouches for."""
    users = tmp_path / "winrm-users"  # for the acceptor of NTLM, which is pyspnego's
    users.write_text(f"{DOMAIN}:{USER}:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    server = StandIn(make_certificate(tmp_path, "server"), client_certificate)
    server.answers = dict(ANSWERS)
    yield server
    server.stop()
