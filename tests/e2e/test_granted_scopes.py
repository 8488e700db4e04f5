"""A provider that grants less than was asked for, and refuses a renewal that asks for more: the node
goes on for as long as mails leave, and what it is refused it tells in that provider's own words."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import BOTH, LabProgram, both_signed_in, define
from tests.e2e.world import Home, until


@pytest.fixture
def lab(tmp_path):
    lab = LabProgram(tmp_path / "lab").start()
    Remote(lab.folder).set("elsewhere-granted", "fewer")
    yield lab
    lab.end()


@pytest.fixture
def home(tmp_path, lab):
    home = Home(tmp_path)
    define(home, lab, **BOTH)
    home.serve_warm()
    home.until_its_door_is_open()
    yield home
    home.end()


def leaves(home, lab, subject):
    by = ("--to", "ops", "--route", "second", "--subject", subject, "--text", "text")
    home.run("send", *by)
    until(lambda: any(mail.subject == subject for mail in lab.mails) or lost(home), subject)
    assert not lost(home), home.run("status").stdout


def lost(home):
    return second(home)["state"] == "needs somebody"


def second(home):
    routes = json.loads(home.run("status", "--json").stdout)["routes"]
    return next(route for route in routes if route["name"] == "second")


def examined(home):
    done = home.run("doctor", "second", "--json", check=False)
    (found,) = json.loads(done.stdout)["examined"]
    return next(one for one in found["stages"] if one["name"] == "token")


def test_what_was_granted_is_renewed_for_as_long_as_mails_leave(home, lab):
    remote = Remote(lab.folder)
    remote.set("elsewhere-token-life", "10s")  # of which we use five
    remote.fault("END", "ok-then-drop", left=None, side="elsewhere")  # each mail shows a token
    both_signed_in(home, lab)
    for subject in ("one", "two", "three"):
        old = datetime.now(UTC) + timedelta(seconds=5)
        until(lambda old=old: datetime.now(UTC) > old, "the token's end")
        leaves(home, lab, subject)
    answers = [one["answer"] for one in remote.events() if one["what"] == "token"]
    assert answers.count("200") >= 4 and "invalid_scope" not in answers
    assert second(home)["state"] == "well"


def test_a_refused_renewal_names_this_provider_and_leaves_a_route_well_that_works(home, lab):
    remote, other = Remote(lab.folder), lab.card["elsewhere"]
    both_signed_in(home, lab)
    leaves(home, lab, "before")
    remote.fault("TOKEN", "invalid_scope", left=None, side="elsewhere")
    stage = examined(home)
    assert stage["state"] == "failed"
    remedy = stage["remedy"]
    assert f'scope = "{other["scope"]}"' in remedy["lines"]
    assert "office.com" not in json.dumps(remedy)
    assert "The lab was told to say so." in remedy["reply"]
    assert second(home)["state"] == "well"
    leaves(home, lab, "afterwards")
