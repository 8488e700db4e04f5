"""Where an instance is measured: what its source says, else what its address is."""

from dataclasses import replace

import pytest

from noroshi.core.model import Instance, Monitor
from noroshi.core.sources import NodeIdentity, SourceKind, by_agent, measured_on, source_of
from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import NOTHING, plain
from noroshi.core.winrm_login import WinrmLogin

NODE = NodeIdentity(
    "minato", "kanri01", frozenset({"192.0.2.1", "2001:db8::1"}), frozenset({"FS01", "minato"})
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.0.1",
        "::1",
        "localhost",
        "Kanri01",
        "kanri01.",
        "192.0.2.1",
        "2001:DB8:0::1",
    ],
)
def test_an_address_of_this_computer_is_measured_here(address):
    source = source_of(Instance(name="a", address=address), NODE)
    assert source.kind is SourceKind.NODE
    assert source.problem == NOTHING


@pytest.mark.parametrize(
    "address", ["192.0.2.2", "2001:db8::2", "fs01", "minato", "kanri01.example.com"]
)
def test_an_address_that_is_not_known_to_be_this_computer_s_is_reached_over_the_network(
    address,
):
    source = source_of(Instance(name="a", address=address), NODE)
    assert source.kind is SourceKind.NETWORK
    assert source.problem.en == (
        f"{address} is not this computer (kanri01), so it can only be monitored over the network "
        f"from here. If {address} is this computer after all, set source to minato in the "
        "instance; otherwise, make that computer an agent, or set source to ssh or winrm"
    )


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("minato", SourceKind.NODE),
        ("MINATO", SourceKind.NODE),
        ("kanri01", SourceKind.NODE),
        ("network", SourceKind.NETWORK),
        ("FS01", SourceKind.AGENT),
        ("fs01", SourceKind.AGENT),
        ("osaka", SourceKind.OTHER_NODE),
    ],
)
@pytest.mark.parametrize("address", ["127.0.0.1", "fs01"])
def test_what_the_source_says_counts_more_than_the_address(source, kind, address):
    found = source_of(Instance(name="a", address=address, source=source), NODE)
    assert found.kind is kind
    assert (found.problem == NOTHING) is (kind is SourceKind.NODE)


def test_a_computer_without_a_name_is_not_what_another_instance_leaves_open():
    nameless = NodeIdentity("minato", "")
    assert source_of(Instance(name="a", address="fs01"), nameless).kind is SourceKind.NETWORK


def test_a_source_that_is_no_node_of_this_name_says_what_to_set():
    found = source_of(Instance(name="a", source="osaka"), replace(NODE, agents=frozenset()))
    assert found.problem.en == (
        "the source of the instance is osaka, but this node is minato, so nothing is measured "
        "here. Set source to minato or network, or leave it out"
    )


def test_a_source_that_is_none_of_the_agents_says_which_there_are():
    node = replace(NODE, agents=frozenset({"vm-2", "FS01"}))
    assert source_of(Instance(name="a", source="fs1"), node).problem.en == (
        "there is no agent “fs1”, so nothing is measured. Agents: FS01, vm-2. Set source to one "
        "of them, to minato or network, or leave it out"
    )


def test_a_source_that_was_an_agent_says_that_it_was_removed():
    node = replace(NODE, agents=frozenset(), removed_agents=frozenset({"fs02"}))
    found = source_of(Instance(name="a", source="FS02"), node)
    assert found.kind is SourceKind.OTHER_NODE
    assert found.problem.en == (
        "agent fs02 was removed, so nothing is measured. Add the server again under this name, "
        "set source to something else, or remove the instance"
    )


def test_what_an_agent_measures_is_looked_at_there():
    found = source_of(Instance(name="a", source="fs01"), NODE)
    assert found.agent == "FS01"
    assert found.problem.en == "agent FS01 monitors this instance; this node does not"


def test_the_node_s_own_name_is_never_an_agent_s():
    assert source_of(Instance(name="a", source="minato"), NODE).kind is SourceKind.NODE


def test_it_is_said_on_which_computer_and_whether_over_the_network():
    own = Monitor(
        id="a", kind="disk", name="d", group="g", options=None, instance=Instance(name="a")
    )
    assert measured_on(own, "kanri01") == plain("kanri01")
    web = replace(own, goes_to="192.0.2.9")
    assert measured_on(web, "kanri01").en == "kanri01, over the network"
    assert measured_on(web, by_agent("FS01")).en == "agent FS01, over the network"
    by_ssh = replace(own, instance=Instance(name="a", address="fs01", source="ssh"))
    assert measured_on(by_ssh, "kanri01").en == "fs01, over SSH from kanri01"
    assert (
        measured_on(replace(by_ssh, goes_to="fs01"), "kanri01").en
        == "kanri01, over the network"
    )


def test_ssh_needs_a_login_and_then_counts_at_any_address():
    login = SshLogin(address="127.0.0.1", user="watcher", key="ssh/a")
    instance = Instance(name="a", source="ssh", ssh=login)
    assert source_of(instance, NODE).kind is SourceKind.SSH
    assert source_of(Instance(name="a", source="ssh"), NODE).kind is SourceKind.OTHER_NODE


def test_winrm_needs_a_login_too_and_no_agent_has_its_name():
    login = WinrmLogin(address="srv1", user="a", password="winrm/a")
    instance = Instance(name="a", address="srv1", source="winrm", winrm=login)
    assert source_of(instance, NODE).kind is SourceKind.WINRM
    assert source_of(Instance(name="a", source="winrm"), NODE).kind is SourceKind.OTHER_NODE
    assert instance.login == login and replace(instance, source="network").login is None
