"""`kill -9` between a provider's answer and its saving, where a token that was used may not be used
again: somebody must sign in anew, which another route tells, and nothing is lost."""

import json
import signal
from datetime import UTC, datetime, timedelta

import pytest

from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import BOTH, LabProgram, both_signed_in, define
from tests.e2e.world import PATIENCE, Home, until


@pytest.fixture
def lab(tmp_path):
    """The tokens of the other provider hold for ten seconds, of which a node
    uses five; one that is used twice ends all."""
    lab = LabProgram(tmp_path / "lab").start()
    Remote(lab.folder).set("elsewhere-token-life", "10s")
    Remote(lab.folder).set("elsewhere-refresh", "rotating")
    yield lab
    lab.end()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def send(home, subject):
    """By the route whose sign-in will be lost, and by no other."""
    ops = ("--to", "ops", "--route", "second", "--subject", subject, "--text", "text")
    home.run("send", *ops)


def subjects(lab):
    return [mail.subject for mail in lab.mails]


def state(home, name):
    routes = json.loads(home.run("status", "--json").stdout)["routes"]
    return next(route["state"] for route in routes if route["name"] == name)


def test_a_rotated_token_that_is_lost_is_told_by_another_route_and_loses_no_mail(home, lab):
    define(home, lab, **BOTH)
    dying = home.start("-m", "tests.e2e.rotation_node", str(home.folder), "unsaved")
    home.until_its_door_is_open()
    both_signed_in(home, lab)
    old = datetime.now(UTC) + timedelta(seconds=5)
    until(lambda: datetime.now(UTC) > old, "the token's end")
    send(home, "as it is renewed")
    assert dying.wait(PATIENCE) == -signal.SIGKILL

    home.serve_warm()
    define(home, lab, instances__noroshi="", **BOTH)  # it tells of itself, as by default
    until(lambda: state(home, "second") == "needs somebody", "the route to say so")
    until(lambda: any("elsewhere" in told for told in subjects(lab)), "the telling")
    told = next(mail for mail in lab.mails if "elsewhere" in mail.subject)
    assert told.sender == lab.card["user"]
    assert "as it is renewed" not in subjects(lab)

    both_signed_in(home, lab)
    until(lambda: not home.queue(), "an empty queue")
    assert subjects(lab).count("as it is renewed") == 1
    found = json.loads(home.run("ledger", "--json").stdout)
    assert found["sum"]["lost"] == 0
