"""The configuration of a hub beside a node's own definitions: taken up, kept apart, protected."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from noroshi.agent.enrolment import (
    AcceptedConfiguration,
    Enrolment,
    configuration_in,
    keep_enrolment,
)
from noroshi.agent.link_status import LinkPhase, LinkStatus
from noroshi.core.definitions.version_note import note_words
from noroshi.core.levels import Level
from noroshi.core.model import ItemState, State
from noroshi.core.translation import plain
from noroshi.definitions.document_content import document
from noroshi.link.link_messages import FetchAnswer
from noroshi.link.report_messages import StatesOfHub
from noroshi.ports import Outcome, StoreError, options
from noroshi.service.agents.hub_definitions import HubDefinitions
from noroshi.service.errors import ForbiddenError
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FakeHost
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import AKI, DISK, Harness

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
HUB = Enrolment(
    hub="hub-1",
    hub_name="Tokyo",
    host="hub.example.com",
    port=7663,
    pins=("ab" * 32,),
    agent="a1",
    name="fs01",
    joined_at=NOW,
    key_since=NOW,
)
ID = "01JZ0000000000000000000901"


def instance(**more):
    monitor = {"name": "disks", "kind": "disk", "id": ID, "rules": ["ops", "all"]}
    group = {"name": "base", "rules": ["ops"], "monitor": [monitor]}
    return {"source": "fs01", "rules": ["ops"], "group": [group], **more}


def local(**more):
    """The same as a person of this node might write it."""
    return {"source": "node", "group": instance()["group"][:0], **more}


def configuration(name="c1", **contents):
    contents = contents or {"instances__fs01": instance()}
    made = [document(key.replace("__", "/"), content) for key, content in contents.items()]
    return FetchAnswer(configuration=name, documents=tuple(made))


@pytest.fixture
async def node():
    """A node with definitions of its own, and a hub."""
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    await keep_enrolment(harness.store, HUB)
    return harness


async def taken(node, answer):
    return [str(one) for one in await HubDefinitions(node.service.context).take_up(HUB, answer)]


async def keys(node):
    return {one.key for one in (await node.store.current()).documents}


async def content(node, key):
    found = [one for one in (await node.store.current()).documents if one.key == key]
    return json.loads(found[0].body)


async def given(node):
    return configuration_in(await node.store.get_values())


async def test_it_is_in_force_beside_the_nodes_own(node):
    own = await keys(node)
    assert await taken(node, configuration()) == []
    assert await keys(node) == own | {"instances/fs01"}
    assert await given(node) == AcceptedConfiguration(
        configuration="c1", keys=("instances/fs01",)
    )


RULE = {"action": "mail", "contacts": ["chief"], "routes": ["smtp1"]}
OWN_RULE = {**RULE, "contacts": ["ops"], "routes": ["plain"]}
CONTACT = {"addresses": ["chief@example.com"], "language": "ja"}


def with_rules(name="c1", **contents):
    """A configuration with a rule of the hub, and its contact."""
    given = {"instances__fs01": instance(rules=["night"]), **contents}
    return configuration(name, rules__night=RULE, contacts__chief=CONTACT, **given)


async def test_it_is_measured_by_this_node_and_uses_no_rule_of_it(node):
    await taken(node, configuration())
    found = await content(node, "instances/fs01")
    assert found["source"] == "node" and found["rules"] == []
    (group,) = found["group"]
    assert group["rules"] == [] and group["monitor"][0]["rules"] == []
    assert group["monitor"][0]["id"] == ID
    assert found["of_hub"] is True


async def test_its_rules_notify_at_the_hub_and_by_none_of_its_routes_here(node):
    assert await taken(node, with_rules()) == []
    assert (await content(node, "instances/fs01"))["rules"] == ["night"]
    marks = {"of_hub": True, "hub_id": "night"}
    assert await content(node, "rules/night") == {**RULE, "routes": [], **marks}
    marks = {"of_hub": True, "hub_id": "chief"}
    chief = {"language": "ja", "addresses": ["chief@example.com"]}
    assert await content(node, "contacts/chief") == {**chief, **marks}


async def test_a_rule_and_a_contact_of_the_same_name_get_another_one_here_and_keep_their_ids(
    node,
):
    own = {key: await content(node, key) for key in ("rules/all", "contacts/ops")}
    renamed = {**RULE, "contacts": ["ops", "chief"], "id": "everyone"}
    monitor = {"name": "disks", "kind": "disk", "id": ID, "rules": ["all", "night"]}
    instance_of_hub = {"rules": ["all"], "group": [{"name": "base", "monitor": [monitor]}]}
    answer = with_rules(
        instances__fs01={"source": "fs01", **instance_of_hub},
        rules__all=renamed,
        contacts__ops=CONTACT,
    )
    assert await taken(node, answer) == []
    assert {key: await content(node, key) for key in own} == own
    plan = (await node.service.context.current())[1]
    rules = {rule.name_or_id: rule for rule in plan.monitors[ID].rules}
    assert rules.keys() == {"all-hub", "night"} and plan.rules["all"].of_hub is False
    rule = rules["all-hub"]
    assert (rule.id, rule.of_hub) == ("everyone", True)
    assert [contact.id for contact in rule.contacts] == ["ops", "chief"]
    assert plan.contacts["ops-hub"].addresses == ("chief@example.com",)
    assert plan.contacts["ops"].addresses == ("ops@example.com",)
    assert rules["night"].id == "night"
    before = await keys(node)
    assert await taken(node, replace(answer, configuration="c2")) == []
    assert await keys(node) == before


async def test_a_rule_of_the_hub_keeps_its_id_though_one_here_was_called_so_once(node):
    edited = await content(node, "rules/all") | {"id": "night"}
    documents = (await node.store.current()).documents
    others = [one for one in documents if one.key != "rules/all"]
    current = await node.store.current()
    await node.store.publish(
        replace(current, documents=(*others, document("rules/all", edited))), [], current.number
    )
    monitor = {"name": "disks", "kind": "disk", "id": ID}
    of_hub = {"rules": ["night"], "group": [{"name": "base", "monitor": [monitor]}]}
    answer = with_rules(instances__fs01={"source": "fs01", **of_hub})
    assert await taken(node, answer) == []
    plan = (await node.service.context.current())[1]
    assert [rule.id for rule in plan.monitors[ID].rules] == ["night"]


async def test_a_contact_of_the_hub_may_have_no_address(node):
    given = with_rules()
    bare = document("contacts/chief", {"language": "ja"})
    documents = (*(one for one in given.documents if one.key != bare.key), bare)
    assert await taken(node, replace(given, documents=documents)) == []
    assert (await content(node, "contacts/chief"))["addresses"] == []


async def test_the_nodes_own_instances_use_no_rule_of_the_hub(node):
    await taken(node, with_rules())
    with pytest.raises(
        Exception, match=r"instances/mine.toml: rules.*there is no rule “night”"
    ):
        await InProcessClient(node)(
            "definition_change", put={"instances/mine": local(rules=["night"])}
        )


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("instances/mine", local(of_hub=True)),
        ("rules/mine", {**RULE, "contacts": ["ops"], "of_hub": True}),
        ("contacts/mine", {**CONTACT, "of_hub": True}),
    ],
)
async def test_only_what_the_hub_gave_bears_its_mark(node, key, content):
    await taken(node, with_rules())
    with pytest.raises(Exception, match=f"{key}.toml: of_hub"):
        await InProcessClient(node)("definition_change", put={key: content})


async def test_a_mark_that_is_wrong_is_the_only_problem(node):
    put = {"instances/mine": local(rules=["ops"], of_hub=True), "rules/ops": OWN_RULE}
    with pytest.raises(Exception, match="of_hub") as refusal:
        await InProcessClient(node)("definition_change", put=put)
    assert "there is no rule" not in str(refusal.value)


async def test_the_version_says_that_it_came_from_the_hub(node):
    await taken(node, configuration())
    version = await node.store.current()
    assert version.author == "Tokyo"
    assert note_words(version.note).en == "configuration from hub Tokyo"
    row = (await node.store.audit_log(1))[0]
    assert (row.who, row.door, row.op) == ("Tokyo", "link", "hub_configuration")


async def test_a_newer_one_replaces_that_before_it_and_nothing_else(node):
    own = await keys(node)
    await taken(node, configuration())
    assert await taken(node, configuration("c2", instances__web9=instance())) == []
    assert await keys(node) == own | {"instances/web9"}
    assert (await given(node)).keys == ("instances/web9",)


async def test_the_same_documents_under_another_name_make_no_version(node):
    await taken(node, configuration())
    number = await node.store.current_number()
    assert await taken(node, configuration("c2")) == []
    assert await node.store.current_number() == number
    assert (await given(node)).configuration == "c2"


async def test_an_empty_one_leaves_the_nodes_own(node):
    own = await keys(node)
    await taken(node, configuration())
    answer = FetchAnswer(configuration="c2", documents=())
    assert await taken(node, answer) == []
    assert await keys(node) == own


async def test_what_is_here_as_the_nodes_own_is_not_overwritten(node):
    number = await node.store.current_number()
    (problem,) = await taken(node, configuration(instances__web1=instance()))
    assert problem.startswith("instances/web1.toml: this server has its own definition")
    assert await node.store.current_number() == number
    assert await given(node) == AcceptedConfiguration()


@pytest.mark.parametrize("key", ["routes/out", "accounts/m365", "notifications/n", "clouds/c"])
async def test_a_hub_does_not_say_by_which_route_this_node_sends(node, key):
    (problem,) = await taken(node, configuration(**{key.replace("/", "__"): {}}))
    assert problem.startswith(f"{key}.toml: agents receive only instances, rules, contacts")


async def test_the_watch_of_the_node_itself_is_its_own(node):
    (problem,) = await taken(node, configuration(instances__noroshi=instance()))
    assert problem.startswith("instances/noroshi.toml: this server has its own definition")


async def test_a_hub_uses_no_secret_of_this_node(node):
    network = {"proxy": "evil.example.com:3128", "proxy_user": "a", "proxy_password": "post"}
    (problem,) = await taken(node, configuration(networks__way=network))
    assert problem.startswith("post: the hub is not allowed to use this server")
    assert "networks/way" not in await keys(node)


async def test_of_one_with_mistakes_nothing_is_taken_and_all_are_told(node):
    await taken(node, configuration())
    bad = instance(zone="Mars/Olympus", every="soon")
    problems = await taken(node, configuration("c2", instances__fs01=bad))
    assert len(problems) == 2
    assert (await given(node)).configuration == "c1"
    assert "zone" not in await content(node, "instances/fs01")


async def test_what_is_no_definition_at_all_is_told(node):
    answer = FetchAnswer(
        configuration="c1",
        documents=(document("instances/../../x", {}), document("nothing/x", {})),
    )
    assert len(await taken(node, answer)) == 2


@options
class ProgramOptions:
    path: str = ""


async def nothing(_options, _host, _memory):
    return Outcome(())


async def forbidden(given_options, _host):
    return [DISK.title] if given_options.path != "/allowed" else []


PROGRAM = replace(DISK, kind="program", options=ProgramOptions, runs=True, try_out=forbidden)


def program(path):
    monitor = {"name": "p", "kind": "program", "id": ID, "options": {"path": path}}
    return {"source": "fs01", "group": [{"name": "base", "monitor": [monitor]}]}


async def test_a_program_runs_only_where_this_nodes_file_allows_it():
    node = Harness(checks=(DISK, PROGRAM), host=FakeHost())
    assert await taken(node, configuration(instances__a=program("/allowed"))) == []
    (problem,) = await taken(node, configuration("c2", instances__a=program("/bin/sh")))
    assert problem.startswith("instances/a.toml: group.base.monitor.p.options")


class DyingStore(MemoryStore):
    """Ends as soon as a version is in force, where `dying`."""

    dying = False

    async def publish(self, version, monitors, base_number):
        number = await super().publish(version, monitors, base_number)
        if self.dying:
            raise StoreError("the process ended")
        return number


async def test_after_a_crash_the_hubs_documents_are_still_known_as_the_hubs():
    store = DyingStore()
    node = Harness(store)
    store.dying = True
    with pytest.raises(StoreError):
        await taken(node, configuration())
    store.dying = False
    assert "instances/fs01" in await keys(node)
    assert await taken(node, configuration()) == []
    assert await given(node) == AcceptedConfiguration(
        configuration="c1", keys=("instances/fs01",)
    )


async def test_a_node_that_the_hub_turns_away_tells_its_people_once_a_day(node):
    status = LinkStatus(phase=LinkPhase.REMOVED, trouble=plain("removed"))
    for _ in range(2):
        await HubDefinitions(node.service.context).report_refusal(HUB, status)
    (row,) = await node.store.queue()
    assert row.envelope.contact == "ops"
    node.time.pass_by(days=1)
    await HubDefinitions(node.service.context).report_refusal(HUB, status)
    assert len(await node.store.queue()) == 2


async def test_a_node_that_does_not_reach_its_hub_tells_its_people(node):
    status = LinkStatus(phase=LinkPhase.AWAY, last_contact=NOW)
    await HubDefinitions(node.service.context).report_absence(HUB, status)
    (row,) = await node.store.queue()
    assert row.envelope.contact == "ops"
    assert row.envelope.payload["subject"] == "[Noroshi] hub-unreachable"


async def test_no_notice_waits_for_a_contact_that_only_the_hub_knows(node):
    await taken(node, with_rules())
    await HubDefinitions(node.service.context).report_refusal(
        HUB, LinkStatus(phase=LinkPhase.REMOVED)
    )
    assert {one.envelope.contact for one in await node.store.queue()} == {"ops"}


# people


async def test_nobody_here_changes_what_the_hub_gave(node):
    await taken(node, configuration())
    ask = InProcessClient(node)
    for given_args in (
        {"put": {"instances/fs01": local(title="Mine")}},
        {"remove": ["instances/fs01"]},
        {"rename": {"instances/fs01": "mine"}},
    ):
        with pytest.raises(Exception, match="This server gets its definitions from hub Tokyo"):
            await ask("definition_change", **given_args)
    with pytest.raises(Exception, match="Change them there"):
        await ask("instance_stop", instance="fs01")
    assert (await content(node, "instances/fs01"))["source"] == "node"


async def test_the_nodes_own_definitions_are_changed_as_ever(node):
    await taken(node, configuration())
    ask = InProcessClient(node)
    await ask("definition_change", put={"contacts/boss": {"addresses": ["b@example.com"]}})
    await ask("instance_stop", instance="web1")
    assert (await content(node, "instances/web1"))["enabled"] is False


async def test_a_folder_need_not_have_what_the_hub_gave(node):
    own = (await node.store.current()).documents
    await taken(node, configuration())
    planned = await node.service.definitions.plan(AKI, documents=own)
    assert planned.differences == () and planned.problems == ()
    applied = await node.service.definitions.apply(AKI, documents=own)
    assert applied.differences == ()
    assert "instances/fs01" in await keys(node)


async def test_what_is_exported_can_be_applied_after_the_hubs_next_change(node):
    await taken(node, configuration())
    exported = await node.service.definitions.export(AKI)
    assert {one.key for one in exported.documents} == await keys(node) - {"instances/fs01"}
    await taken(node, configuration("c2", instances__fs01=instance(title="Newer")))
    await node.service.definitions.apply(AKI, documents=exported.documents)
    assert (await content(node, "instances/fs01"))["title"] == "Newer"


async def test_a_folder_that_has_it_otherwise_is_refused(node):
    await taken(node, configuration())
    documents = (await node.store.current()).documents
    others = tuple(
        document(one.key, local(title="Mine")) if one.key == "instances/fs01" else one
        for one in documents
    )
    with pytest.raises(ForbiddenError) as refusal:
        await node.service.definitions.apply(AKI, documents=others)
    assert [one.where for one in refusal.value.problems] == ["instances/fs01"]


async def test_an_earlier_version_comes_back_with_what_the_hub_gives_now(node):
    await taken(node, configuration())
    await taken(node, configuration("c2", instances__fs01=instance(title="Newer")))
    await node.service.versions.take_back(AKI, number=1)
    assert (await content(node, "instances/fs01"))["title"] == "Newer"
    await node.service.versions.take_back(AKI, number=2)
    assert (await content(node, "instances/fs01"))["title"] == "Newer"


# what the hub knows of its monitors


def with_state(answer, serial=7):
    item = ItemState(level=Level.CRITICAL, level_since=NOW)
    state = State(items={"/": item}, serial=serial)
    return replace(answer, states=StatesOfHub(states={ID: state, "other": state})), state


async def test_a_monitor_that_is_new_here_begins_with_what_the_hub_knows_of_it(node):
    answer, state = with_state(configuration())
    assert await taken(node, answer) == []
    assert (await node.store.states())[ID] == replace(state, serial=1007)
    assert "other" not in await node.store.states()


async def test_a_monitor_that_is_known_here_goes_on_as_it_was(node):
    await taken(node, configuration())
    before = (await node.store.states())[ID]
    answer, _ = with_state(configuration("c2", instances__fs01=instance(title="Newer")))
    assert await taken(node, answer) == []
    assert (await node.store.states())[ID] == before
