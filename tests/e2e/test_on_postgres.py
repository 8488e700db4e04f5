"""A node whose store is a database of PostgreSQL, from the definitions to the mail."""

import json
import shutil
import signal
import socket
from collections import Counter
from contextlib import ExitStack

import pytest

from tests import pgbouncer
from tests.e2e.shop import define_shop
from tests.e2e.world import PATIENCE, Home, status_of, until
from tests.ports import free_port
from tests.postgres import PASSWORD


def made(folder, name, url, *settings):
    """Make the home of a node with a database."""
    folder.mkdir(exist_ok=True)
    home = Home(folder)
    password = home.folder / "db-password"
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    file = home.folder / "noroshi.toml"
    text = file.read_text(encoding="utf-8").replace('"node"', f'"{name}"', 1)
    lines = (f'store.url = "{url}"', 'store.password_file = "db-password"', *settings)
    file.write_text("\n".join((text, *lines, "")), encoding="utf-8")
    (home.folder / "noroshi.db").unlink()  # that `init` made before the settings were changed
    return home


@pytest.fixture
def home(tmp_path, postgres, mailbox):
    home = made(tmp_path, "node", postgres.tcp_url(postgres.make_database()))
    define_shop(home, mailbox, free_port())
    yield home
    home.end()


@pytest.fixture(params=[0, 200], ids=["keeps no statements", "keeps statements"])
def pooler(postgres, request):
    with pgbouncer.pooler(postgres, prepared=request.param) as pooler:
        yield pooler


def test_an_alarm_arrives_once_though_the_node_is_killed_and_the_commands_know_the_database(
    home, mailbox
):
    node = home.serve()
    until(lambda: mailbox.raw and not home.queue(), "the mail")
    node.send_signal(signal.SIGKILL)
    node.wait(PATIENCE)
    (shop,) = status_of(home)["monitors"]  # by a command, as no node runs
    assert shop["level"] == "critical"

    home.serve_warm()
    until(lambda: home.status()["running"], "the node")
    assert " is intact" in home.run("check-store").stdout
    refused = home.run("backup", str(home.folder / "copy.db"), check=False)
    assert refused.returncode and "pg_dump" in refused.stdout + refused.stderr
    doctor = home.run("doctor", "--json", check=False).stdout
    stages = {
        s["name"]: s["state"] for one in json.loads(doctor)["examined"] for s in one["stages"]
    }
    assert {stages[name] for name in ("postgres", "database", "news", "connections")} == {"ok"}
    assert "sqlite" not in stages

    home.end()
    restored = home.run("restore", str(home.folder / "copy.db"), check=False)
    assert restored.returncode and "pg_restore" in restored.stdout + restored.stderr
    told = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert set(told.values()) == {1} and len(told) == 1
    assert not (home.folder / "noroshi.db").exists()
    seen = [home.log.read_text(), doctor, refused.stdout, restored.stderr]
    assert not any(PASSWORD in text for text in seen)


def test_a_node_whose_database_is_away_says_so_and_does_not_start(home, postgres):
    settings = home.folder / "noroshi.toml"
    closed = free_port()
    settings.write_text(settings.read_text().replace(f":{postgres.port}/", f":{closed}/"))
    refused = home.run("serve", check=False)
    assert refused.returncode
    assert f"refuses connections on port {closed}" in refused.stdout + refused.stderr


def news(home):
    """Return what doctor says of the news between nodes."""
    doctor = json.loads(home.run("doctor", "--json", check=False).stdout)
    (told,) = [s for one in doctor["examined"] for s in one["stages"] if s["name"] == "news"]
    return told["found"]["en"]


@pytest.mark.parametrize("hears", [False, True], ids=["polls", "has a listen_url"])
def test_two_nodes_behind_pgbouncer_send_an_alarm_once_though_the_sender_is_killed(
    tmp_path, postgres, pooler, mailbox, hears
):
    database = postgres.make_database()
    settings = ["store.pooler = true"]
    settings += [f'store.listen_url = "{postgres.tcp_url(database)}"'] * hears
    one, two = (
        made(tmp_path / name, name, pooler.tcp_url(database), *settings)
        for name in ("one", "two")
    )
    shutil.copy(one.folder / "key", two.folder / "key")
    port = free_port()
    with ExitStack() as stack:
        stack.callback(one.end)
        stack.callback(two.end)
        with socket.create_server(("127.0.0.1", port)):
            define_shop(one, mailbox, port)
            first = one.serve()
            two.serve()
            until(lambda: level(two) == "ok", "the port to be watched")
            first.send_signal(signal.SIGKILL)
            first.wait(PATIENCE)
        until(lambda: mailbox.raw and not two.queue(), "the alarm, by the other node")
        assert level(two) == "critical" and len(mailbox.raw) == 1
        assert ("received immediately" in news(two)) is hears
        logs = one.log.read_text() + two.log.read_text()
    assert "prepared statement" not in logs and "Traceback" not in logs


def level(home):
    return status_of(home)["monitors"][0]["level"]
