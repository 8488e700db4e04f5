"""What comes of a setup: the names it takes, and the definitions that it makes."""

import pytest

from noroshi.cli.commands.setup import MICROSOFT365
from noroshi.guides import setup_documents as documents
from noroshi.guides.setup_names import (
    ACCOUNT,
    free_account,
    free_entry,
    free_number,
    free_route,
    route_for,
    route_from,
    routes_by,
)

ROUTES = {
    "smtp1": {"kind": "smtp", "options": {"account": "m365"}},
    "graph1": {"kind": "graph", "options": {"account": "other"}},
    "smtp2": {"kind": "smtp", "options": {"host": "mail.example.com"}},
}
ORDERS = {
    "rules/ops": {"action": "mail", "routes": ["smtp1", "smtp2"]},
    "rules/night": {"action": "mail", "routes": ["graph1", "smtp1"]},
    "notifications/backup": {"routes": ["smtp2"]},
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (free_route("smtp", ()), "smtp1"),
        (free_route("smtp", ROUTES), "smtp3"),
        (free_route("graph", ROUTES), "graph2"),
        (free_route("of-a-plugin", ROUTES), "route1"),
        (free_number("proxy", {"proxy1"}), "proxy2"),
        (free_account("m365", ()), "m365"),
        (free_account("m365", {"m365"}), "m3652"),
        (free_entry("m365", ()), "m365"),
        (free_entry("m365", {"m365", "m365-2"}), "m365-3"),
        (route_for("smtp", "m365", ROUTES), "smtp1"),
        (route_for("graph", "m365", ROUTES), "graph2"),
    ],
)
def test_a_name_takes_the_place_of_nothing(name, expected):
    assert name == expected


def test_the_routes_of_an_account_are_those_that_name_it():
    assert routes_by("m365", ROUTES) == ["smtp1"]


def test_another_account_of_the_same_mailbox_has_the_route_too():
    defined = {f"routes/{name}": one for name, one in ROUTES.items()}
    defined |= {"accounts/other": {"mailbox": "Alerts@contoso.com"}}
    assert route_from("alerts@contoso.com", "graph", defined) == "graph1"
    assert route_from("alerts@contoso.com", "smtp", defined) == ""


def test_a_fallback_stands_right_behind_its_route():
    joined = documents.with_route(ORDERS, ("rules/ops", "rules/night"), "graph1", "smtp1")
    assert joined == {"rules/ops": {"action": "mail", "routes": ["smtp1", "graph1", "smtp2"]}}


def test_a_route_joins_at_the_end_of_the_orders_that_are_there():
    joined = documents.with_route(ORDERS, ("notifications/backup", "rules/gone"), "graph1")
    assert joined == {"notifications/backup": {"routes": ["smtp2", "graph1"]}}


def test_the_orders_that_name_a_route():
    keys = [key for key, _ in documents.orders_naming(ORDERS, "smtp1")]
    assert keys == ["rules/night", "rules/ops"]


@pytest.mark.parametrize(
    ("defined", "keys"),
    [
        ({}, []),
        ({"contacts/ops": {}}, ["rules/ops"]),
        ({"contacts/ops": {}, "rules/mine": {}}, []),
        (
            {
                "contacts/ops": {},
                "instances/a": {},
                "instances/b": {"rules": ["x"]},
                "instances/noroshi": {},
            },
            ["rules/ops", "instances/a"],
        ),
    ],
)
def test_the_first_rule_is_for_whoever_is_there_alone(defined, keys):
    assert list(documents.first_rule(defined, "smtp1")) == keys


@pytest.mark.parametrize(
    ("typed", "port"),
    [("587", 587), ("", None), ("smtp", "smtp"), ("1234567890", "1234567890")],
)
def test_a_port_that_is_no_number_is_refused_as_it_was_typed(typed, port):
    options = documents.route_options("smtp", {"host": "a", "port": typed}, "")
    assert options.get("port") == port


def test_a_route_without_an_account():
    typed = {"host": "mail.example.com", "protection": "tls", "title": "Mail", "network": ""}
    assert documents.route_document("smtp", typed, "smtp1") == {
        "title": "Mail",
        "kind": "smtp",
        "options": {"host": "mail.example.com", "protection": "tls", "password": "smtp1"},
    }


def test_a_route_by_an_account_drops_the_server_and_options_of_another_kind():
    before = {
        "title": "Mine",
        "kind": "smtp",
        "options": {"host": "mail.example.com", "password": "smtp1", "timeout": 9},
    }
    settings = {"network": ""}
    assert documents.account_route(before, "smtp", "m365", settings) == {
        "title": "Mine",
        "kind": "smtp",
        "connections": documents.MOST_CONNECTIONS,
        "options": {"timeout": 9, "account": "m365"},
    }
    by_graph = documents.account_route(before, "graph", "m365", settings)
    assert by_graph["options"] == {"account": "m365"}


def test_a_route_that_sends_by_the_account_already_keeps_its_server():
    hve = {"host": "smtp.hve.mx.microsoft", "port": 587, "account": "hve", "charset": "utf-8"}
    before = {"kind": "smtp", "connections": 2, "options": hve}
    assert documents.account_route(before, "smtp", "hve", {"network": ""}) == before
    other = documents.account_route(before, "smtp", "m365", {"network": ""})
    assert other["options"] == {"account": "m365", "charset": "utf-8"}


def test_a_route_by_a_server_keeps_the_entry_that_it_names():
    before = {"kind": "smtp", "connections": 2, "options": {"password": "mine", "account": "a"}}
    typed = {"host": "mail.example.com", "port": "25"}
    route = documents.server_route(before, typed, "smtp1", {"title": "Mail"})
    assert route == {
        "title": "Mail",
        "kind": "smtp",
        "connections": 2,
        "options": {"host": "mail.example.com", "port": 25, "password": "mine"},
    }
    assert documents.server_route({}, typed, "smtp1", {})["options"]["password"] == "smtp1"
    assert "password" not in documents.server_route({}, typed, "", {})["options"]


@pytest.mark.parametrize(
    ("tenant", "mailbox", "expected"),
    [
        ("contoso.com", "a@b.example", "contoso.com"),
        ("", "a@b.example", "b.example"),
        ("", "nobody", ""),
    ],
)
def test_where_nobody_names_a_tenant_the_mailboxs_domain_stands_for_it(
    tenant, mailbox, expected
):
    assert documents.tenant_or_domain(tenant, mailbox) == expected


def test_an_account_keeps_what_the_form_does_not_ask_for():
    before = {"mails_a_minute": 0, "tenant": "contoso.com", "secret": "mine", "mailbox": "a@b"}
    typed = {"tenant": "", "mailbox": ""}
    assert documents.account_document(before, typed, "m365", ("mailbox",)) == {
        "mails_a_minute": 0,
        "secret": "mine",
        "mailbox": "",
    }


def test_a_new_account_names_the_entry_of_a_typed_secret_alone():
    assert documents.account_document({}, {"mailbox": "a@b"}, "m365")["secret"] == "m365"
    assert "secret" not in documents.account_document({}, {"mailbox": "a@b"}, "")


def test_the_command_names_the_account_that_the_pages_name():
    account = next(one for one in MICROSOFT365.options if "--account" in one.flags)
    assert account.settings["default"] == ACCOUNT
