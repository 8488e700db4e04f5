"""The stories of months once more in seconds of real time: two programs, and the lab's control."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.cli.clients.socket import SocketClient
from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import LabProgram, define, secret_file, signed_in
from tests.e2e.world import Home, until


@pytest.fixture
def lab(tmp_path):
    """Its tokens hold for ten seconds, of which a node uses five."""
    lab = LabProgram(tmp_path / "lab").start()
    Remote(lab.folder).set("token-life", "10s")
    yield lab
    lab.end()


@pytest.fixture
def home(tmp_path, lab):
    home = Home(tmp_path)
    define(home, lab)
    home.serve_warm()
    signed_in(home, lab, *secret_file(home, lab))
    yield home
    home.end()


def send(home, subject):
    ops = ("--to", "ops", "--subject", subject, "--text", "text")
    return home.run("send", *ops).stdout.strip()


def subjects(lab):
    return [mail.subject for mail in lab.mails]


def arrives(home, lab, subject):
    until(lambda: subject in subjects(lab) and not home.queue(), subject)


def needs_a_token(remote):
    """The token is old and no connection is left, when the next mail comes."""
    old = datetime.now(UTC) + timedelta(seconds=5)
    until(lambda: datetime.now(UTC) > old, "the token's end")
    remote.set("smtp", "refuses")
    remote.set("smtp", "up")


def refreshes(remote):
    told = [event for event in remote.events() if event["what"] == "token"]
    return [event["answer"] for event in told if event["who"] == "refresh_token"]


def waits_for_somebody(home):
    routes = json.loads(home.run("status", "--json").stdout)["routes"]
    return any(route["state"] == "needs somebody" for route in routes)


def test_what_a_year_brings_in_seconds(home, lab):
    remote = Remote(lab.folder)
    send(home, "the first")
    arrives(home, lab, "the first")

    # Tokens are renewed for as long as mails leave.
    needs_a_token(remote)
    send(home, "with a new token")
    arrives(home, lab, "with a new token")
    assert refreshes(remote)

    # The secret has ended: the mail is held, until there is another one.
    remote.set("secret", "ended")
    needs_a_token(remote)
    send(home, "held")
    until(lambda: waits_for_somebody(home), "the route to say so")
    assert "held" not in subjects(lab)
    fresh = remote.new("secret")["value"]
    door = SocketClient(home.folder / "door.sock")
    door.call("set_secret", name="lab-secret", value=fresh)
    arrives(home, lab, "held")

    # Everything is down for a while: nothing is lost, and nothing comes twice.
    remote.set("microsoft", "refuses")
    waiting = [send(home, f"meanwhile {number}") for number in range(3)]
    until(lambda: home.queue() == 3, "the mails to wait")
    remote.set("microsoft", "up")
    home.run("queue", "retry", waiting[0], check=False)  # unless it goes by itself already
    arrives(home, lab, "meanwhile 2")
    assert sorted(subjects(lab)) == sorted(
        ["the first", "with a new token", "held", *(f"meanwhile {n}" for n in range(3))]
    )
