"""A hub, a server that may become its agent, and a server for mail."""

import pytest

from tests.e2e.hubs import Hub, Server
from tests.e2e.world import Mailbox
from tests.ports import free_port


@pytest.fixture
def hub(tmp_path):
    hub = Hub(tmp_path / "hub", free_port())
    yield hub
    hub.end()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "server")
    yield server
    server.end()


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()
