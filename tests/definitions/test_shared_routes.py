"""What another server needs to send by a route, and which routes no other server may have."""

from __future__ import annotations

import pytest

from noroshi.definitions.document_content import content, document
from noroshi.definitions.shared_routes import (
    NotSharedError,
    mails_a_minute,
    shared_route,
    with_entries,
)

SMTP = {"kind": "smtp", "options": {"host": "mx.example.com", "password": "smtp-password"}}
GRAPH = {"kind": "graph", "options": {"account": "m365"}}
HOOK = {"kind": "webhook", "options": {"url_entry": "hook", "header_entry": "hook-header"}}
APP = {
    "cloud": "microsoft365",
    "sign_in": "app",
    "mailbox": "noroshi@example.com",
    "certificate": "cert",
    "secret": "app-secret",
    "reads_inbox": True,
    "id": "old",
}


def documents(**contents):
    made = (document(key.replace("__", "/"), table) for key, table in contents.items())
    return {one.key: one for one in made}


def refusal(**contents):
    with pytest.raises(NotSharedError) as caught:
        shared_route("out", documents(**contents))
    return caught.value.words.en


def limited(route, share=15):
    return {one.key: content(one) for one in route.with_limit(share).documents}


def test_a_route_by_password_is_itself_and_its_password():
    route = shared_route("out", documents(routes__out=SMTP, routes__other=HOOK))
    assert [one.key for one in route.documents] == ["routes/out"]
    assert route.entries == ("smtp-password",) and route.sender == "routes/out"
    assert limited(route) == {"routes/out": {**SMTP, "connections": 1, "mails_a_minute": 15}}


def test_a_webhook_is_itself_with_its_url_and_header():
    assert shared_route("out", documents(routes__out=HOOK)).entries == ("hook", "hook-header")


def test_an_app_brings_its_account_cloud_and_networks():
    found = documents(
        routes__out={**GRAPH, "network": "dmz"},
        accounts__m365={**APP, "cloud": "own", "network": "dmz"},
        clouds__own={"mails_a_minute": 4},
        networks__dmz={"proxy": "proxy:1", "proxy_user": "u", "proxy_password": "proxy"},
    )
    route = shared_route("out", found)
    assert {one.key for one in route.documents} == set(found)
    assert set(route.entries) == {"cert", "app-secret", "proxy"}
    account = limited(route)["accounts/m365"]
    assert (account["mails_a_minute"], account["connections"]) == (4, 1)


def test_an_agent_neither_reads_the_mailbox_nor_keeps_the_tokens_under_another_name():
    route = shared_route("out", documents(routes__out=GRAPH, accounts__m365=APP))
    assert limited(route)["accounts/m365"].keys() & {"reads_inbox", "id"} == set()
    assert limited(route)["routes/out"] == {**GRAPH, "connections": 1}


@pytest.mark.parametrize("sign_in", [{}, {"sign_in": "person"}])
def test_a_sign_in_of_a_user_is_not_shared(sign_in):
    account = {key: value for key, value in APP.items() if key != "sign_in"} | sign_in
    assert "A user signs in" in refusal(routes__out=GRAPH, accounts__m365=account)


def test_a_route_of_another_kind_is_not_shared():
    assert "Routes of type pickup" in refusal(routes__out={"kind": "pickup"})


@pytest.mark.parametrize("field", ["ca_file", "certificate"])
def test_what_names_a_file_of_this_computer_is_not_shared(field):
    options = {**SMTP["options"], field: "/etc/x.pem"}
    assert f"The setting {field}" in refusal(routes__out={**SMTP, "options": options})


@pytest.mark.parametrize("field", ["ca_file", "source"])
def test_neither_is_what_goes_through_such_a_network(field):
    network = {field: "192.0.2.1"}
    words = refusal(routes__out={**SMTP, "network": "dmz"}, networks__dmz=network)
    assert "networks/dmz refers to this computer" in words


def test_what_this_nodes_own_hub_has_shared_is_not_shared_again():
    table = {"kind": "webhook", "options": {"url_entry": "from-hub/hook"}}
    assert "comes from this node's own hub" in refusal(routes__out=table)


@pytest.mark.parametrize(
    ("missing", "contents"),
    [
        ("routes/out", {}),
        ("accounts/m365", {"routes__out": GRAPH}),
        ("networks/dmz", {"routes__out": {**SMTP, "network": "dmz"}}),
        ("clouds/own", {"routes__out": GRAPH, "accounts__m365": {**APP, "cloud": "own"}}),
    ],
)
def test_what_is_named_must_be_there(missing, contents):
    assert f"{missing} does not exist" in refusal(**contents)


@pytest.mark.parametrize(
    ("table", "limit"),
    [
        ({}, 15),
        ({"mails_a_minute": 5}, 5),
        ({"mails_a_minute": 0}, 15),
        ({"options": {"host": "smtp.azurecomm.net", "sender": "a@b.azurecomm.net"}}, 5),
    ],
)
def test_an_agent_sends_no_faster_than_the_hub_may(table, limit):
    route = shared_route("out", documents(routes__out={**SMTP, **table}))
    assert limited(route)["routes/out"]["mails_a_minute"] == limit


def test_agents_share_the_pace_of_a_mailbox():
    assert [mails_a_minute(count) for count in (1, 2, 4, 15, 200)] == [15, 7, 3, 1, 1]


def test_entries_get_other_names_and_nothing_else_does():
    (one,) = shared_route("out", documents(routes__out=SMTP)).documents
    renamed = content(with_entries(one, lambda entry: f"x/{entry}"))
    assert renamed == {**SMTP, "options": {**SMTP["options"], "password": "x/smtp-password"}}
