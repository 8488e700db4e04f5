"""Routes that a hub shares, at the agent: accepted with their secrets, used for the hub's rules alone,
and gone with the hub; what would use anything of the agent's own is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.agent.hub_secrets import entries_from_hub
from noroshi.agent.key_chain import KeyChain, keep_keys, read_keys
from noroshi.core.reserved_entries import HUB_ENTRIES
from noroshi.link.agent_key import PrivateKey
from noroshi.link.sealed_secrets import SealedFor, seal
from noroshi.service.agents.hub_definitions import HubDefinitions
from noroshi.vault import Secret
from tests.service.agents.test_hub_definitions import (
    HUB,
    RULE,
    content,
    given,
    instance,
    keys,
    taken,
    with_rules,
)
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import POST, Harness

SMTP = replace(POST, kind="smtp")
ROUTE = {"kind": "smtp", "connections": 1, "options": {"password": "smtp"}}
BY_APP = {"kind": "smtp", "options": {"account": "box"}}
ACCOUNT = {
    "cloud": "microsoft365",
    "tenant": "example.onmicrosoft.com",
    "client_id": "11111111-2222-3333-4444-555555555556",
    "sign_in": "app",
    "secret": "app",
    "mailbox": "alarms@example.com",
}
PASSWORD = f"{HUB_ENTRIES}smtp"


@pytest.fixture
async def node():
    """A node with definitions and keys of its own, which accepts routes of its hub."""
    harness = Harness(routes=(POST, SMTP), hub_routes=True)
    await apply_definitions(InProcessClient(harness))
    await keep_keys(harness.vault, KeyChain.create())
    return harness


async def shared(node, name="c1", secrets=None, key="", **contents):
    """A configuration with a rule, and a route that the hub shares."""
    contents = contents or {"routes__out": ROUTE}
    answer = with_rules(name, **contents)
    public_key = key or (await read_keys(node.vault)).current.public_text
    sealed_for = SealedFor(hub=HUB.hub, agent=HUB.agent, configuration=name)
    sealed = seal(secrets or {"smtp": "geheim"}, sealed_for, public_key)
    return replace(answer, secrets=sealed)


async def plan_of(node):
    return (await node.service.context.current())[1]


async def value(node, entry):
    found = await node.vault.get(entry)
    return found.reveal() if found else None


async def test_a_route_is_in_force_with_its_secret_for_the_hubs_rules(node):
    assert await taken(node, await shared(node)) == []
    out = await content(node, "routes/out")
    assert out == {**ROUTE, "options": {"password": PASSWORD}, "of_hub": True}
    assert await value(node, PASSWORD) == "geheim"
    plan = await plan_of(node)
    assert plan.rules["night"].routes == ("plain", "m365", "out")
    assert plan.rules["all"].routes == ("plain", "m365")


async def test_the_nodes_own_rules_and_notifications_do_not_use_it(node):
    await taken(node, await shared(node))
    rule = {**RULE, "contacts": ["ops"], "routes": ["out"]}
    notice = {"contacts": ["ops"], "routes": ["out"], "events": ["node-started"]}
    for key, own in (("rules/mine", rule), ("notifications/mine", notice)):
        with pytest.raises(Exception, match="there is no route “out”"):
            await InProcessClient(node)("definition_change", put={key: own})


async def test_the_nodes_own_routes_do_not_use_an_account_of_the_hub(node):
    contents = {"routes__out": BY_APP, "accounts__box": ACCOUNT}
    await taken(node, await shared(node, secrets={"app": "s3"}, **contents))
    own = {"kind": "post", "options": {"account": "box-hub"}}
    with pytest.raises(Exception, match="there is no account “box-hub”"):
        await InProcessClient(node)("definition_change", put={"routes/mine": own})


async def test_a_new_secret_replaces_the_one_before_and_makes_no_version(node):
    await taken(node, await shared(node))
    number = await node.store.current_number()
    assert await taken(node, await shared(node, "c2", {"smtp": "neu"})) == []
    assert await value(node, PASSWORD) == "neu"
    assert await node.store.current_number() == number


async def test_what_the_hub_cannot_give_now_stays_as_it_was(node):
    await taken(node, await shared(node))
    answer = replace(await shared(node, "c2"), secrets="")
    assert await taken(node, answer) == []
    assert await value(node, PASSWORD) == "geheim"


async def test_a_route_that_is_not_shared_any_more_goes_with_its_secret(node):
    own = await keys(node)
    await node.vault.put("smtp", Secret("own"))
    await taken(node, await shared(node))
    assert await taken(node, with_rules("c2")) == []
    assert await keys(node) - own == {"instances/fs01", "rules/night", "contacts/chief"}
    assert await entries_from_hub(node.vault) == []
    assert await value(node, "smtp") == "own"


async def test_the_tokens_of_an_account_go_with_it(node):
    contents = {"routes__out": {**BY_APP, "options": {"account": "app"}}}
    answer = await shared(node, secrets={"app": "s3"}, accounts__app=ACCOUNT, **contents)
    assert await taken(node, answer) == []
    before = set(await node.vault.names())
    await node.vault.put("access/apple/smtp", Secret("another account's"))
    await node.tokens.token((await plan_of(node)).accounts["app"])
    assert "access/app/smtp" in await node.vault.names()
    await taken(node, answer)  # as it is: the tokens stay
    assert "access/app/smtp" in await node.vault.names()
    assert await taken(node, with_rules("c2")) == []
    left = {"access/apple/smtp"} | {one for one in before if not one.startswith(HUB_ENTRIES)}
    assert set(await node.vault.names()) == left


async def test_names_that_the_node_uses_itself_stay_its_own(node):
    own = {key: await content(node, key) for key in ("routes/plain", "accounts/box")}
    contents = {"routes__plain": BY_APP, "accounts__box": ACCOUNT}
    answer = await shared(node, secrets={"app": "s3"}, **contents)
    assert await taken(node, answer) == []
    assert {key: await content(node, key) for key in own} == own
    route = await content(node, "routes/plain-hub")
    assert route["options"]["account"] == "box-hub"
    account = await content(node, "accounts/box-hub")
    assert account == {**ACCOUNT, "secret": f"{HUB_ENTRIES}app", "of_hub": True}
    assert (await plan_of(node)).rules["night"].routes == ("plain", "m365", "plain-hub")


async def test_no_account_of_the_hub_finds_tokens_of_the_nodes_own(node):
    renamed = await content(node, "accounts/box") | {"id": "mail"}
    await InProcessClient(node)("definition_change", put={"accounts/box": renamed})
    account = {**ACCOUNT, "id": "box", "reads_inbox": True}
    contents = {"routes__out": {**BY_APP, "options": {"account": "mail"}}}
    answer = await shared(node, secrets={"app": "s3"}, accounts__mail=account, **contents)
    assert await taken(node, answer) == []
    plan = await plan_of(node)
    assert plan.accounts["mail-hub"].storage_name == "mail-hub"
    assert plan.accounts["mail-hub"].reads_inbox is False
    assert plan.accounts["box"].storage_name == "mail"


async def test_an_app_signs_in_by_itself_with_the_secret_of_the_hub_as_it_is_now(node):
    contents = {"routes__out": BY_APP, "accounts__app": ACCOUNT}
    contents["routes__out"] = {**BY_APP, "options": {"account": "app"}}
    for name, secret in (("c1", "s3"), ("c2", "s4")):
        answer = await shared(node, name, {"app": secret}, **contents)
        assert await taken(node, answer) == []
        account = (await plan_of(node)).accounts["app"]
        await node.tokens.token(account)
        node.time.pass_by(seconds=4000)  # until the token ends
    assert node.server.asked == ["s3", "s4"]
    pace = (await plan_of(node)).routes["out"].pace
    assert pace.account == "app"


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ({"routes__out": BY_APP}, "accounts/box does not exist"),
        ({"routes__out": {**ROUTE, "network": "dmz"}}, "networks/dmz does not exist"),
        ({"routes__out": {"kind": "post"}}, "Routes of type post cannot be shared"),
        ({"routes__out": ROUTE, "accounts__x": ACCOUNT}, "accounts/x.toml: agents receive"),
        (
            {"routes__out": BY_APP, "accounts__box": {**ACCOUNT, "sign_in": "person"}},
            "A user signs in",
        ),
        (
            {"routes__out": {**ROUTE, "options": {"password": "smtp", "ca_file": "/etc/x"}}},
            "refers to this computer",
        ),
    ],
)
async def test_a_hub_reaches_nothing_of_the_nodes_own_by_a_route(node, contents, words):
    """The account and the network may well be there as the node's own."""
    before = await keys(node)
    (problem,) = await taken(node, await shared(node, **contents))
    assert words in problem
    assert await keys(node) == before and await value(node, PASSWORD) is None


async def test_a_secret_of_the_node_is_never_meant_by_a_name_of_the_hub(node):
    await node.vault.put("smtp", Secret("own"))
    assert await taken(node, await shared(node)) == []
    assert (await plan_of(node)).routes["out"].options.password == PASSWORD
    assert await value(node, "smtp") == "own" and await value(node, PASSWORD) == "geheim"


@pytest.mark.parametrize("changed", ["key", "configuration"])
async def test_what_was_sealed_for_something_else_is_refused_and_told(node, changed):
    other_key = PrivateKey.create().public_text if changed == "key" else ""
    answer = await shared(node, key=other_key)
    if changed == "configuration":
        answer = replace(answer, configuration="c9")
    (problem,) = await taken(node, answer)
    assert "the secrets from the hub" in problem
    assert "routes/out" not in await keys(node)


async def test_secrets_that_were_sealed_before_the_key_was_replaced_are_opened(node):
    answer = await shared(node)
    chain = (await read_keys(node.vault)).with_next().advanced()
    await keep_keys(node.vault, chain)
    assert await taken(node, answer) == []
    assert await value(node, PASSWORD) == "geheim"


async def test_a_node_whose_file_forbids_it_takes_no_route(node):
    node.service.context.hub_routes = False
    problems = await taken(node, await shared(node))
    assert any("routes/out.toml: agents receive only" in one for one in problems)


async def test_routes_that_the_file_forbids_since_are_withdrawn_without_the_hub(node):
    await taken(node, await shared(node))
    node.service.context.hub_routes = False
    definitions = HubDefinitions(node.service.context)
    assert (await definitions.withdraw_routes()).en == ""
    assert "routes/out" not in await keys(node)
    assert await entries_from_hub(node.vault) == []
    accepted = await given(node)
    assert accepted.configuration == "" and "routes/out" not in accepted.keys
    number = await node.store.current_number()
    await definitions.withdraw_routes()
    assert await node.store.current_number() == number


@pytest.mark.parametrize("op", ["set_secret", "secret_remove"])
async def test_nobody_writes_what_comes_from_the_hub(node, op):
    await taken(node, await shared(node))
    value_given = {"value": "x"} if op == "set_secret" else {}
    with pytest.raises(Exception, match="comes from the hub"):
        await InProcessClient(node)(op, name=PASSWORD, **value_given)


async def test_an_instance_may_go_through_the_network_of_a_route(node):
    proxy = {"proxy": "proxy:3128", "proxy_user": "u", "proxy_password": "pp"}
    monitor = {"name": "disks", "kind": "disk", "id": "01JZ0000000000000000000901"}
    group = {"name": "base", "monitor": [monitor]}
    contents = {
        "routes__out": {**ROUTE, "network": "dmz"},
        "networks__dmz": proxy,
        "instances__fs01": instance(rules=["night"], group=[group]),
    }
    answer = await shared(node, secrets={"smtp": "a", "pp": "b"}, **contents)
    assert await taken(node, answer) == []
    assert (await content(node, "networks/dmz"))["proxy_password"] == f"{HUB_ENTRIES}pp"
    assert await value(node, f"{HUB_ENTRIES}pp") == "b"
