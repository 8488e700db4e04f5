"""What a hub gives has names of its own where the node has one of that name, everywhere that it is named."""

from __future__ import annotations

from noroshi.agent.hub_names import with_free_names
from noroshi.definitions.document_content import content, document

MONITOR = {"name": "page", "kind": "http", "rules": ["all", "night"], "network": "office"}
INSTANCE = {
    "rules": ["all"],
    "group": [{"name": "web", "network": "office", "rules": ["night"], "monitor": [MONITOR]}],
}
DOCUMENTS = (
    document("contacts/ops", {"addresses": []}),
    document("instances/fs01", INSTANCE),
    document("networks/office", {"proxy": "hub.example.com:8080"}),
    document("rules/all", {"contacts": ["ops", "chief"]}),
    document("rules/night", {"contacts": ["chief"]}),
)


def tables(*own_keys, documents=DOCUMENTS):
    return {one.key: content(one) for one in with_free_names(documents, own_keys)}


def test_all_stays_as_it_is_where_the_node_has_other_names():
    assert with_free_names(DOCUMENTS, ["rules/own", "instances/here"]) == DOCUMENTS


def test_what_has_a_name_of_the_nodes_own_is_named_anew_and_so_is_what_names_it():
    found = tables("rules/all", "contacts/ops", "networks/office")
    assert found.keys() == {
        *("contacts/ops-hub", "instances/fs01", "networks/office-hub"),
        *("rules/all-hub", "rules/night"),
    }
    assert found["rules/all-hub"]["contacts"] == ["ops-hub", "chief"]
    instance = found["instances/fs01"]
    (group,) = instance["group"]
    assert (instance["rules"], group["rules"]) == (["all-hub"], ["night"])
    assert group["network"] == group["monitor"][0]["network"] == "office-hub"
    assert group["monitor"][0]["rules"] == ["all-hub", "night"]


def test_the_new_name_is_free_on_both_sides_and_no_longer_than_a_name_may_be():
    long_name = "n" * 64
    documents = (
        document("rules/all", {}),
        document("rules/all-hub", {}),
        document(f"rules/{long_name}", {}),
    )
    own_keys = ("rules/all", "rules/all-hub-2", f"rules/{long_name}")
    assert tables(*own_keys, documents=documents).keys() == {
        *("rules/all-hub-3", "rules/all-hub", f"rules/{'n' * 56}-hub")
    }


def test_what_is_no_name_is_left_for_whoever_reads_it():
    odd = document("instances/fs01", {"rules": [["all"], 7, "all"], "group": ["x"]})
    found = tables("rules/all", documents=(odd, document("rules/all", {})))
    assert found["instances/fs01"] == {"rules": [["all"], 7, "all-hub"], "group": ["x"]}
