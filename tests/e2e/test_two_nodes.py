"""Two nodes share a database: one works, and the other goes on where it ends, however it ends."""

import shutil
import signal
import socket
from collections import Counter

import pytest

from tests.e2e.shop import define_shop
from tests.e2e.world import PATIENCE, Home, until
from tests.ports import free_port
from tests.postgres import PASSWORD

STANDS_BY = "this one stands by"


@pytest.fixture
def homes(tmp_path, postgres):
    url = postgres.tcp_url(postgres.make_database())
    homes = [_home(tmp_path / name, name, url) for name in ("one", "two")]
    key = "key"
    shutil.copy(homes[0].folder / key, homes[1].folder / key)  # as the guide says
    yield homes
    for home in homes:
        home.end()


def _home(folder, name, url):
    folder.mkdir()
    home = Home(folder)
    settings = home.folder / "noroshi.toml"
    text = settings.read_text(encoding="utf-8").replace('name = "node"', f'name = "{name}"')
    text += f'store.url = "{url}"\nstore.password_file = "db-password"\n'
    settings.write_text(text, encoding="utf-8")
    (home.folder / "noroshi.db").unlink()  # that `init` made before the settings were changed
    password = home.folder / "db-password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    return home


@pytest.fixture
def shop():
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        yield listener


def test_when_the_working_node_is_killed_the_other_tells_what_happens_next_once(
    homes, mailbox, shop
):
    one, two = homes
    define_shop(one, mailbox, shop.getsockname()[1])
    working = one.serve()
    waiting = two.start("-m", "noroshi.cli", "--home", str(two.folder), "serve")
    until(lambda: two.log.exists() and STANDS_BY in two.log.read_text(), "the standby")
    assert not mailbox.raw

    working.send_signal(signal.SIGKILL)
    working.wait(PATIENCE)
    shop.close()
    until(lambda: mailbox.raw, "the alarm by the other node")
    again = one.start("-m", "noroshi.cli", "--home", str(one.folder), "serve")
    until(lambda: STANDS_BY in one.log.read_text(), "the first node as the standby")

    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(PATIENCE) == 0
    until(lambda: one.status()["running"], "the first node at work")
    again.send_signal(signal.SIGTERM)
    assert again.wait(PATIENCE) == 0
    told = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert set(told.values()) == {1} and len(told) == 1
