"""Somebody else signs in at a provider that is not Microsoft: it is said at once, and by `doctor`."""

import asyncio
import json

import pytest

from noroshi.cli.clients.socket import SocketClient
from noroshi_lab.lab.person import sign_in
from tests.e2e.labs import BOTH, LabInReach, define
from tests.e2e.world import Home


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


@pytest.fixture
def lab(tmp_path, home):
    lab = LabInReach(tmp_path / "lab")
    yield lab
    home.end()
    lab.end()


def test_another_person_at_another_provider_is_noticed_at_once(home, lab):
    define(home, lab, **BOTH)
    home.serve_warm()
    home.until_its_door_is_open()
    door, card = SocketClient(home.folder / "door.sock"), lab.card["elsewhere"]
    door.call("set_secret", name="elsewhere-secret", value=card["client_secret"])
    url = door.call("authorize_begin", route="second")["url"]
    reader = lab.lab.elsewhere.provider.people[card["reader"]]
    ca = lab.card["ca_file"]
    there = asyncio.run(sign_in(url, reader.address, reader.password, ca))
    done = door.call("authorize_finish", route="second", pasted=there)
    caution = f"{reader.address} signed in, not {card['user']}"
    assert caution in done["other"]["en"]
    assert caution in " ".join(home.run("status").stdout.split())
    examined = json.loads(home.run("doctor", "second", "--json", check=False).stdout)
    (found,) = examined["examined"]
    token = next(one for one in found["stages"] if one["name"] == "token")
    assert any(reader.address in one["en"] for one in token["remarks"])
