"""A service that its hub updates, where a real systemd runs: root's step before each start installs the
new version, keeps it, or goes back.

A system is booted once, in namespaces of its own (boot.sh); what is done there is in
on_an_updated_server.py. Here is what came of it.
"""

import pytest

from tests.e2e.booted import steps_told

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What came of each step: a command's exit code and output, or a fact."""
    shared = tmp_path_factory.mktemp("shared")
    return steps_told(shared, "on_an_updated_server.py", longest=600)


def test_a_signed_file_is_installed_by_root_and_stays_once_it_reached_the_hub(told):
    assert told["pasted"]["code"] == 0 and told["heard"], told["pasted"]
    assert told["good: asked"], told["answers"]
    (current, fallback), before = told["good: begun"][1:]
    assert current != before == fallback == told["first"][0]
    assert told["good: confirmed"] and told["good: user"] == ["noroshi"]
    record, links, names = told["good: stays"]
    assert (record["phase"], links) == ("done", [current, current])
    assert {current, before} <= set(names)


def test_a_version_that_does_not_start_is_left_for_the_earlier_one(told):
    record, links = told["bad: back"]
    good = told["good: stays"][1][0]
    assert (record["phase"], links) == ("went-back", [good, good])
    assert told["bad: heard"] and not told["bad: agent"]["is_silent"]
    words = told["bad: agent"]["update"]["words"]["en"]
    assert "did not connect to the hub within 10 min of its first start, or stopped" in words
