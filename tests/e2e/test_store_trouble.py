"""A real node whose volume is full, or whose store is locked: the alarm goes out all the same."""

import subprocess
import sys

import pytest

from tests.e2e.shop import shop_instance, smtp_route
from tests.e2e.world import Home, Mailbox, status_of, until
from tests.stores.volumes import LOCKER, fill, free, tmpfs

DEFINITIONS = {
    "contacts__ops": 'addresses = ["ops@example.com"]\none_by_one = 0',
    "rules__ops": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
}


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def volume(tmp_path):
    with tmpfs(tmp_path / "volume", 64) as folder:
        yield folder


@pytest.fixture
def home(volume, mailbox):
    """A node whose only monitor looks at a port that answers, until `shop` is closed."""
    home = Home(volume)
    home.shop = Mailbox().open()
    route, instance = smtp_route(mailbox.port), shop_instance(home.shop.port)
    home.define(**DEFINITIONS, routes__smtp1=route, instances__web=instance)
    home.serve_warm()
    until(lambda: status(home)["monitors"][0]["known"], "the first look")
    yield home
    home.shop.close()
    home.end()


def status(home):
    return status_of(home)


def troubles(home):
    return " ".join(words["en"] for words in status(home)["troubles"])


def subjects(mailbox):
    return [mail["subject"] for mail in mailbox.mails]


def test_with_the_volume_full_the_alarm_arrives_once_and_then_all_is_as_before(
    home, mailbox, volume
):
    filler = fill(volume)
    until(lambda: "samples are not saved" in troubles(home), "status to say it")
    assert free(volume) < 1 << 20
    home.shop.close()
    until(lambda: len(mailbox.mails) == 1, "the alarm")
    until(lambda: home.queue() == 0, "its receipt in the store")
    filler.unlink()
    until(lambda: not troubles(home), "the reserve to be laid out again")
    home.shop.open()
    until(lambda: len(mailbox.mails) == 2, "the recovery")
    assert len({mail["message-id"] for mail in mailbox.mails}) == 2
    assert home.run("check-store").returncode == 0


def test_while_another_process_locks_the_store_nothing_is_lost(home, mailbox, volume):
    path = str(home.folder / "noroshi.db")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOCKER, path], **pipes) as other:
        assert other.stdout.readline() == "locked\n"
        home.shop.close()
        assert status(home)["monitors"][0]["level"] == "ok"
        other.stdin.close()
    until(lambda: len(mailbox.mails) == 1, "the alarm")


def test_a_node_goes_on_from_the_backup_of_another_that_ran(home, mailbox, volume, tmp_path):
    home.shop.close()
    until(lambda: len(mailbox.mails) == 1, "the alarm")
    until(lambda: home.queue() == 0, "its receipt in the store")
    mailbox.close()
    home.run("send", "--to", "ops", "--subject", "still to go", "text")
    home.run("backup", str(volume / "backup.db"))
    home.end()
    new = Home(tmp_path)
    (new.folder / "key").write_bytes((home.folder / "key").read_bytes())
    assert "1 waiting message" in new.run("restore", str(volume / "backup.db")).stdout
    mailbox.open()
    try:
        new.serve_warm()
        until(lambda: len(mailbox.mails) == 2, "what waited")
        until(lambda: new.queue() == 0, "its receipt")
    finally:
        new.end()
    assert subjects(mailbox)[1] == "still to go"
