"""What a hub has its agent do at any time, answered while one waits: two real nodes."""

import json
import os

import pytest

from tests.e2e.hubs import FILES
from tests.e2e.world import PATIENCE, until
from tests.hosts.folder import folder, script

JOB = """
source = "fs01"
every = "1d"
[[group]]
name = "jobs"
[[group.monitor]]
name = "job"
kind = "script"
timeout = "50s"
[group.monitor.options]
argv = ["{program}"]
"""
__all__ = ["folder"]  # a fixture, taken over from there
MEASURED = "files/disks/volumes"


@pytest.fixture
def fs01(hub, server):
    """The server is the agent fs01 of the hub, and measures its volumes."""
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    hub.define(instances__files=FILES.format(source="fs01"))
    until(hub.measured, "a report of the agent")
    return server


def allow(server, requests):
    """The agent's own file says what the hub may order; it is read at the next start."""
    with (server.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\nhub_requests = {json.dumps(requests)}\n")
    server.end()
    server.serve_warm()
    server.until_linked()


def test_a_trial_at_the_hub_shows_what_the_agent_measures_now(hub, fs01):
    tried = json.loads(hub.run("try", MEASURED, "--json").stdout)
    assert (tried["agent"], tried["measured_on"]["en"]) == ("fs01", "agent fs01")
    volumes = {one["item"] for one in tried["readings"]}
    assert volumes and volumes == {
        one["item"]
        for one in json.loads(fs01.run("try", MEASURED, "--json").stdout)["readings"]
    }
    page = hub.run("try", MEASURED).stdout
    assert "measured on: agent fs01" in page and "not measured now" not in page


def test_the_doctor_at_the_hub_examines_what_can_be_read_on_the_agent(hub, fs01):
    page = hub.run("doctor", "files").stdout
    for title in (
        "Agent",
        "Connected",
        "Configuration",
        "Reports",
        "Source",
        "Volumes",
        "Memory",
    ):
        assert f"✓ {title}" in page
    assert "not run" not in page


def test_where_no_node_runs_that_is_told_and_not_that_the_agent_is_away(hub, fs01):
    hub.end()
    page = hub.run("try", MEASURED).stdout
    assert "No node is running" in page and "currently not connected" not in page
    page = hub.run("doctor", "files", check=False).stdout
    assert page.index("No node is running") < page.index("Agent")


def test_what_the_agent_finds_becomes_its_watch(hub, fs01):
    hub.define(instances__files="rules = []\n")
    (hub.definitions / "instances" / "files.toml").unlink()
    found = hub.call("suggest", agent="FS01")
    assert found["instance"] == "fs01"
    wanted = [one["id"] for one in found["monitors"] if one["id"] == "system/disk"]
    hub.call("suggest_take", wanted=wanted, agent="fs01")

    def measured(node):
        return {m["path"] for m in node.status()["monitors"] if m["items"]}

    until(lambda: "fs01/system/disk" in measured(fs01), "a reading at the agent")
    until(lambda: "fs01/system/disk" in measured(hub), "its report")
    again = hub.call("suggest", agent="fs01")
    assert {one["id"] for one in again["monitors"] if one["there"]} == {"system/disk"}


def test_what_the_agents_file_forbids_is_answered_so(hub, fs01):
    allow(fs01, ["doctor"])
    page = hub.run("try", MEASURED).stdout
    assert "noroshi.toml on fs01 does not allow this" in page and "not measured now: " in page
    assert "✓ Volumes" in hub.run("doctor", "files").stdout


def test_an_order_is_done_at_most_once_though_the_agent_is_killed_amid_it(hub, server, folder):
    place = folder / "place"  # where the program's own user may write
    place.mkdir()
    place.chmod(0o777)
    runs, gate, never = place / "runs", place / "gate", place / "never"
    os.mkfifo(never)
    gate.touch()
    program = script(folder, f"echo ran >> {runs}; [ -e {gate} ] || cat {never}; echo 1")
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    with (server.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\nprograms = ["{folder}"]\n')
    agent = server.serve()
    server.until_linked()
    hub.define(instances__files=JOB.format(program=program))
    until(lambda: runs.exists() and server.measured(), "the first run")
    gate.unlink()
    trial = hub.start("-m", "noroshi.cli", *hub._home(), "try", "files/jobs/job")
    until(lambda: len(runs.read_text().split()) == 2, "the run on trial")
    agent.kill()
    agent.wait()
    gate.touch()
    server.serve()
    page, _errors = trial.communicate(timeout=PATIENCE)
    assert "Noroshi on fs01 has since been restarted" in page
    server.until_linked()
    assert len(runs.read_text().split()) == 2
