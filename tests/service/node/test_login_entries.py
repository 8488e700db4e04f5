"""Entries of the vault by which computers are logged in to are in use."""

from noroshi.definitions.document_content import document
from noroshi.service.node.secrets import named_in
from tests.service.harness import AKI, Harness

LOGIN = {"user": "watcher", "key": "ssh/nas01", "jump": {"user": "hop", "key": "ssh/gate"}}


def test_the_keys_of_a_login_and_of_its_jump_host_are_named_by_the_instance():
    nas = document("instances/nas01", {"source": "ssh", "ssh": LOGIN, "title": "key"})
    assert named_in([nas]) == {
        "ssh/nas01": ["instances/nas01"],
        "ssh/gate": ["instances/nas01"],
    }
    srv = document("instances/srv1", {"source": "winrm", "winrm": {"password": "winrm/srv1"}})
    assert named_in([srv]) == {"winrm/srv1": ["instances/srv1"]}
    web = document("instances/web", {"group": [{"name": "a", "key": "none"}]})
    assert named_in([web]) == {}


async def test_a_login_whose_key_is_in_no_vault_is_warned_of():
    login = {"user": "watcher", "key": "ssh/other"}
    disks = {"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}
    nas = {"address": "nas01", "source": "ssh", "ssh": login, "group": [disks]}
    harness = Harness()
    planned = await harness.service.definitions.plan(AKI, (document("instances/nas01", nas),))
    told = [words.en for words in planned.cautions]
    assert any("instances/nas01 logs in with the entry “ssh/other”" in one for one in told), (
        told
    )
