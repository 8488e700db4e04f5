"""What an agent is given of the definitions: its own instances with their networks, and no more."""

from __future__ import annotations

from noroshi.definitions.document_content import content, document
from noroshi.service.agents.configurations import (
    NO_DOCUMENTS,
    configuration_of,
    configurations,
    with_marks,
)

PROXY = document("networks/proxy", {"proxy": "proxy.example.com:8080"})
OTHER_NETWORK = document("networks/other", {"source": "192.0.2.1"})
OPS = document("contacts/ops", {"addresses": ["ops@example.com"]})


def instance(name, source="", network="", **other):
    monitor = {"name": "page", "kind": "http", "rules": ["night"]}
    monitor |= {"network": network} if network else {}
    table = {"rules": ["ops"], "group": [{"name": "web", "monitor": [monitor]}]} | other
    return document(f"instances/{name}", table | ({"source": source} if source else {}))


def keys(configuration):
    return [one.key for one in configuration.documents]


def test_an_agent_gets_the_instances_whose_source_it_is_and_their_networks():
    documents = [
        instance("fs01", "fs01", "proxy"),
        instance("files", "FS01"),
        instance("db01", "db01", "other"),
        instance("here"),
        PROXY,
        OTHER_NETWORK,
        OPS,
    ]
    given = configurations(documents, ["Fs01", "db01"])
    assert keys(given["fs01"]) == ["instances/files", "instances/fs01", "networks/proxy"]
    assert keys(given["db01"]) == ["instances/db01", "networks/other"]


def test_an_agent_gets_the_rules_of_its_instances_and_their_contacts_without_an_address():
    night = {"action": "mail", "contacts": ["boss"], "routes": ["smtp"], "on": ["critical"]}
    documents = [
        instance("fs01", "fs01", title="Files"),
        document("rules/ops", {"action": "mail", "contacts": ["ops"], "routes": ["smtp"]}),
        document("rules/night", night),
        document("rules/other", {"action": "mail", "contacts": ["other"], "routes": ["smtp"]}),
        document("contacts/boss", {"addresses": ["boss@example.com"], "language": "ja"}),
        document("contacts/other", {"addresses": ["other@example.com"]}),
        document("routes/smtp", {"kind": "smtp"}),
        OPS,
    ]
    (given,) = configurations(documents, ["fs01"]).values()
    tables = {one.key: content(one) for one in given.documents}
    assert tables == {
        "instances/fs01": content(documents[0]),
        "rules/night": {"action": "mail", "contacts": ["boss"], "on": ["critical"]},
        "rules/ops": {"action": "mail", "contacts": ["ops"]},
        "contacts/boss": {"language": "ja"},
        "contacts/ops": {},
    }


def test_an_agent_with_a_route_of_its_own_gets_addresses_and_another_one_does_not():
    documents = [
        instance("fs01", "fs01"),
        instance("db01", "db01"),
        document("rules/ops", {"action": "mail", "contacts": ["ops"], "routes": ["smtp"]}),
        document("contacts/ops", {"addresses": ["ops@example.com"], "one_by_one": 5}),
    ]
    given = configurations(documents, ["fs01", "db01"], ["FS01"])
    contacts = {
        name: content(one)
        for name, configuration in given.items()
        for one in configuration.documents
        if one.key == "contacts/ops"
    }
    assert contacts == {"fs01": content(documents[-1]), "db01": {}}


def test_an_agent_without_instances_has_a_configuration_without_documents():
    assert configurations([instance("here"), PROXY], ["fs01"]) == {"fs01": NO_DOCUMENTS}
    assert NO_DOCUMENTS.name != "" and NO_DOCUMENTS.documents == ()


def test_a_change_elsewhere_leaves_the_name_of_a_configuration():
    mine, other = instance("fs01", "fs01"), instance("db01", "db01")
    before = configurations([mine, other], ["fs01", "db01"])
    after = configurations([OPS, instance("db01", "db01", title="DB"), mine], ["db01", "fs01"])
    assert before["fs01"] == after["fs01"]
    assert before["db01"].name != after["db01"].name


def test_two_documents_are_no_other_two_with_the_same_letters():
    one = configuration_of([document("networks/a", {}), document("networks/b", {})])
    two = configuration_of([document("networks/a", {"b": 1})])
    assert len({one.name, two.name, NO_DOCUMENTS.name}) == 3


def test_an_instance_without_groups_is_given_as_it_is():
    empty = document("instances/fs01", {"source": "fs01"})
    assert configurations([empty], ["fs01"])["fs01"].documents == (empty,)


SMTP = {"kind": "smtp", "options": {"host": "mx.example.com", "password": "smtp"}}
SHARED = [
    instance("fs01", "fs01"),
    instance("db01", "db01"),
    document("rules/ops", {"action": "mail", "contacts": ["ops"], "routes": ["out"]}),
    document("contacts/quiet", {"addresses": ["q@example.com"], "one_by_one": 0}),
    document("routes/out", SMTP),
    document("routes/by_user", {"kind": "smtp", "options": {"account": "box"}}),
    document("accounts/box", {"cloud": "microsoft365", "mailbox": "a@example.com"}),
    OPS,
]


def tables(configuration):
    return {one.key: content(one) for one in configuration.documents}


def test_an_agent_gets_the_routes_that_are_shared_with_it_and_no_other_agent_does():
    given = configurations(SHARED, ["fs01", "db01"], ["fs01"], {"FS01": ["out"]})
    limited = {**SMTP, "connections": 1, "mails_a_minute": 15}
    assert tables(given["fs01"])["routes/out"] == limited
    assert given["fs01"].entries == ("smtp",)
    assert "routes/out" not in tables(given["db01"]) and given["db01"].entries == ()


def test_agents_that_share_a_route_share_its_pace():
    shared_routes = {"fs01": ["out"], "db01": ["out"], "away": ["out"]}
    given = configurations(SHARED, ["fs01", "db01"], (), shared_routes)
    paces = {tables(one)["routes/out"]["mails_a_minute"] for one in given.values()}
    assert paces == {5}


def test_who_sends_by_a_shared_route_soon_combines_alarms():
    quiet = [*SHARED, document("rules/night", {"action": "mail", "contacts": ["quiet"]})]
    given = configurations(quiet, ["fs01", "db01"], ["fs01", "db01"], {"fs01": ["out"]})
    assert tables(given["fs01"])["contacts/ops"]["one_by_one"] == 1
    assert tables(given["fs01"])["contacts/quiet"]["one_by_one"] == 0
    assert "one_by_one" not in tables(given["db01"])["contacts/ops"]


def test_a_route_that_can_be_shared_no_more_is_left_out():
    given = configurations(SHARED, ["fs01"], (), {"fs01": ["by_user", "gone"]})
    assert keys(given["fs01"]) == keys(configurations(SHARED, ["fs01"])["fs01"])


def test_a_new_secret_makes_a_new_name_where_it_is_given_and_nowhere_else():
    given = configurations(SHARED, ["fs01", "db01"], (), {"fs01": ["out"]})
    names = [
        [with_marks(given[agent], {"smtp": mark}).name for mark in ("m1", "m2", "m1")]
        for agent in ("fs01", "db01")
    ]
    assert names[0][0] == names[0][2] != names[0][1]
    assert set(names[1]) == {given["db01"].name}
