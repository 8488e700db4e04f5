"""A provider that is not Microsoft is never blamed on Microsoft, nor one that is not Google on Google."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from noroshi.knowledge.explanation import Explanation
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.oauth.account import Account
from noroshi.oauth.errors.error_explanation import advise, cure_of
from noroshi.oauth.provider import SignInError
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from noroshi.transports.diagnostics.connection_remedies import explanation_of
from tests.sweeps import sweep
from tests.transports.answers import SAID

OWN = replace(MICROSOFT365, name="ours", oidc=True, authority="https://id.ours.example")
MICROSOFT = re.compile(
    r"Microsoft(?! Graph)|マイクロソフト|Entra|Exchange ?Online|microsoft\.com|cloud\.microsoft"
)
GOOGLES = re.compile(r"Google|google\.com")
ERRORS = sorted(
    {
        "never_heard_of",
        *(error for errors in knowledge().errors.values() for error in errors),
        *(error for refusals in knowledge().refusals.values() for error in refusals),
    }
    - {"leads_to_microsoft"}
)
ANYBODY_S = ("oauth.other_", "google.", "mail_servers.", "webhooks.", "computer.")
"""Rows of servers that are none of Microsoft's."""
ROWS = {
    name: row
    for name, row in {**knowledge().cures, **knowledge().explanations}.items()
    if name.startswith(ANYBODY_S)
}


def texts_of(row):
    cure = row.cure if isinstance(row, Explanation) else row
    own = (row.meaning, row.action) if isinstance(row, Explanation) else ()
    told = [text for one in (*own, *cure.steps) for text in (one.en, one.ja)]
    lines = [line if isinstance(line, str) else line.en for line in cure.lines]
    return [*told, *lines, cure.link]


@sweep("error", ERRORS)
@sweep("cloud", [GOOGLE, OWN], ids=["Google", "our own"])
def test_a_refused_sign_in_elsewhere_is_none_of_microsoft_s(error, cloud):
    for app, secret, suberror in product((False, True), ("", "s"), ("", "consent_required")):
        account = Account(
            name="box",
            cloud=cloud,
            tenant="t",
            client_id="id",
            secret=secret,
            mailbox="box@example.com",
            sign_in="app" if app else "person",
        )
        advice = advise(error, suberror=suberror, cloud=cloud, app_only=app, secret=secret)
        failure = SignInError(advice.words, error=error, party=advice.party, suberror=suberror)
        cure = cure_of(failure, account)
        told = [advice.words.en, advice.words.ja, *texts_of(cure)]
        assert [text for text in told if MICROSOFT.search(text)] == []
        if cloud is OWN and error != "no_key_file":  # only Google has one
            assert [text for text in told if GOOGLES.search(text)] == []


@sweep("name", sorted(ROWS))
def test_a_row_of_other_servers_does_not_lead_to_microsoft(name):
    found = [text for text in texts_of(ROWS[name]) if MICROSOFT.search(text)]
    assert [
        text
        for text in found
        if not re.search("in Exchange Online|Exchange Online (で|の)", text)
    ] == []


@sweep(
    "reply",
    [
        pytest.param("535 5.7.8 Error: authentication failed:", id="Postfix"),
        pytest.param("535 5.7.8 Authentication credentials invalid", id="Dovecot"),
        pytest.param("534 5.7.9 Authentication mechanism is too weak", id="Cyrus"),
        pytest.param("550 5.4.5 mail system congestion", id="RFC 3463"),
        pytest.param("421 4.3.2 Service shutting down", id="Postfix, stopped"),
        pytest.param("454 4.7.0 Temporary authentication failure", id="Postfix, no backend"),
        pytest.param("552 5.3.4 Message size exceeds fixed limit", id="Postfix, too large"),
        pytest.param("432 4.7.12 A password transition is needed", id="RFC 4954"),
        pytest.param("550 5.1.8 Bad sender's system address", id="RFC 3463, the sender"),
        pytest.param("550 5.7.30 REQUIRETLS support required", id="RFC 8689"),
        pytest.param("554 5.2.2 Mailbox full", id="RFC 3463, the recipient"),
    ],
)
def test_what_any_mail_server_says_is_laid_to_nobody_else(reply):
    row = explanation_of(int(reply[:3]), reply[4:].split()[0], reply[4:])
    assert row.name.startswith("mail_servers.")


@pytest.mark.parametrize(
    ("mark", "others"), [("gsmtp", "exchange."), ("prod.outlook.com", "google.")]
)
def test_whoever_names_itself_is_not_taken_for_another(mark, others):
    marked = [said for _, said, _ in SAID if mark in said]
    assert marked
    for said in marked:
        row = explanation_of(int(said[:3]), said[4:].split()[0], said[4:])
        assert not row.name.startswith(others), said
