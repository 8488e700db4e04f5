"""Agents and invitations, as people look after them: near, far, and by the web."""

import zipfile
from datetime import timedelta

import pytest

from noroshi import __version__
from noroshi.core.agents import INVITED_FOR, AgentState, Machine
from noroshi.core.translation import plain
from noroshi.link.join_code import JoinCode
from noroshi.link.update_messages import UpdateReport
from noroshi.ports import StoreError
from noroshi.service import (
    ForbiddenError,
    OperationFailedError,
    Person,
    ReauthenticationRequiredError,
    member,
    perform,
)
from noroshi.service.operation import ADMIN, roles_up_to
from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import DAWN
from tests.contracts.test_store_agents import FS01, INVITATION
from tests.service.agents.fleet import PIN, heard, joined, opened
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import AKI, Harness

ERI = Person("eri", roles_up_to(ADMIN), reauthenticated=False)


def measured_by(source, **more):
    group = {"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}
    return {
        "rules": ["all"],
        "group": [group],
        "address": "192.0.2.1",
        "source": source,
        **more,
    }


async def test_an_invitation_is_a_line_with_the_fingerprint_of_this_node(ask):
    opened(ask.harness)
    answer = await ask("agent_invite", servers=3, name="FS02")
    assert answer["line"] == f"noroshi join kanri01:7664 {answer['code']} --name FS02"
    code = JoinCode.read(answer["code"])
    assert code.pin == PIN and answer["pin"] == PIN.hex()
    (invitation,) = (await ask.harness.store.invitations()).values()
    assert invitation.hash == code.secret_hash and invitation.servers == 3
    assert invitation.expires_at - invitation.created_at == INVITED_FOR


async def test_a_server_without_noroshi_gets_a_line_that_installs_it_from_here(ask, tmp_path):
    opened(ask.harness)
    answer = await ask("agent_invite", language="ja")
    assert answer["install_line"] == answer["python_line"] == ""
    assert "make dist" in answer["install_problem"]["en"]
    file = tmp_path / "noroshi.pex"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f".deps/noroshi-{__version__}-py3-none-any.whl/x", "")
    ask.harness.service.context.find_install_file = lambda: file
    answer = await ask("agent_invite", language="ja")
    secret = JoinCode.read(answer["code"]).secret.hex()
    assert answer["install_problem"] is None
    assert answer["install_line"].startswith("curl -fsSk --pinnedpubkey 'sha256//")
    assert f"https://kanri01:7664/link/1/install/{secret}/ja" in answer["install_line"]
    assert answer["python_line"].startswith("python3 -c ") and secret in answer["python_line"]
    assert answer["line"].startswith("noroshi --lang ja join kanri01:7664 ")
    code = answer["code"]
    assert answer["windows_line"] == f"noroshi-setup.exe /S /JOIN=kanri01:7664 /CODE={code}"


async def test_the_code_stands_in_no_list_and_no_audit_log(ask):
    opened(ask.harness)
    answer = await ask("agent_invite")
    listed = [*await ask("agent_invitations"), *await ask("audit", last=50)]
    assert len(listed) >= 2
    assert answer["code"] not in str(listed)
    assert JoinCode.read(answer["code"]).secret.hex() not in str(listed)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"servers": 0}, "servers"),
        ({"servers": 501}, "servers"),
        ({"name": "no name"}, "name"),
        ({"name": "--proxy"}, "name"),
        ({"language": "fr; x"}, "language"),
    ],
)
async def test_what_cannot_be_invited_says_why(ask, given, place):
    opened(ask.harness)
    with pytest.raises(ErrorAnswer) as refused:
        await ask("agent_invite", **given)
    assert [where for where, _ in refused.value.problems] == [place]
    assert await ask.harness.store.invitations() == {}


async def test_a_node_that_nobody_reaches_invites_nobody():
    with pytest.raises(OperationFailedError, match="Start listening for agents first"):
        await perform(Harness().service, AKI, "agent_invite", {})


async def test_an_invitation_shows_who_joined_by_it_and_ends_after_an_hour(ask):
    harness = ask.harness
    await joined(harness, "fs01")
    (row,) = await ask("agent_invitations")
    assert (row["state"], row["uses"], row["servers"], row["agents"]) == (
        "open",
        1,
        9,
        ["fs01"],
    )
    harness.time.pass_by(hours=1)
    (row,) = await ask("agent_invitations")
    assert row["state"] == "expired"


async def test_a_withdrawn_invitation_lets_nobody_in_and_those_who_joined_stay(ask):
    await joined(ask.harness, "fs01")
    await ask("agent_uninvite", id="i1")
    assert await ask.harness.store.invitations() == {}
    assert [one["name"] for one in await ask("agent_list")] == ["fs01"]
    with pytest.raises(ErrorAnswer, match="There is no such invitation"):
        await ask("agent_uninvite", id="i1")


async def test_invitations_that_are_long_over_are_forgotten(ask):
    harness = opened(ask.harness)
    await ask("agent_invite")
    harness.time.pass_by(days=31, hours=2)
    await ask("agent_invite")
    assert len(await ask("agent_invitations")) == 1


async def test_an_agent_is_silent_until_it_is_heard_and_once_it_is_not_heard_any_more(ask):
    harness = ask.harness
    agent = await joined(harness)
    (row,) = await ask("agent_list")
    assert row["is_silent"] and row["last_contact"] is None
    await heard(harness, agent, backlog=3, clock_offset=timedelta(seconds=-2))
    (row,) = await ask("agent_list")
    assert not row["is_silent"]
    assert (row["backlog"], row["clock_offset"], row["version"]) == (3, -2.0, "0.9.1")
    harness.time.pass_by(seconds=90)
    (row,) = await ask("agent_list")
    assert row["is_silent"] and row["last_contact"] is not None


async def test_an_agent_is_shown_by_name_or_id_with_what_it_measures(ask):
    agent = await joined(ask.harness, "FS01", secrets=("smtp",))
    await apply_definitions(ask, instances__shop=measured_by("fs01"))
    for given in ("fs01", agent.id):
        shown = await ask("agent_show", agent=given)
        assert shown["agent"]["name"] == "FS01"
        assert shown["agent"]["instances"] == ["shop"]
        assert shown["secrets"] == ["smtp"] and shown["addresses"] == ["192.0.2.1", "fd00::1"]
        assert len(shown["agent"]["fingerprint"].split(":")) == 32
    with pytest.raises(ErrorAnswer, match="There is no agent “fs02”"):
        await ask("agent_show", agent="fs02")


async def test_where_each_instance_is_measured_is_listed(ask):
    await joined(ask.harness, "FS01")
    await apply_definitions(
        ask,
        instances__shop=measured_by("fs01", title="Shop"),
        instances__far=measured_by("network"),
        instances__gone=measured_by("fs09"),
        instances__noroshi={"rules": ["all"]},
    )
    found = {
        one["name"]: (one["source"], one["agent"]) for one in await ask("instance_sources")
    }
    assert found == {
        "far": ("network", ""),
        "gone": ("other-node", ""),
        "shop": ("agent", "FS01"),
        "web1": ("node", ""),
    }


async def test_an_instance_may_name_an_agent_that_joined_at_the_node_that_sends():
    """This node hears of it by the store alone."""
    harness = Harness()
    harness.service.context.endpoints.is_elsewhere = True
    await harness.store.put_invitation(INVITATION)
    assert await harness.store.admit("abc", FS01, DAWN) == FS01
    await perform(harness.service, AKI, "plan", {"documents": ()})
    assert harness.service.context.agent_names.current() == {"fs01"}


async def test_another_name_goes_to_the_instances_that_it_measures(ask):
    harness = ask.harness
    await joined(harness, "FS01")
    await apply_definitions(ask, instances__shop=measured_by("fs01"))
    answer = await ask("agent_rename", agent="fs01", name="files")
    assert answer["instances"] == ["shop"]
    (row,) = await ask("agent_list")
    assert (row["name"], row["instances"]) == ("files", ["shop"])
    shown = await ask("definition_show", keys=["instances/shop"])
    assert shown["documents"]["instances/shop"]["source"] == "files"
    assert harness.service.context.agent_names.current() == {"files"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("DB01", "another agent is called DB01"),
        ("db01", "another agent is called db01"),
        ("network", "must be 1 to 63 letters"),
        ("a b", "must be 1 to 63 letters"),
        ("NODE", "this node itself uses the name NODE"),
    ],
)
async def test_a_name_that_means_something_else_is_not_given(ask, name, why):
    await joined(ask.harness, "fs01")
    await joined(ask.harness, "DB01", invitation="i2")
    with pytest.raises(ErrorAnswer) as refused:
        await ask("agent_rename", agent="fs01", name=name)
    ((place, text),) = refused.value.problems
    assert place == "name" and why in text


class FullStore(MemoryStore):
    """A store that takes no more versions once it is full."""

    is_full = False

    async def publish(self, *version):
        if self.is_full:
            raise StoreError("full")
        return await super().publish(*version)


async def test_where_the_definitions_cannot_follow_the_agent_keeps_its_name():
    harness = Harness(FullStore())
    await joined(harness, "fs01")
    await apply_definitions(InProcessClient(harness), instances__shop=measured_by("fs01"))
    harness.store.is_full = True
    with pytest.raises(OperationFailedError):
        await perform(harness.service, AKI, "agent_rename", {"agent": "fs01", "name": "files"})
    assert [one.name for one in (await harness.store.agents()).values()] == ["fs01"]
    assert harness.service.context.agent_names.current() == {"fs01"}


async def test_a_removed_agent_is_named_with_its_secrets_and_measures_nothing(ask):
    harness = ask.harness
    agent = await joined(harness, "FS01", secrets=("smtp",))
    await apply_definitions(ask, instances__shop=measured_by("fs01"))
    answer = await ask("agent_revoke", agent="fs01")
    assert (answer["secrets"], answer["instances"]) == (["smtp"], ["shop"])
    found = (await harness.store.agents())[agent.id]
    assert (found.state, found.revoked_at) == (AgentState.REVOKED, harness.time.now)
    assert harness.service.context.agent_names.current() == frozenset()
    (row,) = await ask("agent_list")
    assert (row["state"], row["instances"]) == ("revoked", [])
    assert (await ask("agent_revoke", agent=agent.id))["name"] == "FS01"  # again: nothing new


async def test_a_server_that_joins_again_is_shown_before_the_one_that_was_removed(ask):
    await joined(ask.harness, "fs01")
    await ask("agent_revoke", agent="fs01")
    await joined(ask.harness, "fs01", invitation="i2", id="second")
    assert (await ask("agent_show", agent="fs01"))["agent"]["id"] == "second"
    assert [one["state"] for one in await ask("agent_list")] == ["active", "revoked"]


async def test_another_name_of_a_removed_agent_leaves_what_its_namesake_measures(ask):
    first = await joined(ask.harness, "fs01")
    await ask("agent_revoke", agent="fs01")
    await joined(ask.harness, "fs01", invitation="i2", id="second")
    await apply_definitions(ask, instances__shop=measured_by("fs01"))
    assert (await ask("agent_rename", agent=first.id, name="old"))["instances"] == []
    assert (await ask("agent_show", agent="fs01"))["agent"]["instances"] == ["shop"]


@pytest.mark.parametrize("op", ["agent_rename", "agent_revoke"])
async def test_who_may_connect_is_changed_with_the_password_alone(op):
    harness = Harness()
    await joined(harness, "fs01")
    given = {"agent": "fs01"} | ({"name": "files"} if op == "agent_rename" else {})
    with pytest.raises(ReauthenticationRequiredError):
        await perform(harness.service, ERI, op, given)


@pytest.mark.parametrize("op", ["agent_invite", "agent_invitations"])
async def test_operators_neither_invite_nor_see_invitations(op):
    with pytest.raises(ForbiddenError):
        await perform(opened(Harness()).service, member("kyo"), op, {})


async def test_only_an_agent_that_was_removed_is_deleted(ask):
    await joined(ask.harness, "fs01", secrets=("smtp",))
    with pytest.raises(ErrorAnswer, match="Remove the agent first"):
        await ask("agent_forget", agent="fs01")
    await ask("agent_revoke", agent="fs01")
    await ask("agent_forget", agent="fs01")
    assert await ask("agent_list") == []
    (row, *_) = await ask("audit", last=1)
    assert row["op"] == "agent_forget" and "smtp" in str(row)


def offering(harness, tmp_path):
    """The same harness, with a file by which agents are updated."""
    file = tmp_path / "noroshi.pex"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f".deps/noroshi-{__version__}-py3-none-any.whl/x", "")
    harness.service.context.find_install_file = lambda: file
    return harness


async def refused_update(ask, agent):
    with pytest.raises(ErrorAnswer) as refused:
        await ask("agent_update", agent=agent)
    return str(refused.value)


async def test_an_agent_that_cannot_be_updated_is_told_with_the_reason(ask, tmp_path):
    await joined(ask.harness, "fs01")
    await joined(ask.harness, "old01", invitation="i2", state=AgentState.REVOKED)
    assert "make dist" in await refused_update(ask, "fs01")
    offering(ask.harness, tmp_path)
    assert "currently not connected" in await refused_update(ask, "fs01")
    assert "was removed" in await refused_update(ask, "old01")
    assert "There is no agent" in await refused_update(ask, "fs09")
    machine = Machine(host_name="srv1", system="Windows 2022Server AMD64")
    await joined(ask.harness, "srv1", invitation="i3", machine=machine)
    assert "Run the new noroshi-setup.exe" in await refused_update(ask, "srv1")


async def test_the_list_tells_how_far_an_update_is(ask):
    agent = await joined(ask.harness, "fs01")
    presence = ask.harness.service.context.agents_hub.update_reports()
    (row,) = await ask("agent_list")
    assert row["has_other_version"] and row["update"] is None
    names = ask.harness.service.context.agent_names
    assert names.update_grace(agent.id) == 0.0
    presence[agent.id] = UpdateReport(phase="fetching", version="0.9.1")
    assert names.update_grace(agent.id) == 300.0
    words = plain("no space left")
    presence[agent.id] = UpdateReport(phase="failed", version="0.9.1", words=words)
    (row,) = await ask("agent_list")
    assert row["update"]["is_failed"]
    assert row["update"]["words"]["en"] == "The update to version 0.9.1 failed: no space left."
    presence[agent.id] = UpdateReport(phase="done", version="0.9.1")
    assert (await ask("agent_show", agent="fs01"))["agent"]["update"] is None
