"""No two mails in the world have one Message-ID: not those of two nodes with the same definitions,
and not those of a node that lost its last writes, with mails of which were out already."""

import re
import signal
from collections import defaultdict

import pytest

from tests.e2e.shop import define_shop
from tests.e2e.world import Home, Mailbox, until
from tests.ports import free_port

OURS = re.compile(r"<([^@\s]+)@([0-9a-f]{16})\.noroshi\.invalid>")


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def homes():
    made = []
    yield made
    for home in made:
        home.end()


def define(home, mailbox, port):
    define_shop(
        home,
        mailbox,
        port,
        'language = "en"',
        notifications__ops=(
            'events = ["started"]\naction = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]'
        ),
    )


def home_in(folder, homes):
    folder.mkdir()
    homes.append(Home(folder))
    return homes[-1]


def alarms(mailbox):
    return [mail for mail in mailbox.mails if mail["Subject"].startswith("[CRITICAL]")]


def contents_by_id(mailbox):
    found = defaultdict(set)
    for mail in mailbox.mails:
        found[str(mail["Message-ID"])].add((str(mail["Date"]), str(mail["Subject"])))
    return found


def lose_the_log(home):
    """What a crash of a computer whose disk lied, or a copy of the file alone, leaves."""
    for ending in ("-wal", "-shm"):
        home.folder.joinpath(f"noroshi.db{ending}").unlink()


def test_two_nodes_with_the_same_definitions_share_no_message_id(tmp_path, mailbox, homes):
    first, port = home_in(tmp_path / "one", homes), free_port()
    define(first, mailbox, port)
    first.run("export", "--force", str(first.definitions))  # with the ids that it gave
    second = home_in(tmp_path / "two", homes)
    second.run("apply", str(first.definitions))
    for home in (first, second):
        home.serve_warm()
    until(lambda: len(alarms(mailbox)) == 2, "an alarm of each")
    ids = [str(mail["Message-ID"]) for mail in mailbox.mails]
    assert len(ids) == len(set(ids))
    assert len({OURS.fullmatch(id)[2] for id in ids}) == 2


def test_a_node_that_lost_its_last_writes_gives_no_message_id_once_more(
    tmp_path, mailbox, homes
):
    home = home_in(tmp_path / "one", homes)
    define(home, mailbox, free_port())
    for told in (1, 2):
        node = home.serve()
        until(lambda told=told: len(alarms(mailbox)) == told, "the alarm")
        node.send_signal(signal.SIGKILL)
        node.wait()
        lose_the_log(home)
    first, second = (str(mail["Message-ID"]) for mail in alarms(mailbox))
    assert first != second
    assert all(len(contents) == 1 for contents in contents_by_id(mailbox).values())
    assert OURS.fullmatch(first)[2] == OURS.fullmatch(second)[2]


def test_a_backup_that_is_brought_back_is_the_same_installation(tmp_path, mailbox, homes):
    home, other = home_in(tmp_path / "one", homes), home_in(tmp_path / "two", homes)
    define(home, mailbox, free_port())
    home.run("send", "--to", "ops", "--subject", "one", "text")
    backup = tmp_path / "backup.db"
    home.run("backup", str(backup))
    other.run("restore", str(backup))
    other.run("send", "--to", "ops", "--subject", "two", "text")
    for one in (home, other):
        one.serve_warm()
    subjects = {
        "one": 2,
        "two": 1,
    }  # the first waits in the backup as well: it is the same mail
    until(
        lambda: all(
            sum(mail["Subject"] == subject for mail in mailbox.mails) == count
            for subject, count in subjects.items()
        ),
        "both mails",
    )
    ids = {str(m["Message-ID"]) for m in mailbox.mails if m["Subject"] in subjects}
    assert len(ids) == 2
    assert len({OURS.fullmatch(id)[2] for id in ids}) == 1
