"""A real node whose store is lost, before a start or while it runs: it says so, and makes no other."""

import json
import signal

import pytest

from noroshi.cli.clients.socket import SocketClient
from tests.e2e.shop import shop_instance, smtp_route
from tests.e2e.world import PATIENCE, Home, Mailbox, status_of, until

DEFINITIONS = {
    "contacts__ops": 'addresses = ["ops@example.com"]\none_by_one = 0',
    "rules__ops": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
    "instances__noroshi": 'title = "Noroshi"\nevery = "1s"',
}
BESIDE = ("", "-wal", "-shm", "-ballast")


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def home(tmp_path, mailbox):
    home = Home(tmp_path)
    instance = shop_instance(mailbox.port)
    home.define(**DEFINITIONS, routes__smtp1=smtp_route(mailbox.port), instances__web=instance)
    yield home
    home.end()


def store(home, ending=""):
    return home.folder / f"noroshi.db{ending}"


def lose(home, *endings):
    for ending in endings:
        store(home, ending).unlink(missing_ok=True)


def monitors(home):
    return [one["path"] for one in status_of(home)["monitors"]]


def stop(node):
    node.send_signal(signal.SIGTERM)
    assert node.wait(PATIENCE) == 0


def refused(home, *args):
    done = home.run(*args, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, " ".join(done.stderr.split())


@pytest.mark.parametrize(
    "left", [(), ("-ballast",), ("-wal",)], ids=["alone", "ballast", "WAL"]
)
def test_a_start_without_its_store_is_refused_and_says_what_to_do(home, left):
    lose(home, *BESIDE)
    for ending in left:
        store(home, ending).write_bytes(b"left")
    code, told = refused(home, "serve")
    assert code == 1
    assert f"the store {store(home)} is missing" in told
    assert f"noroshi restore --home {home.folder} FILE" in told
    assert f"noroshi init --home {home.folder} --new-store" in told
    assert not store(home).exists()
    assert all(store(home, ending).read_bytes() == b"left" for ending in left)


@pytest.mark.parametrize("text", [b"", b"\0" * 4096], ids=["empty", "zeros"])
def test_an_empty_file_is_no_store_of_a_new_node(home, text):
    lose(home, *BESIDE)
    store(home).write_bytes(text)
    code, told = refused(home, "serve")
    assert code == 1 and str(store(home)) in told and "restore" in told
    assert store(home).read_bytes() == text


@pytest.mark.parametrize(
    "command", [("status",), ("check-store",), ("queue", "list"), ("export", "x")]
)
def test_a_command_makes_no_store_either_and_calls_none_whole(home, command):
    lose(home, *BESIDE)
    code, told = refused(home, *command)
    assert code == (1 if command[0] == "check-store" else 4)
    assert f"the store {store(home)} is missing" in told
    assert not store(home).exists()


def test_only_when_asked_for_it_an_empty_store_is_made_and_what_was_left_is_kept(home):
    lose(home, "", "-shm")
    store(home, "-wal").write_bytes(b"what was written last")
    code, told = refused(home, "init")
    assert code == 5 and "--new-store" in told and not store(home).exists()
    home.run("init", "--new-store")
    assert monitors(home) == []
    (kept,) = home.folder.glob("noroshi.db.lost-*-wal")
    assert kept.read_bytes() == b"what was written last"
    home.run("key", "check")
    code, told = refused(home, "init", "--new-store")
    assert code == 5 and str(store(home)) in told


def test_a_fresh_home_is_not_made_beside_what_a_lost_store_left(home):
    lose(home, *BESIDE)
    (home.folder / "noroshi.toml").unlink()
    store(home, "-wal").write_bytes(b"what was written last")
    code, told = refused(home, "init")
    assert code == 5 and "--new-store" in told and not store(home).exists()
    home.run("init", "--new-store")
    assert (home.folder / "noroshi.toml").exists() and store(home).exists()


@pytest.mark.parametrize("how", ["removed", "replaced", "without its log"])
def test_a_store_that_is_lost_while_the_node_runs_is_told_without_the_queue_and_can_be_saved(
    home, mailbox, tmp_path, how
):
    node = home.serve_warm()
    until(lambda: status_of(home)["monitors"][0]["known"], "the first look")
    if how == "without its log":
        lose(home, "-wal")
    else:
        lose(home, *BESIDE)
    if how == "replaced":
        store(home).write_bytes(b"another one")
    until(lambda: mailbox.mails, "the telling")
    mail = mailbox.mails[0]
    assert "[sent directly]" in mail["subject"]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "was removed, moved or replaced while the node was running" in text
    assert "noroshi backup" in text
    health = home.run("health", check=False)
    assert health.returncode == 1 and "while the node was running" in " ".join(
        health.stdout.split()
    )
    assert SocketClient(home.folder / "door.sock").call("status")["monitors"]
    looked = home.run("check-store", check=False)
    assert looked.returncode == 1 and "is intact" not in looked.stdout
    assert "was removed, moved or replaced while the node was running" in " ".join(
        looked.stdout.split()
    )
    examined = json.loads(home.run("doctor", "--json", check=False).stdout)
    (ill,) = [
        step["remedy"]
        for one in examined["examined"]
        for step in one["stages"]
        if step["name"] == "sqlite"
    ]
    commands = [" ".join(line.split()[:2]) for line in ill["lines"]]
    assert commands == ["noroshi backup", "noroshi restore", "noroshi serve"]

    home.run("backup", str(tmp_path / "saved.db"))
    stop(node)
    assert refused(home, "serve")[0] == 1 if how != "without its log" else True
    home.run("restore", str(tmp_path / "saved.db"))
    home.serve_warm()
    assert monitors(home) == ["web/net/shop"]
    assert home.run("check-store").returncode == 0
