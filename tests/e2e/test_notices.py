"""A real node that stops and starts again, and the mails that say so."""

import signal
import sqlite3
from collections import Counter

import pytest

from tests.e2e.world import PATIENCE, Home, Mailbox, until

CHANGED = "[Noroshi] settings changed (version 1)"
UNWATCHED = "[Noroshi] monitoring was interrupted for 1 h"
STARTED = "[Noroshi] web1: monitoring started"
STOPPED = "[Noroshi] web1: monitoring stopped"
HOUR = 3600 * 1_000_000  # instants in the store are microseconds


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def define(home, mailbox, **other):
    home.define(
        contacts__ops='addresses = ["ops@example.com"]',
        routes__smtp1=f"""
            kind = "smtp"
            [options]
            host = "127.0.0.1"
            port = {mailbox.port}
            protection = "none"
            sender = "noroshi@example.com"
        """,
        instances__web1=f"""
            every = "1s"
            [[group]]
            name = "net"
            [[group.monitor]]
            name = "mail"
            kind = "port"
            [group.monitor.options]
            port = {mailbox.port}
        """,
        notifications__ops="""
            events = ["started", "stopped", "settings-changed", "unwatched"]
            contacts = ["ops"]
            routes = ["smtp1"]
        """,
        **other,
    )


def subjects(mailbox):
    """Of how long nobody watched the hour alone: a busy machine takes minutes to start a node."""
    said = [mail["Subject"] for mail in mailbox.mails]
    return [UNWATCHED if one.startswith(UNWATCHED) else one for one in said]


def stop(node):
    node.send_signal(signal.SIGTERM)
    assert node.wait(PATIENCE) == 0


def an_hour_passes(home):
    """The node was last seen an hour earlier than it was."""
    [store] = home.folder.glob("*.db")
    with sqlite3.connect(store) as db:
        assert db.execute("update life set seen = seen - ?", (HOUR,)).rowcount == 1
    db.close()


def test_a_stop_and_a_start_are_told_once_and_after_an_hour_that_nobody_watched(home, mailbox):
    define(home, mailbox)
    first = home.serve_warm()
    until(lambda: STARTED in subjects(mailbox), "the start")
    stop(first)
    an_hour_passes(home)
    stop(home.serve_warm())
    home.serve_warm()
    until(lambda: subjects(mailbox).count(STARTED) == 3, "the third start")
    until(lambda: home.queue() == 0, "an empty queue")
    assert Counter(subjects(mailbox)) == {CHANGED: 1, STARTED: 3, STOPPED: 2, UNWATCHED: 1}
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 7


def test_what_is_applied_while_no_node_runs_is_told_at_the_next_start(home, mailbox):
    define(home, mailbox)
    stop(home.serve_warm())
    define(home, mailbox, contacts__sam='addresses = ["sam@example.com"]')
    home.serve_warm()
    second = CHANGED.replace("1", "2")
    until(lambda: second in subjects(mailbox), "the second version")
    changed = next(mail for mail in mailbox.mails if mail["Subject"] == second)
    assert "Contact “sam”: added" in changed.get_body(("plain",)).get_content()
    until(lambda: home.queue() == 0, "an empty queue")
    counts = Counter(subjects(mailbox))
    assert (counts[CHANGED], counts[second]) == (1, 1)


def test_a_notice_waits_in_the_queue_with_its_contact_and_subject(home, mailbox):
    define(home, mailbox)
    mailbox.close()
    home.serve_warm()
    until(lambda: "monitoring started" in home.run("queue", "list").stdout, "the start to wait")
    assert "ops" in home.run("queue", "list").stdout
    shown = home.run("queue", "show", "notice/started/node.1/ops/ops").stdout
    assert "contact              ops" in shown
    assert "web1: monitoring started" in shown
