"""Decide which of the nodes on a database watches which monitor."""

from collections import Counter
from dataclasses import replace

from noroshi.core.model import Instance, Monitor
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.shares import Nodes, ids_of_others, watcher_of

THREE = Nodes(("a", "b", "c"), "b")


def monitor(name, goes_to="192.0.2.1", **instance):
    return Monitor(
        id=f"{name}/m",
        name="m",
        instance=Instance(name=name, **instance),
        group="g",
        kind="port",
        options=None,
        goes_to=goes_to,
    )


MANY = {one.id: one for one in (monitor(f"host{n}") for n in range(1000))}


def owners(nodes):
    return {id: watcher_of(one, False, nodes) for id, one in MANY.items()}


def test_each_node_watches_about_its_share_and_each_monitor_has_one():
    counts = Counter(owners(THREE).values())
    assert counts.keys() == {"a", "b", "c"} and min(counts.values()) > 230
    left = [ids_of_others(MANY, lambda _: False, name, THREE) for name in THREE.names]
    assert Counter(id for one in left for id in one) == dict.fromkeys(MANY, 2)


def test_where_a_node_goes_only_what_it_watched_moves():
    before, after = owners(THREE), owners(Nodes(("a", "b"), "b"))
    assert all(after[id] == owner for id, owner in before.items() if owner != "c")
    assert {after[id] for id, owner in before.items() if owner == "c"} == {"a", "b"}


def test_what_no_two_nodes_would_measure_the_same_is_for_the_one_that_sends():
    for one in (
        monitor(OWN_INSTANCE),
        monitor("x", goes_to=""),
        monitor("x", goes_to="127.0.0.1"),
        monitor("x", goes_to="localhost"),
        monitor("x", of_hub=True),
    ):
        assert {watcher_of(one, False, replace(THREE, sender=name)) for name in "abc"} == set(
            "abc"
        )
    assert watcher_of(monitor("host1"), True, THREE) == "b", "an agent measures it"


def test_a_node_that_the_source_names_watches_it_as_long_as_it_lives():
    own = monitor("x", goes_to="", source="C")
    assert watcher_of(own, False, THREE) == "c"
    assert watcher_of(own, False, Nodes(("a", "b"), "b")) in "ab"


def test_what_is_measured_over_the_network_alone_is_shared_also_on_loopback():
    over_network = [
        monitor(f"host{n}", goes_to="127.0.0.1", source="network") for n in range(100)
    ]
    assert {watcher_of(one, False, THREE) for one in over_network} == set("abc")


def test_what_a_node_cannot_use_is_for_those_that_can_and_nothing_else_moves():
    before, after = owners(THREE), owners(replace(THREE, unusable=frozenset({"c"})))
    assert all(after[id] == owner for id, owner in before.items() if owner != "c")
    assert {after[id] for id, owner in before.items() if owner == "c"} == {"a", "b"}
    named = monitor("x", goes_to="", source="c")
    assert watcher_of(named, False, replace(THREE, unusable=frozenset({"c"}))) == "b"


def test_where_no_node_can_use_the_definitions_each_keeps_its_share():
    nobody = replace(THREE, unusable=frozenset(THREE.names))
    assert owners(nobody) == owners(THREE)
    sender = replace(THREE, unusable=frozenset({"b"}))
    assert watcher_of(monitor(OWN_INSTANCE), False, sender) == "b", "another one does not send"
