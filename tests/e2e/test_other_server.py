"""A server without Noroshi gets it from its hub: the file of `make dist`, and the pasted line.

A system is booted once, in namespaces of its own (boot.sh); a hub runs there too, and an
administrator pastes its line (on_another_server.py). Here is what came of it.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.booted import steps_told

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
DIST = Path(__file__).parents[2] / "tools" / "dist.py"
FILES = ("noroshi-0.1.0-py3-none-any.whl", "noroshi.pex")


def built(folder):
    subprocess.run([sys.executable, DIST, folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return built(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def told(tmp_path_factory, files):
    """What came of each step: a command's exit code and output, or a fact."""
    shared = tmp_path_factory.mktemp("shared")
    return steps_told(shared, "on_another_server.py", files=files)


def test_the_same_sources_give_the_same_bytes(files, tmp_path):
    again = built(tmp_path)
    sums = (files / "SHA256SUMS").read_text()
    assert (again / "SHA256SUMS").read_text() == sums
    for name in FILES:
        digest = hashlib.sha256((files / name).read_bytes()).hexdigest()
        assert f"{digest}  {name}\n" in sums


def test_one_pasted_line_installs_it_and_joins(told):
    pasted = told["pasted"]
    assert pasted["code"] == 0, pasted
    assert "This server joined hub hub as " in pasted["out"]
    assert "connection          connected" in told["hub of it"]["out"]
    (joined,) = [row for row in json.loads(told["audit"]["out"]) if row["op"] == "agent_join"]
    assert joined["given"]["invitation"] == "i1"


def test_it_runs_as_a_service_with_a_user_of_its_own(told):
    assert (told["active"], told["user"], told["owner"]) == ("active", "noroshi", "noroshi")
    assert "argv[]=/opt/noroshi/current/bin/python -I -m noroshi.cli --home" in told["program"]


def test_it_listens_nowhere(told):
    assert "\nweb = false\n" in told["settings"]
    assert told["listens"] == []


def test_nothing_of_the_download_stays(told):
    name, *links = told["files"]
    assert name.startswith("0.1.0-") and links == ["current", "fallback"]


def test_the_same_line_again_says_that_the_invitation_was_used(told):
    assert told["again"]["code"] == 1
    assert "has expired or has already been used" in told["again"]["err"]
