from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from noroshi_lab.lab.directory import (
    App,
    ClientSecret,
    Directory,
    Mailbox,
    Redirect,
    User,
    make_tenant,
)
from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import SECRET, Client, Clock, Wire
from tests.noroshi_lab.lab.lab_keys import with_keys


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
def lab_folder(tmp_path: Path) -> Path:
    """Where a lab begins with keys of its own."""
    return with_keys(tmp_path / "lab")


@pytest.fixture
async def lab(lab_folder: Path, clock: Clock, directory: Directory) -> AsyncIterator[Lab]:
    async with Lab(lab_folder, clock=clock, directory=directory) as running:
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
