"""A computer is never shown with the values of another one: fs01 has no disk of this computer."""

import socket

import pytest

from noroshi.cli.exits import DONE, INVALID
from tests.e2e.world import Home, status_of, until

HERE = socket.gethostname()
DISKS = """
[[group]]
name = "system"
[[group.monitor]]
name = "disks"
kind = "disk"
"""
PORT = """
[[group]]
name = "network"
[[group.monitor]]
name = "mail"
kind = "port"
[group.monitor.options]
port = 25
"""


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def faults_of(home):
    monitors = status_of(home)["monitors"]
    return {m["path"]: m["items"] for m in monitors if m["path"].startswith("fs01/")}


@pytest.mark.parametrize("command", ["apply", "check-config"])
def test_the_disks_of_a_foreign_computer_are_refused_with_the_ways_out(home, command):
    path = home.definitions / "instances/fs01.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'address = "192.0.2.9"\n{DISKS}{PORT}')
    done = home.run(command, str(home.definitions), check=False)
    assert done.returncode == INVALID
    said = " ".join((done.stdout + done.stderr).split())
    assert said.count("is not this computer") == 1  # the port is measured over the network
    assert (
        f"instances/fs01.toml: group.system.monitor.disks.kind: 192.0.2.9 is not this computer "
        f"({HERE}), so it can only be monitored over the network from here. If "
        "192.0.2.9 is this computer after all, set source to node in the instance; otherwise, "
        "make that computer an agent, or set source to ssh or winrm"
    ) in said


def test_a_computer_with_another_name_is_this_one_where_its_source_says_so(home):
    home.define(instances__fs01=f'address = "192.0.2.9"\nsource = "node"\n{DISKS}')
    tried = home.run("try", "fs01/system/disks").stdout
    assert f"measured on: {HERE}   target" in tried


def test_a_check_over_the_network_says_from_where(home):
    home.define(instances__fs01=f'address = "127.0.0.1"\n{PORT}')
    done = home.run("try", "fs01/network/mail")
    assert done.returncode == DONE
    assert f"measured on: {HERE}, over the network   target: 127.0.0.1" in done.stdout
    assert f"node node on {HERE}, definitions version 1" in home.run("status").stdout


def test_a_node_of_another_name_starts_and_measures_nothing_of_what_the_old_one_measured(home):
    home.define(instances__fs01=f'source = "node"\nevery = "1s"\n{DISKS}{PORT}')
    settings = home.folder / "noroshi.toml"
    settings.write_text(settings.read_text().replace('name = "node"', 'name = "osaka"'))
    home.serve()
    until(lambda: all(m["known"] for m in status_of(home)["monitors"]), "each first look")
    for items in faults_of(home).values():
        assert [one["level"] for one in items] == ["unknown"]
        assert "this node is osaka" in items[0]["words"]["en"]
