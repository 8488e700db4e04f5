"""The step before a start: what the hub signed is installed, and goes back unless it is confirmed."""

import hashlib
import re
import subprocess
from dataclasses import replace

import pytest

from noroshi import schema
from noroshi.agent.installed_folder import (
    InstalledFolder,
    UpdateRecord,
    WaitingUpdate,
    waiting_update,
)
from noroshi.agent.update_step import LONGEST_BUILD, LONGEST_LOOK, take_step
from noroshi.cli.systemd.unit import unit_text
from noroshi.link.agent_key import PrivateKey
from noroshi.link.update_messages import UpdateOffer, UpdatePhase

KEY = PrivateKey.create()
CONTENT = b"the self-contained file"
EARLIER = "1.4.0-00000000"


def installed(folder, version):
    """A folder with a version, as far as the step looks at it."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho noroshi {version}\n")
    python.chmod(0o755)


@pytest.fixture
def place(tmp_path):
    place = InstalledFolder(tmp_path / "place")
    installed(place.path / EARLIER, "1.4.0")
    for name in ("current", "fallback"):
        place.set_link(name, EARLIER)
    (place.path / "hub-key").write_text(KEY.public_text)
    return place


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "update").mkdir(parents=True)
    return home


def offer(version="1.5.0", content=CONTENT, key=KEY):
    digest = hashlib.sha256(content).hexdigest()
    return UpdateOffer(version=version, sha256=digest, size=len(content)).signed_by(key)


def wait(home, waiting_offer, content=CONTENT, attempt="o1"):
    (home / "update" / "noroshi.pex").write_bytes(content)
    waiting = WaitingUpdate(attempt=attempt, offer=waiting_offer)
    (home / "update" / "offer.json").write_text(schema.text(waiting))


def confirm(home, folder):
    (home / "update" / "confirmed").write_text(folder)


def build(file, folder):
    assert file.read_bytes() == CONTENT
    installed(folder, "1.5.0")


def never(_file, _folder):
    raise AssertionError("nothing is to be run")


def links(place):
    return tuple((place.path / name).readlink().name for name in ("current", "fallback"))


def test_a_signed_version_gets_one_start(place, home):
    wait(home, offer())
    record = take_step(place, home, build)
    assert record.phase == UpdatePhase.TRIAL and record == place.record
    assert links(place) == (offer().folder, EARLIER)
    assert not list(place.path.glob(".new*"))


def test_one_that_spoke_with_the_hub_stays(place, home):
    installed(place.path / "1.3.0-00000000", "1.3.0")
    wait(home, offer())
    take_step(place, home, build)
    confirm(home, offer().folder)
    assert take_step(place, home, never).phase == UpdatePhase.DONE
    assert links(place) == (offer().folder, offer().folder)
    assert {one.name for one in place.versions()} == {EARLIER, offer().folder}


def test_one_that_did_not_goes_back_and_is_not_tried_again(place, home):
    wait(home, offer())
    take_step(place, home, build)
    record = take_step(place, home, never)
    assert record.phase == UpdatePhase.WENT_BACK and links(place) == (EARLIER, EARLIER)
    assert "Version 1.4.0 is running again" in record.words.en
    assert take_step(place, home, never) == record


def test_a_step_that_was_cut_off_goes_back(place, home):
    """The record is there, the link is not yet."""
    record = UpdateRecord(attempt="o1", phase="trial", folder="1.5.0-x", previous=EARLIER)
    place.keep_record(record)
    wait(home, offer())
    assert take_step(place, home, never).phase == UpdatePhase.WENT_BACK
    assert links(place) == (EARLIER, EARLIER)


def test_a_confirmed_version_makes_room_for_the_next(place, home):
    wait(home, offer())
    take_step(place, home, build)
    confirm(home, offer().folder)
    wait(home, offer("1.6.0"), attempt="o2")
    record = take_step(place, home, lambda _file, folder: installed(folder, "1.6.0"))
    assert (record.phase, record.previous) == (UpdatePhase.TRIAL, offer().folder)
    assert links(place) == (offer("1.6.0").folder, offer().folder)


FOREIGN = offer(key=PrivateKey.create())
REFUSED = {
    "signed by another key": (FOREIGN, "not signed by the hub"),
    "not signed": (replace(offer(), signature=""), "not signed by the hub"),
    "another version under the signature": (replace(offer(), version="1.6.0"), "not signed"),
    "a version that leads elsewhere": (offer("../../etc/1"), "not signed by the hub"),
    "an earlier version": (offer("1.3.9"), "1.3.9 is older than the installed version 1.4.0"),
    "another file": (
        offer(content=b"the self-contained life"),
        "not the one that the hub signed",
    ),
}


@pytest.mark.parametrize(("refused_offer", "why"), REFUSED.values(), ids=REFUSED)
def test_nothing_else_is_run(place, home, refused_offer, why):
    wait(home, refused_offer)
    record = take_step(place, home, never)
    assert record.phase == UpdatePhase.FAILED and why in record.words.en
    assert links(place) == (EARLIER, EARLIER)


def test_without_the_key_no_hub_may_update(place, home):
    (place.path / "hub-key").unlink()
    wait(home, offer())
    assert take_step(place, home, never).phase == UpdatePhase.FAILED


def test_a_link_in_the_place_of_the_file_is_not_followed(place, home, tmp_path):
    wait(home, offer())
    (tmp_path / "elsewhere").write_bytes(CONTENT)
    (home / "update" / "noroshi.pex").unlink()
    (home / "update" / "noroshi.pex").symlink_to(tmp_path / "elsewhere")
    assert take_step(place, home, never).phase == UpdatePhase.FAILED


def test_what_cannot_be_installed_leaves_nothing(place, home):
    def fail(_file, folder):
        folder.mkdir()
        raise subprocess.CalledProcessError(1, "pex", stderr=b"some lines\nno space left\n")

    wait(home, offer())
    record = take_step(place, home, fail)
    assert "no space left" in record.words.en and links(place) == (EARLIER, EARLIER)
    assert [one.name for one in place.versions()] == [EARLIER]


def test_what_a_step_that_was_cut_off_left_is_deleted(place, home):
    """But not what a line that somebody pastes is just preparing."""
    for name in (".new.update.abc", ".new.abcdef"):
        (place.path / name).mkdir()
    wait(home, offer())
    take_step(place, home, build)
    assert [one.name for one in place.path.glob(".new*")] == [".new.abcdef"]


def test_the_step_ends_before_the_service_manager_ends_it():
    start_timeout = re.search(r"TimeoutStartSec=(\d+)min", unit_text(("/usr/bin/noroshi",)))[1]
    assert int(start_timeout) * 60 > LONGEST_BUILD + 2 * LONGEST_LOOK


def test_a_version_that_does_not_start_is_not_installed(place, home):
    wait(home, offer())
    record = take_step(place, home, lambda _file, folder: installed(folder, "1.4.9"))
    assert record.phase == UpdatePhase.FAILED and "a different version" in record.words.en


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[1]"])
def test_an_offer_that_cannot_be_read_is_none(home, text):
    (home / "update" / "offer.json").write_text(text)
    assert waiting_update(home) is None
