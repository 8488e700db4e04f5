"""A node that hands its mails to a folder whose owner wishes it ill."""

import json
from datetime import datetime

import pytest

from noroshi.core.mail import Envelope
from noroshi.transports.pickup import file_name
from tests.e2e.world import Home, until


@pytest.fixture
def home(tmp_path):
    found = Home(tmp_path)
    found.define(
        contacts__ops='addresses = ["ops@example.com"]',
        routes__files=f"""
            kind = "pickup"
            [options]
            folder = "{tmp_path / "pickup"}"
            sender = "noroshi@example.com"
        """,
    )
    yield found
    found.end()


def sent(home):
    said = home.run("send", "--to", "ops", "--route", "files", "--subject", "s", "--text", "t")
    return said.stdout.split()[-1]


def shown(home, id):
    return json.loads(home.run("queue", "show", id, "--json").stdout)


def test_links_in_the_folder_lead_a_node_nowhere(home, tmp_path):
    """Its owner knows the mail's name before it is written: the node tries it again and again."""
    folder, ours = tmp_path / "pickup", home.folder / "noroshi.toml"
    before = ours.read_bytes()
    home.serve_warm()
    id = sent(home)
    until(lambda: "does not exist" in json.dumps(shown(home, id)), "the first attempt")
    name = name_of(shown(home, id)["queued"])
    folder.mkdir()
    for laid in (f".{name}.part", name):
        (folder / laid).symlink_to(ours)
    home.run("queue", "retry", id)
    until(lambda: not home.queue(), "the mail to be written")
    assert ours.read_bytes() == before
    mail = folder / name
    assert not mail.is_symlink() and mail.read_bytes().startswith(b"From: ")


def name_of(shown):
    """As anybody can reckon it who sees the queue."""
    envelope = Envelope(
        id=shown["id"],
        born=datetime.fromisoformat(shown["born"]),
        routes=(),
        contact="",
        to=(),
        order="",
        alarms=(),
        payload={},
    )
    return file_name(envelope)
