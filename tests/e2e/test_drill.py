"""`noroshi lab drill`: a node is walked through what goes wrong most, seen from outside."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from noroshi_lab.drill.failures import TEN
from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import BOTH, LabProgram, both_signed_in, define
from tests.e2e.world import PATIENCE, Home, until

OFTEN = 'every = "2s"\n'


def started(*argv, temporary, stdout=subprocess.PIPE):
    return subprocess.Popen(
        [sys.executable, "-m", "noroshi.cli", *argv],
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "TMPDIR": str(temporary)},
    )


@pytest.fixture
def short(tmp_path_factory):
    """A folder with a short name: a socket's may have some hundred bytes with all before it."""
    return tmp_path_factory.mktemp("d")


def drilled(temporary, *argv):
    """Its exit code and what it said, each failure by its name."""
    return drilled_by(("lab", "drill", "--fresh", "--json", *argv), temporary)


def drilled_here(lab, home, *argv):
    """The same of a node and a lab that run already."""
    where = ("lab", "drill", "--folder", str(lab.folder), "--json")
    return drilled_by(("--home", str(home.folder), *where, *argv), home.folder.parent)


def drilled_by(argv, temporary):
    program = started(*argv, temporary=temporary)
    said, complained = program.communicate(timeout=900)
    assert complained == ""
    found = json.loads(said)
    return program.returncode, {one["name"]: one for one in found["failures"]}, found["lost"]


def standing(remote):
    """Switches, faults and what is on its way; the time goes on."""
    told = remote.state()
    switches = {each["name"]: each["value"] for each in told["switches"]}
    return {**switches, "clock": ""}, told["faults"], told["pending"]


@pytest.fixture
def lab(tmp_path):
    lab = LabProgram(tmp_path / "lab").start()
    yield lab
    lab.end()


@pytest.fixture
def home(tmp_path, lab):
    """A node with two routes, both signed in."""
    home = Home(tmp_path)
    define(home, lab, **BOTH)
    home.serve_warm()
    both_signed_in(home, lab)
    define(home, lab, instances__noroshi=OFTEN, **BOTH)
    yield home
    home.end()


def test_an_installation_of_its_own_passes_an_ended_secret_and_an_outage(short):
    code, found, lost = drilled(short, "--only", "down,secret")
    assert (code, lost) == (0, 0), found
    assert list(found) == ["secret", "down"]
    for one in found.values():
        assert one["passed"], one["why"]
        assert one["told"]["en"].startswith("through second: ")
    assert "AADSTS7000222" in found["secret"]["noticed"]["en"]
    assert list(short.iterdir()) == []


@pytest.mark.long
def test_an_installation_of_its_own_passes_all_ten(short):
    code, found, lost = drilled(short)
    assert (code, lost) == (0, 0), found
    assert list(found) == [one.name for one in TEN]
    assert all(one["passed"] for one in found.values())


def test_a_running_node_passes_an_outage_and_is_as_before(lab, home):
    before = standing(Remote(lab.folder))
    code, found, lost = drilled_here(lab, home, "--only", "down")
    assert (code, lost) == (0, 0), found
    assert found["down"]["passed"] and standing(Remote(lab.folder)) == before


@pytest.mark.long
def test_a_running_node_passes_all_ten(lab, home):
    code, found, lost = drilled_here(lab, home)
    assert (code, lost) == (0, 0), found
    assert list(found) == [one.name for one in TEN]
    assert all(one["passed"] for one in found.values())


def test_what_keeps_an_installation_from_beginning_is_said(short):
    far = short / ("d" * 100)
    far.mkdir()
    program = started("lab", "drill", "--fresh", "--lang", "en", temporary=far)
    _, complained = program.communicate(timeout=900)
    assert program.returncode == 1
    assert "init ended unexpectedly:" in complained
    assert "door" in complained
    assert list(far.iterdir()) == []


def test_ctrl_c_in_a_failure_leaves_lab_and_node_as_they_were(tmp_path, lab, home):
    remote = Remote(lab.folder)
    remote.set("token-life", "30m")
    remote.fault("RSET", "421", left=None)
    before = standing(remote)
    drill = started(
        *("--home", str(home.folder), "--lang", "en", "lab", "drill"),
        *("--folder", str(lab.folder), "--only", "tenant"),
        temporary=tmp_path,
    )
    for line in drill.stdout:
        if "detected" in line:
            break
    drill.send_signal(signal.SIGINT)
    said, complained = drill.communicate(timeout=PATIENCE)
    assert (drill.returncode, complained) == (130, "")
    assert "The lab has been restored to its earlier state." in said
    assert standing(remote) == before
    until(lambda: not home.queue(), "what was held to leave")
    routes = json.loads(home.run("status", "--json").stdout)["routes"]
    assert {route["state"] for route in routes} == {"well"}


def test_without_a_second_way_it_says_what_is_missing(tmp_path, lab, home):
    (home.definitions / "rules" / "ops.toml").unlink()
    define(home, lab)
    drill = started(
        *("--home", str(home.folder), "--lang", "en", "lab", "drill"),
        *("--folder", str(lab.folder)),
        temporary=tmp_path,
    )
    _, complained = drill.communicate(timeout=PATIENCE)
    assert drill.returncode == 1
    assert "No rule of this node uses a route" in complained and "--fresh" in complained


def test_the_page_names_each_failure_as_the_drill_does():
    page = (Path(__file__).parents[2] / "docs" / "use" / "lab.md").read_text(encoding="utf-8")
    section = page.split("\n## Drill\n")[1].split("\n## ")[0]
    rows = [
        line for line in section.splitlines() if line.startswith("| `") and "--" not in line
    ]
    assert rows == [f"| `{one.name}` | {one.title.en} | {one.title.ja} |" for one in TEN]
