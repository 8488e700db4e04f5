"""The instance "noroshi": what is watched of the node itself, and who is told by which way."""

from dataclasses import replace

from noroshi.core.cadence import FixedInterval
from noroshi.core.definitions.compiler import compile, compile_most
from noroshi.core.definitions.kinds import Kind, Kinds
from noroshi.core.definitions.schema import (
    ContactDef,
    Definitions,
    GroupDef,
    InstanceDef,
    LimitsDef,
    RuleDef,
)
from noroshi.core.definitions.schema_mail import AccountDef, RouteDef
from noroshi.core.definitions.self_monitoring import OFTEN, OwnRule, is_own
from noroshi.core.definitions.value_checks import read_length
from noroshi.core.model import Limits, Rule
from noroshi.core.own_instance import AGENT, KINDS


def kind(**other):
    return Kind(read=lambda given, where: (dict(given), ()), **other)


OWN = {name: kind(limits={"oldest": Limits(warning=15)}) for name in KINDS}
WAYS = Kinds(
    checks=OWN,
    actions={"mail": kind()},
    transports={"smtp": kind(names=frozenset({"account"}))},
    account=lambda account, cloud, network: account.name,
)
RULE = RuleDef(name="ops", action="mail", contacts=("ops",), routes=("smtp1",))
GIVEN = Definitions(
    contacts={
        "ops": ContactDef(name="ops", addresses=("a@example.com",)),
        "duty": ContactDef(name="duty", addresses=("b@example.com",)),
    },
    rules={
        "ops": RULE,
        "night": replace(RULE, name="night", contacts=("duty",), routes=("smtp2",)),
    },
    routes={
        "smtp1": RouteDef(name="smtp1", kind="smtp", options={"account": "m365"}),
        "smtp2": RouteDef(name="smtp2", kind="smtp"),
        "graph": RouteDef(name="graph", kind="smtp", options={"account": "m365"}),
    },
    accounts={
        "m365": AccountDef(name="m365", cloud="c", client_id="x", mailbox="n@example.com"),
        "idle": AccountDef(name="idle", cloud="c", client_id="x", mailbox="n@example.com"),
    },
)


def own(definitions=GIVEN):
    made, _ = compile_most(definitions, WAYS)
    return {m.name: m for m in made.monitors.values() if is_own(m)}


def test_the_agents_are_watched_where_an_instance_may_have_one():
    with_agents = replace(WAYS, checks=OWN | {AGENT: kind()})
    without, _ = compile_most(GIVEN, with_agents)
    made, _ = compile_most(replace(GIVEN, may_have_agents=True), with_agents)
    added = made.monitors.keys() - without.monitors.keys()
    assert added == {"noroshi-agent"}
    agents = made.monitors["noroshi-agent"]
    assert (agents.path, agents.title) == ("noroshi/node/agent", "Agents")


def ways(monitor):
    return {rule.contacts[0].id: rule.routes for rule in monitor.rules}


def test_each_route_each_account_in_use_the_queue_and_the_node_are_watched_often():
    found = own()
    assert sorted(found) == [
        "account-m365",
        "node",
        "queue",
        "route-graph",
        "route-smtp1",
        "route-smtp2",
    ]
    assert {m.cadence for m in found.values()} == {
        FixedInterval(read_length(OFTEN, "1s", None))
    }


def test_where_nothing_can_leave_there_is_nothing_to_watch():
    assert own(replace(GIVEN, routes={})) == {}


def test_what_is_told_of_a_route_goes_by_that_route_last():
    found = own()
    assert ways(found["route-smtp1"]) == {
        "ops": ("smtp2", "graph", "smtp1"),
        "duty": ("smtp2", "graph", "smtp1"),
    }
    assert ways(found["route-smtp2"]) == {
        "ops": ("smtp1", "graph", "smtp2"),
        "duty": ("smtp1", "graph", "smtp2"),
    }


def test_what_is_told_of_an_account_avoids_all_its_routes():
    assert ways(own()["account-m365"])["ops"] == ("smtp2", "smtp1", "graph")


def test_what_is_told_of_the_node_goes_by_the_rules_own_routes_first():
    assert ways(own()["queue"]) == {
        "ops": ("smtp1", "smtp2", "graph"),
        "duty": ("smtp2", "smtp1", "graph"),
    }


def test_a_definition_of_it_may_say_who_is_told_when_and_from_which_limits_on():
    given = InstanceDef(
        name="noroshi",
        every="5m",
        rules=("ops",),
        limits={"noroshi-queue": {"oldest": LimitsDef(warning=30.0)}},
    )
    found = own(replace(GIVEN, instances={"noroshi": given}))
    assert ways(found["queue"]) == {"ops": ("smtp1",)}
    assert found["queue"].limits["oldest"].warning == 30
    assert found["queue"].cadence == FixedInterval(read_length("5m", "1s", None))
    assert (
        own(replace(GIVEN, instances={"noroshi": replace(given, rules=())}))["queue"].rules
        == ()
    )


def test_who_is_told_by_no_definition_of_it_is_told_by_rules_that_it_changes():
    made = [rule for m in own().values() for rule in m.rules]
    assert {isinstance(rule, OwnRule) and rule.made_by for rule in made} == {
        "instances/noroshi"
    }
    told = replace(GIVEN, instances={"noroshi": InstanceDef(name="noroshi", rules=("ops",))})
    assert {type(rule) for m in own(told).values() for rule in m.rules} == {Rule}


def test_a_definition_of_it_cannot_have_monitors_of_its_own():
    given = InstanceDef(name="noroshi", group=(GroupDef(name="mail"),))
    _, found = compile_most(replace(GIVEN, instances={"noroshi": given}), WAYS)
    assert [p.where for p in found if "noroshi" in p.where] == ["instances/noroshi.toml: group"]


def test_the_node_s_own_watch_cannot_be_stopped():
    given = InstanceDef(name="noroshi", enabled=False)
    _, found = compile_most(replace(GIVEN, instances={"noroshi": given}), WAYS)
    assert [p.where for p in found if "noroshi" in p.where] == [
        "instances/noroshi.toml: enabled"
    ]


def test_kinds_that_are_not_installed_are_not_asked_for():
    made = compile(
        replace(GIVEN, accounts={}, routes={"smtp1": GIVEN.routes["smtp2"]}, rules={}),
        replace(WAYS, checks={}),
    )
    assert made.monitors == {}


def test_a_route_is_called_by_its_title_where_it_has_one():
    first, *others = GIVEN.routes
    routes = GIVEN.routes | {first: replace(GIVEN.routes[first], title="社内の中継")}
    found = own(replace(GIVEN, routes=routes))
    assert found[f"route-{first}"].title == "社内の中継"
    assert all(found[f"route-{name}"].title == name for name in others)


def test_an_account_of_another_name_is_watched_on_and_its_routes_still_avoided():
    account = replace(GIVEN.accounts["m365"], name="mail1", id="m365")
    routes = {
        name: replace(one, options=dict.fromkeys(one.options, "mail1"))
        for name, one in GIVEN.routes.items()
    }
    before = own()["account-m365"]
    after = own(replace(GIVEN, accounts={"mail1": account}, routes=routes))["account-mail1"]
    assert after.id == before.id and after.has_same_target(before)
    assert after.title == "Account mail1" and ways(after) == ways(before)


def titles(definitions):
    return {
        m.name: (m.instance.title, m.group_title, m.title) for m in own(definitions).values()
    }


def test_its_groups_and_monitors_are_called_in_the_language_of_most_contacts():
    in_english = titles(GIVEN)
    assert in_english["queue"] == ("Noroshi", "Mail", "Mail queue")
    assert in_english["account-m365"] == ("Noroshi", "Mail", "Account m365")
    japanese = {name: replace(one, language="ja") for name, one in GIVEN.contacts.items()}
    in_japanese = titles(replace(GIVEN, contacts=japanese))
    assert in_japanese["queue"] == ("Noroshi", "メール送信", "送信キュー")
    assert in_japanese["account-m365"] == ("Noroshi", "メール送信", "アカウント m365")
    assert in_japanese["node"] == ("Noroshi", "ノード", "ノード")


def test_a_definition_of_it_without_a_title_leaves_it_its_own():
    given = InstanceDef(name="noroshi", rules=("ops",))
    assert titles(replace(GIVEN, instances={"noroshi": given}))["queue"][0] == "Noroshi"
