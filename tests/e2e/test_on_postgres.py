"""A node whose store is a database of PostgreSQL, from the definitions to the mail."""

import json
import signal
from collections import Counter

import pytest

from tests.e2e.shop import define_shop
from tests.e2e.world import PATIENCE, Home, status_of, until
from tests.ports import free_port
from tests.postgres import PASSWORD


@pytest.fixture
def home(tmp_path, postgres, mailbox):
    home = Home(tmp_path)
    url = postgres.tcp_url(postgres.make_database())
    password = home.folder / "db-password"
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    with (home.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'store.url = "{url}"\n')
        settings.write('store.password_file = "db-password"\n')
    (home.folder / "noroshi.db").unlink()  # that `init` made before the settings were changed
    define_shop(home, mailbox, free_port())
    yield home
    home.end()


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
