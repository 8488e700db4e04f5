"""Entries of the vault by which computers are logged in to are in use."""

from noroshi.definitions.document_content import document
from noroshi.service.node.secrets import named_in

LOGIN = {"user": "watcher", "key": "ssh/nas01", "jump": {"user": "hop", "key": "ssh/gate"}}


def test_the_keys_of_a_login_and_of_its_jump_host_are_named_by_the_instance():
    nas = document("instances/nas01", {"source": "ssh", "ssh": LOGIN, "title": "key"})
    assert named_in([nas]) == {
        "ssh/nas01": ["instances/nas01"],
        "ssh/gate": ["instances/nas01"],
    }
    web = document("instances/web", {"group": [{"name": "a", "key": "none"}]})
    assert named_in([web]) == {}
