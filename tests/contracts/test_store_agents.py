"""What every store promises of agents: invitations, who joined, and when each was last heard."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.agents import (
    Agent,
    AgentState,
    Invitation,
    JoinRefusal,
    LastSeen,
    Life,
    Machine,
)
from tests.contracts.sample_records import DAWN, HOUR, MINUTE

INVITATION = Invitation(
    id="i1", hash="abc", creator="sato", created_at=DAWN, expires_at=DAWN + HOUR
)
FS01 = Agent(
    id="a1",
    name="fs01",
    key="{}",
    thumbprint="t1",
    machine=Machine(host_name="fs01", id="m1", system="Debian 13", addresses=("192.0.2.1",)),
    joined_at=DAWN,
    invited_by="sato",
    invitation="i1",
    version="0.1.0",
    life=Life(3, "ff"),
    secrets=("smtp",),
)
DB01 = replace(FS01, id="a2", name="db01", thumbprint="t2")
SEEN = LastSeen(
    agent="a1",
    last_contact=DAWN,
    address="192.0.2.1",
    life=Life(3, "ff"),
    backlog=2,
    clock_offset=timedelta(milliseconds=-1500),
    configuration="c",
    problems=("no such kind",),
)


def invited(**given):
    return replace(INVITATION, **given)


async def test_an_invitation_is_kept_as_given_until_it_is_dropped(store):
    await store.put_invitation(INVITATION)
    changed = invited(servers=5, used_by=("t9",))
    await store.put_invitation(changed)
    assert await store.invitations() == {"i1": changed}
    assert await store.drop_invitation("i1") and not await store.drop_invitation("i1")
    assert await store.invitations() == {}


async def test_whoever_joins_is_written_and_uses_the_invitation(store):
    await store.put_invitation(INVITATION)
    assert await store.admit("abc", FS01, DAWN) == FS01
    assert await store.agents() == {"a1": FS01}
    assert (await store.invitations())["i1"].used_by == ("t1",)


@pytest.mark.parametrize(
    ("invitation", "after", "refusal"),
    [
        (invited(hash="other"), timedelta(), JoinRefusal.UNKNOWN),
        (INVITATION, HOUR, JoinRefusal.EXPIRED),
        (invited(used_by=("t9",)), timedelta(), JoinRefusal.USED),
        (invited(used_by=("t1",)), timedelta(), JoinRefusal.USED),
    ],
    ids=["unknown", "expired", "used by another", "used by a key that was replaced"],
)
async def test_an_invitation_that_lets_nobody_in_writes_nothing(
    store, invitation, after, refusal
):
    await store.put_invitation(invitation)
    assert await store.admit("abc", FS01, DAWN + after) is refusal
    assert await store.agents() == {} and await store.invitations() == {"i1": invitation}


async def test_the_same_key_again_is_the_agent_that_it_became(store):
    await store.put_invitation(INVITATION)
    await store.admit("abc", FS01, DAWN)
    again = replace(FS01, id="a3", name="other")
    assert await store.admit("abc", again, DAWN + MINUTE) == FS01
    assert await store.agents() == {"a1": FS01}


async def test_another_key_with_the_same_invitation_is_refused(store):
    await store.put_invitation(INVITATION)
    await store.admit("abc", FS01, DAWN)
    assert await store.admit("abc", DB01, DAWN) is JoinRefusal.USED
    assert await store.agents() == {"a1": FS01}


async def test_of_two_who_join_at_once_one_comes_in(store):
    await store.put_invitation(INVITATION)
    results = await asyncio.gather(*(store.admit("abc", one, DAWN) for one in (FS01, DB01)))
    assert sorted(isinstance(one, Agent) for one in results) == [False, True]
    assert len(await store.agents()) == 1


async def test_an_invitation_for_several_servers_lets_so_many_in(store):
    await store.put_invitation(invited(servers=2))
    third = replace(FS01, id="a3", thumbprint="t3")
    assert await store.admit("abc", FS01, DAWN) == FS01
    assert await store.admit("abc", DB01, DAWN) == DB01
    assert await store.admit("abc", third, DAWN) is JoinRefusal.USED


async def test_no_two_agents_have_one_name(store):
    await store.put_invitation(invited(servers=3))
    await store.admit("abc", FS01, DAWN)
    joined = await store.admit("abc", replace(DB01, name="FS01"), DAWN)
    assert isinstance(joined, Agent) and joined.name == "FS01-2"
    assert not await store.put_agent(replace(joined, name="Fs01"), joined)
    assert await store.put_agent(replace(joined, name="fs01-2"), joined)


async def test_a_revoked_agent_stays_out_and_its_name_is_free(store):
    await store.put_invitation(invited(servers=3))
    await store.admit("abc", FS01, DAWN)
    revoked = replace(FS01, state=AgentState.REVOKED, revoked_at=DAWN)
    assert await store.put_agent(revoked, FS01)
    assert await store.admit("abc", FS01, DAWN) is JoinRefusal.REVOKED
    new = replace(DB01, name="fs01")
    assert await store.admit("abc", new, DAWN) == new
    assert not await store.put_agent(FS01, revoked)
    assert await store.agents() == {"a1": revoked, "a2": new}


async def test_an_agent_is_written_only_over_what_it_was(store):
    await store.put_invitation(invited(servers=2))
    assert not await store.put_agent(FS01, FS01)
    await store.admit("abc", FS01, DAWN)
    await store.admit("abc", DB01, DAWN)
    renamed = replace(FS01, name="files")
    assert await store.put_agent(renamed, FS01)
    assert not await store.put_agent(replace(FS01, name="other"), FS01)
    assert not await store.put_agent(replace(renamed, thumbprint="t2"), renamed)
    assert (await store.agents())["a1"] == renamed


async def test_what_was_last_heard_takes_the_place_of_what_was_heard_before(store):
    await store.put_last_seen([SEEN, replace(SEEN, agent="a2")])
    later = replace(SEEN, last_contact=DAWN + MINUTE, problems=())
    await store.put_last_seen([later])
    await store.put_last_seen([])
    assert await store.last_seen() == {"a1": later, "a2": replace(SEEN, agent="a2")}


async def test_an_agent_is_deleted_only_as_it_is_with_all_that_was_heard_of_it(store):
    await store.put_invitation(invited(servers=2))
    await store.admit("abc", FS01, DAWN)
    await store.admit("abc", DB01, DAWN)
    await store.put_last_seen([SEEN, replace(SEEN, agent="a2")])
    assert not await store.drop_agent(replace(FS01, name="other"))
    assert await store.drop_agent(FS01)
    assert not await store.drop_agent(FS01)
    assert list(await store.agents()) == list(await store.last_seen()) == ["a2"]
    assert await store.admit("abc", FS01, DAWN) is JoinRefusal.USED  # its key stays outside
