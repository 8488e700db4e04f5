"""`kill -9` between any two steps of an alarm: nothing is lost, and nothing is sent twice
unless the server's answer was not yet on disk."""

import signal
from collections import Counter

import pytest

from tests.e2e.mortal_node import STEPS
from tests.e2e.shop import define_shop
from tests.e2e.world import PATIENCE, Home, Mailbox, until
from tests.ports import free_port


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def home(tmp_path, mailbox):
    home = Home(tmp_path)
    define_shop(home, mailbox, free_port(), 'language = "ja"\nzone = "Asia/Tokyo"')
    yield home
    home.end()


@pytest.mark.parametrize("step", STEPS)
def test_a_node_killed_when_it_has_just(step, home, mailbox):
    dying = home.start("-m", "tests.e2e.mortal_node", str(home.folder), step)
    assert dying.wait(PATIENCE) == -signal.SIGKILL
    home.serve_warm()
    until(lambda: mailbox.raw and not home.queue(), "the mail, and nothing more in the queue")
    home.end()
    told = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert len(told) == 1
    assert set(told.values()) == ({2} if step == "sent" else {1})
