"""A trial of a sign-in compiles what its account is made of, however much a node has beside it."""

import asyncio
from dataclasses import replace

import pytest

from noroshi.definitions.compilation import EMPTY, compile_plan
from noroshi.definitions.document_content import document
from noroshi.plugins import Plugins
from noroshi.ports import Document, options
from noroshi.schema import Invalid
from noroshi.service import ReauthenticationRequiredError
from noroshi.service.sign_in.trial_definitions import trial_definitions
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import CONTENT, DISK, MAIL, NO_TENANT, POST, Harness, documents
from tests.service.node.test_secret_bindings import TOKEN

BOX = CONTENT["accounts/box"]


class Read:
    """A service whose monitors count how often they are read."""

    def __init__(self):
        self.times = 0
        counting = self

        @options
        class Counted:
            def __post_init__(self):
                counting.times += 1

        self.harness = Harness(checks=(replace(DISK, options=Counted),))
        self.ask = InProcessClient(self.harness)


def over(**changed):
    """Definitions as a client sends them; / is written __."""
    made = [document(key.replace("__", "/"), told) for key, told in changed.items()]
    return [{"key": one.key, "body": one.body} for one in made]


@pytest.mark.parametrize("op", ["account_tenant", "account_try"])
async def test_a_trial_reads_no_monitor_that_is_in_force(op):
    read = Read()
    await apply_definitions(read.ask)
    await read.ask("account_tenant", account="box")
    assert read.times
    before = read.times
    await read.ask("set_secret", name="app", value="a-good-one")
    tried = over(accounts__box={**BOX, "tenant": "other.example.com"})
    await read.ask(op, account="box", over=tried)
    assert read.times == before


async def test_a_version_is_compiled_once_however_many_ask_at_once():
    one, many = Read(), Read()
    for read in (one, many):
        await apply_definitions(read.ask)
        read.times = 0
    await one.ask("status")
    await asyncio.gather(*[many.ask("status") for _ in range(5)])
    assert one.times == many.times


def chosen(name="box", **changed):
    in_force = tuple(Document(**one) for one in documents(instances__web1=None, **NETWORKS))
    plan = compile_plan(in_force, Plugins((DISK,), (MAIL,), (POST,)))
    given = tuple(Document(**one) for one in over(**changed))
    return {one.key: one for one in trial_definitions(name, in_force, plan, given)}


NETWORKS = {
    "networks__out": {"proxy": "proxy.example.com:8080"},
    "networks__other": {"proxy": "other.example.com:8080"},
    "networks__third": {"proxy": "third.example.com:8080"},
    "clouds__own": {
        "authority": "https://login.example.org",
        "scope": "send",
        "smtp_host": "mail.example.org",
    },
    "accounts__box": {**BOX, "network": "out"},
    "accounts__unused": {**BOX, "cloud": "own"},
    "routes__m365": {"kind": "post", "network": "other", "options": {"account": "box"}},
}
OF_BOX = {"accounts/box", "networks/out", "routes/m365", "networks/other"}


def test_of_an_account_there_are_its_cloud_its_routes_and_the_networks_of_both():
    assert chosen().keys() == OF_BOX
    assert chosen("unused").keys() == {"accounts/unused", "clouds/own"}


def test_what_is_given_counts_before_what_is_in_force():
    moved = {"routes__m365": {"kind": "post"}, "routes__new": NETWORKS["routes__m365"]}
    found = chosen(
        **moved,
        accounts__box={**BOX, "cloud": "own", "network": "third"},
        networks__third={"proxy": "elsewhere.example.com:8080"},
        contacts__ops={"addresses": ["a@example.com"]},
    )
    assert found.keys() == {
        "accounts/box",
        "clouds/own",
        "networks/third",
        "routes/new",
        "networks/other",
    }
    assert "elsewhere" in found["networks/third"].body


@pytest.mark.parametrize("wrong", [{"options": 7}, {"options": ["account"]}, {"options": {}}])
def test_a_route_that_names_no_account_is_none_of_it(wrong):
    assert chosen(routes__new={"kind": "post", **wrong}).keys() == OF_BOX


def test_what_names_no_definition_is_told():
    with pytest.raises(Invalid, match="is not a definition"):
        trial_definitions("box", (), EMPTY, (Document("box", "{}"),))


async def test_an_account_that_is_only_given_can_be_tried(ask):
    await apply_definitions(ask)
    tried = over(accounts__new={**BOX, "tenant": NO_TENANT})
    with pytest.raises(ErrorAnswer, match=f"trouble: Tenant {NO_TENANT}"):
        await ask("account_tenant", account="new", over=tried)
    with pytest.raises(ErrorAnswer, match=r"There is no account “nev” \(did you mean new"):
        await ask("account_tenant", account="nev", over=tried)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"accounts__box": {**BOX, "network": "out"}}, "network", id="its network"),
        pytest.param({"accounts__box": {**BOX, "cloud": "mine"}}, "cloud", id="its cloud"),
        pytest.param(
            {"routes__new": {"kind": "pots", "options": {"account": "box"}}},
            "kind",
            id="its route",
        ),
    ],
)
async def test_what_is_wrong_with_what_an_account_is_made_of_is_told(ask, changed, told):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="invalid: The definitions have errors") as wrong:
        await ask("account_tenant", account="box", over=over(**changed))
    assert wrong.value.problems[0][0].endswith(f": {told}")


async def test_a_proxy_s_password_is_shown_on_trial_to_no_other_proxy():
    harness = Harness()
    ask = InProcessClient(harness)
    proxy = {"proxy": "proxy.example.com:8080", "proxy_user": "u", "proxy_password": "proxy"}
    box = {**BOX, "network": "out"}
    await apply_definitions(ask, networks__out=proxy, accounts__box=box)
    await ask("set_secret", name="proxy", value="of-the-proxy")
    led = over(networks__out={**proxy, "proxy": "evil.example.com:8080"})
    with pytest.raises(
        ReauthenticationRequiredError, match="would send a secret to a different destination"
    ):
        await harness.service.probes.account_tenant(
            TOKEN, "box", tuple(Document(**one) for one in led)
        )
