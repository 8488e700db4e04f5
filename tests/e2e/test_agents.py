"""A hub and a server that joins it, as two real nodes: invited, measured, cut off, removed."""

import base64
import json
import shutil
import signal

from noroshi.cli.exits import DONE, NO_NODE, TROUBLE
from tests.e2e.hubs import FILES, Hub, Server
from tests.e2e.world import until
from tests.ports import free_port

PROGRAM = """
source = "fs01"
[[group]]
name = "jobs"
[[group.monitor]]
name = "shell"
kind = "script"
[group.monitor.options]
argv = ["/bin/sh", "-c", "id"]
"""


def joined(hub, server):
    """Both run, and the server is an agent called fs01."""
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()


def killed(node):
    node.kill()
    node.wait()


def test_a_pasted_line_makes_a_server_an_agent_until_it_is_removed(hub, server):
    hub.begin()
    said = server.run(*hub.line(), "--name", "fs01").stdout
    assert "This server joined hub node as fs01." in said and "noroshi serve" in said
    assert "web = false" in (server.folder / "noroshi.toml").read_text()
    assert server.run("hub", check=False).returncode == NO_NODE
    server.serve_warm()
    server.until_linked()
    assert server.run("hub").returncode == DONE
    hub.define(instances__files=FILES.format(source="fs01"))
    until(server.measured, "a reading on the agent")
    assert hub.agent()["name"] == "fs01" and hub.agent()["instances"] == ["files"]
    hub.call("agent_revoke", agent="fs01")
    until(lambda: server.link()["phase"] == "removed", "the agent to hear of it")
    assert server.measured()  # it watches on
    assert "this server was removed from the hub" in server.run("status").stdout


def test_both_sides_show_the_same_fingerprints(hub, server):
    joined(hub, server)
    link = server.link()
    assert link["pins"] == [hub.call("agents_listener")["pin"]]
    thumbprint = link["fingerprint"].translate(str.maketrans("-_", "+/")) + "="
    assert bytes.fromhex(hub.agent()["fingerprint"].replace(":", "")) == (
        base64.b64decode(thumbprint)
    )


def test_an_agent_that_was_killed_starts_from_its_configuration_without_the_hub(hub, server):
    joined(hub, server)
    hub.define(instances__files=FILES.format(source="fs01"))
    until(server.measured, "a reading on the agent")
    killed(server.running[-1])
    killed(hub.running[-1])
    node = server.serve_warm()
    until(lambda: server.link()["phase"] == "away", "the hub to be missed")
    assert node.poll() is None and server.measured()
    (hub.folder / "web-cert.pem").unlink()  # as when it is renewed: the key stays
    hub.serve_warm()
    server.until_linked()
    until(lambda: not hub.agent()["is_silent"], "the hub to hear of the agent")


def test_another_server_in_the_place_of_the_hub_hears_nothing(hub, server, tmp_path):
    joined(hub, server)
    killed(hub.running[-1])
    stranger = Hub(tmp_path / "stranger", hub.port)
    try:
        stranger.begin()
        until(lambda: _trouble(server), "the agent to miss the hub")
        until(lambda: "is not the expected hub" in _trouble(server), "the other key to be seen")
        assert stranger.call("agent_list") == []
    finally:
        stranger.end()
    hub.serve_warm()
    server.until_linked()


def _trouble(server):
    trouble = server.link()["trouble"]
    return trouble["en"] if trouble else ""


def test_an_invitation_is_good_for_one_server(hub, server, tmp_path):
    hub.begin()
    line = hub.line()
    server.run(*line)
    other = Server(tmp_path / "other")
    done = other.run(*line, check=False)
    assert done.returncode == TROUBLE
    assert "already been used by another server" in done.stderr
    server.run(*line)  # the same server may type it again


def test_a_hub_runs_no_program_that_the_agent_does_not_allow(hub, server):
    joined(hub, server)
    hub.define(instances__files=FILES.format(source="fs01"))
    until(server.measured, "a reading on the agent")
    hub.define(instances__jobs=PROGRAM)
    until(lambda: server.link()["problems"], "the agent to refuse it")
    until(lambda: hub.agent()["problems"], "the hub to hear why")
    assert "jobs" in str(hub.agent()["problems"]) and server.measured()


def test_leaving_keeps_the_definitions_and_the_hub_knows(hub, server):
    joined(hub, server)
    hub.define(instances__files=FILES.format(source="fs01"))
    until(server.measured, "a reading on the agent")
    left, given, alone = server.run("leave").stdout.splitlines()
    assert left == "This server left hub node."
    assert given == "1 definition from the hub now belongs to this server."
    assert "nobody is notified of alarms from these definitions" in alone
    assert hub.agent()["state"] == "revoked" and server.measured()
    assert json.loads(server.run("hub", "--json").stdout)["hub"] == ""
    server.run(*hub.line(), "--name", "fs01b")
    server.until_linked()


def test_an_agent_ends_at_once_when_it_is_told_to(hub, server):
    joined(hub, server)
    node = server.running[-1]
    node.send_signal(signal.SIGTERM)
    assert node.wait() == DONE


def test_a_hub_restored_on_another_computer_is_known_again_by_its_agents(hub, server, tmp_path):
    """The key of its certificate is in the backup; and where agents came, it listens again."""
    joined(hub, server)
    hub.run("backup", str(tmp_path / "backup"))
    killed(hub.running[-1])
    other = Hub(tmp_path / "other", hub.port)
    try:
        shutil.copy(hub.folder / "key", other.folder / "key")
        shutil.rmtree(hub.folder)
        other.run("restore", str(tmp_path / "backup"))
        other.serve_warm()
        other.define(instances__files=FILES.format(source="fs01"))
        until(server.measured, "a reading on the agent, of what the restored hub wants")
        assert other.agent()["name"] == "fs01"
    finally:
        other.end()


def test_an_agent_goes_over_to_the_new_address_of_its_hub_if_that_works(hub, server):
    joined(hub, server)
    old, new = hub.port, free_port()
    place = {"host": "127.0.0.1", "address": "127.0.0.1"}
    assert hub.call("agents_listen", port=new, **place)["former_address"] == f"127.0.0.1:{old}"
    until(lambda: server.link()["where"] == f"127.0.0.1:{new}", "the new address")
    assert server.link()["phase"] == "linked"
    wrong = {**place, "host": "hub.invalid"}
    hub.call("agents_listen", port=new, **wrong)
    tried = "is not reached at its new address hub.invalid"
    until(lambda: tried in server.log.read_text(), "the address that does not work")
    server.until_linked()
    assert server.link()["where"] == f"127.0.0.1:{new}"
    hub.call("agents_listen", port=old, **place)
    until(lambda: server.link()["where"] == f"127.0.0.1:{old}", "the address of before")
