"""Routes that a person shares with an agent: which may be, what they bring, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.service import Person, ReauthenticationRequiredError, perform
from noroshi.service.operation import ADMIN, roles_up_to
from noroshi.vault import Secret
from tests.service.agents.fleet import joined
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import POST, Harness

SMTP = replace(POST, kind="smtp")
ERI = Person("eri", roles_up_to(ADMIN), reauthenticated=False)
OUT = {"kind": "smtp", "title": "Relay", "options": {"password": "smtp"}}
BY_USER = {"kind": "smtp", "options": {"account": "box"}}


@pytest.fixture
async def hub():
    """A hub with routes of several kinds, and an agent that accepts some."""
    hub = Harness(routes=(POST, SMTP))
    ask = InProcessClient(hub)
    await hub.vault.put("smtp", Secret("geheim"))
    await apply_definitions(ask, routes__out=OUT, routes__by_user=BY_USER)
    await joined(hub, accepts_routes=True)
    yield hub
    await hub.service.close()


@pytest.fixture
def ask(hub):
    return InProcessClient(hub)


async def routes(hub):
    return (await hub.store.agents())["id-of-fs01"].shared_routes


async def test_a_route_is_shared_and_taken_back_by_its_name(hub, ask):
    answer = await ask("agent_share", agent="fs01", route="out")
    assert (answer["name"], answer["route"], answer["secrets"]) == ("fs01", "out", ["smtp"])
    assert await routes(hub) == ("out",)
    await ask("agent_share", agent="fs01", route="out")
    await ask("agent_unshare", agent="FS01", route="out")
    assert await routes(hub) == ()
    with pytest.raises(Exception, match="Route “out” is not shared with fs01"):
        await ask("agent_unshare", agent="fs01", route="out")


async def test_the_audit_log_has_who_shared_what_and_no_secret(hub, ask):
    await ask("agent_share", agent="fs01", route="out")
    (row,) = await ask("audit", last=1)
    assert row["op"] == "agent_share" and row["after"] == {"routes": ["out"]}
    assert "geheim" not in str(row)


@pytest.mark.parametrize("op", ["agent_share", "agent_unshare"])
async def test_it_takes_the_password_again(hub, op):
    with pytest.raises(ReauthenticationRequiredError):
        await perform(hub.service, ERI, op, {"agent": "fs01", "route": "out"})


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("by_user", "A user signs in for this route"),
        ("m365", "Routes of type post cannot be shared"),
        ("nothing", "routes/nothing does not exist"),
    ],
)
async def test_a_route_that_no_other_server_may_have_is_refused_with_the_reason(
    hub, ask, route, words
):
    with pytest.raises(Exception, match=words):
        await ask("agent_share", agent="fs01", route=route)
    assert await routes(hub) == ()


async def test_a_route_without_its_secret_is_refused(hub, ask):
    await hub.vault.remove("smtp")
    with pytest.raises(Exception, match="“smtp”, which this route needs, is not in the vault"):
        await ask("agent_share", agent="fs01", route="out")


async def test_an_agent_that_accepts_none_or_was_removed_gets_none(hub, ask):
    await joined(hub, "db01", invitation="i2")
    with pytest.raises(Exception, match="db01 does not accept delivery routes"):
        await ask("agent_share", agent="db01", route="out")
    await ask("agent_revoke", agent="fs01")
    with pytest.raises(Exception, match="fs01 was removed"):
        await ask("agent_share", agent="fs01", route="out")


async def test_an_agent_shows_which_routes_it_has_and_which_it_could(hub, ask):
    await ask("agent_share", agent="fs01", route="out")
    shown = await ask("agent_show", agent="fs01")
    assert shown["accepts_routes"] is True
    by_name = {one["name"]: one for one in shown["routes"]}
    assert by_name.keys() == {"out", "by_user", "m365", "plain"}
    assert by_name["out"] == {
        "name": "out",
        "title": "Relay",
        "is_shared": True,
        "refusal": None,
    }
    assert "A user signs in" in by_name["by_user"]["refusal"]["en"]


async def test_a_shared_route_that_is_changed_or_gone_says_why_it_is_not_given(hub, ask):
    await ask("agent_share", agent="fs01", route="out")
    changed = await ask("definition_change", put={"routes/out": BY_USER})
    (caution,) = [one["en"] for one in changed["cautions"] if "agents" in one["en"]]
    assert caution.startswith(
        "Route “out” will no longer be shared with these agents: fs01. A user"
    )
    assert "agents: fs01" not in str(
        await ask("definition_change", put={"routes/out": BY_USER})
    )
    (out,) = [
        one for one in (await ask("agent_show", agent="fs01"))["routes"] if one["is_shared"]
    ]
    assert "A user signs in" in out["refusal"]["en"]
    await ask("definition_change", remove=["routes/out"])
    (out,) = [
        one for one in (await ask("agent_show", agent="fs01"))["routes"] if one["is_shared"]
    ]
    assert out["refusal"]["en"] == "There is no delivery route “out”."
    await ask("agent_unshare", agent="fs01", route="out")


async def test_a_route_that_is_renamed_stays_shared(hub, ask):
    await ask("agent_share", agent="fs01", route="out")
    changed = await ask("definition_change", rename={"routes/out": "relay"})
    assert "no longer be shared" not in str(changed["cautions"])
    assert await routes(hub) == ("relay",)
