from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from noroshi.lab.lab import Lab
from noroshi.lab.model import App, ClientSecret, Directory, Mailbox, Redirect, User, make_tenant
from tests.lab.parts import SECRET, Client, Clock, Wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory() -> Directory:
    app = App(
        client_id="11111111-2222-3333-4444-555555555555",
        name="Noroshi",
        redirects=(
            Redirect("http://localhost/MxMail/"),
            Redirect("http://localhost/desktop", "public"),
        ),
        secrets=(ClientSecret(SECRET),),
    )
    alerts = User(
        upn="alerts@contoso.example", password="correct horse", oid="o-1", name="Alerts"
    )
    mailboxes = [Mailbox(address=alerts.upn), Mailbox(address="ops@contoso.example")]
    return Directory([make_tenant(app=app, users=[alerts], mailboxes=mailboxes)])


@pytest.fixture
async def lab(tmp_path: Path, clock: Clock, directory: Directory) -> AsyncIterator[Lab]:
    async with Lab(tmp_path / "lab", clock=clock, directory=directory) as running:
        yield running


@pytest.fixture
async def client(lab: Lab) -> AsyncIterator[Client]:
    tls = ssl.create_default_context(cafile=lab.address.ca_file)
    connector = aiohttp.TCPConnector(ssl=tls)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Client(lab, session)


@pytest.fixture
async def wire(lab: Lab) -> AsyncIterator[Wire]:
    made = Wire(lab)
    yield made
    await made.close()
