"""What can be said of a refused token, from what it says of itself."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from noroshi.oauth.high_volume import is_high_volume
from noroshi.oauth.jwt_claims import claims_in
from noroshi.transports.smtp.token_diagnosis import (
    NO_RIGHTS,
    OTHER_SENDER,
    diagnosis,
    exclusion_causes,
    faults,
)
from tests.sweeps import sweep

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
USER = "box@example.com"
PERSON = {
    "aud": "https://outlook.office.com",
    "scp": "SMTP.Send",
    "upn": USER,
    "exp": NOW.timestamp() + 3600,
}
APP = {"aud": "https://outlook.office365.com", "roles": ["SMTP.SendAsApp"], "appid": "a"}
GRAPH = {"aud": "00000003-0000-0000-c000-000000000000", "scp": "Mail.Send", "upn": USER}


def jwt(claims):
    def piece(given):
        return base64.urlsafe_b64encode(json.dumps(given).encode()).decode().rstrip("=")

    return f"{piece({'alg': 'none'})}.{piece(claims)}.x"


@sweep(
    ("resource", "claims", "said"),
    [
        pytest.param(
            "smtp", PERSON, "the mailbox box@example.com does not exist", id="a person's"
        ),
        pytest.param("smtp", APP, "service principal is missing", id="an app's"),
        pytest.param("smtp", APP, "does not exist or has no licence", id="an app's mailbox"),
        pytest.param(
            "graph",
            GRAPH,
            "Sign-in logs; then sign in again (noroshi authorize ROUTE)",
            id="for Graph",
        ),
        pytest.param(
            "smtp",
            PERSON | {"aud": "https://outlook.office365.com/"},
            "The token itself looks right",
            id="with a slash at the end",
        ),
        pytest.param(
            "smtp",
            PERSON | {"aud": ["https://other.example", "https://outlook.office.com"]},
            "The token itself looks right",
            id="one of several audiences",
        ),
        pytest.param(
            "smtp",
            PERSON | {"aud": ["https://a.example", "https://b.example"]},
            "is for “https://a.example, https://b.example”",
            id="several others",
        ),
        pytest.param(
            "smtp",
            PERSON | {"scp": ["openid", "SMTP.Send"]},
            "The token itself looks right",
            id="a list of permissions",
        ),
        pytest.param(
            "smtp",
            GRAPH,
            "is for “00000003-0000-0000-c000-000000000000”",
            id="Graph's audience",
        ),
        pytest.param("smtp", GRAPH, "Check scope of the cloud", id="a person's scope"),
        pytest.param(
            "smtp",
            APP | {"aud": "api://x"},
            "Check app_scope of the cloud",
            id="an app's scope",
        ),
        pytest.param(
            "graph",
            PERSON,
            "not for Microsoft Graph. Check graph_scope",
            id="Exchange's audience",
        ),
        pytest.param(
            "smtp",
            PERSON | {"scp": "Mail.Send IMAP.AccessAsUser.All"},
            "carries “Mail.Send IMAP.AccessAsUser.All” and lacks the permission SMTP.Send",
            id="no permission",
        ),
        pytest.param(
            "graph",
            GRAPH | {"scp": "Mail.Send.Shared"},
            "The token itself looks right",
            id="shared mailboxes alone",
        ),
        pytest.param(
            "smtp",
            APP | {"roles": ["Mail.Send"]},
            "lacks the permission SMTP.SendAsApp. Under API permissions › Office 365 Exchange "
            "Online, ask an administrator",
            id="an app without its role",
        ),
        pytest.param(
            "graph",
            {"aud": "https://graph.microsoft.com", "idtyp": "app"},
            "lacks the permission Mail.Send. Under API permissions › Microsoft Graph, ask an "
            "administrator",
            id="an app without its role at Graph",
        ),
        pytest.param(
            "smtp",
            PERSON | {"upn": "aki@example.com"},
            "aki@example.com signed in, but the route opens the mailbox box@example.com",
            id="another person",
        ),
        pytest.param(
            "smtp", PERSON | {"upn": USER.upper()}, "looks right", id="the same in capitals"
        ),
        pytest.param(
            "smtp",
            PERSON | {"exp": NOW.timestamp() - 60},
            "expired at 2026-04-01 02:59",
            id="a clock that is wrong",
        ),
        pytest.param("smtp", PERSON | {"exp": "soon"}, "looks right", id="no time"),
        pytest.param(
            "smtp", {"aud": ["x\x1b[31m"] * 40, "scp": 5}, "is for “", id="odd claims"
        ),
    ],
)
def test_a_token_says(resource, claims, said):
    words = diagnosis(jwt(claims), resource, USER, NOW)
    assert said in words.en and words.ja != words.en
    assert words.en.isprintable() and len(words.en) < 700


def test_a_token_for_a_shared_mailbox_wants_the_permission_for_those():
    found = faults(GRAPH | {"scp": "Mail.Send"}, "graph", USER, NOW, is_shared=True)
    assert ["lacks the permission Mail.Send.Shared" in one.words.en for one in found] == [True]
    for_smtp = faults(PERSON | {"upn": USER}, "smtp", USER, NOW, is_shared=True)
    assert list(for_smtp) == []


@pytest.mark.parametrize(
    ("scp", "name"),
    [
        pytest.param("Mail.Send", OTHER_SENDER, id="without the permission"),
        pytest.param("Mail.Send.Shared", NO_RIGHTS, id="without rights at Exchange"),
    ],
)
def test_why_graph_keeps_somebody_out_of_a_shared_mailbox(scp, name):
    claims = GRAPH | {"upn": "aki@example.com", "scp": scp}
    assert [one.name for one in exclusion_causes(claims, USER)] == [name]
    assert list(exclusion_causes(claims, "Aki@example.com")) == []


@pytest.mark.parametrize(
    "token",
    ["", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA", "a.b.c", "a.e30.", "..", "a.W10.c"],
)
def test_a_token_that_cannot_be_read_is_no_fault(token):
    assert claims_in(token) in (None, {})
    assert "the mailbox box@example.com" in diagnosis(token, "smtp", USER, NOW).en or token


def test_a_deep_token_is_no_bomb():
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    assert claims_in(f"a.{deep}.c") is None


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        pytest.param(
            APP,
            "lacks the Office 365 Exchange Online permission Mail.Send",
            id="a mailbox's role",
        ),
        pytest.param(APP | {"roles": ["Mail.Send"]}, "Add-HVEAppAccess", id="its role"),
    ],
)
def test_high_volume_email_wants_its_own_permission_and_access(claims, said):
    told = diagnosis(jwt(claims), "smtp", USER, NOW, bulk=True)
    assert said in told.en
    assert "SendAsApp" not in told.en + told.ja


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("smtp.hve.mx.microsoft", True),
        ("SMTP-HVE.office365.com.", True),
        ("smtp.office365.com", False),
        ("contoso-com.mx.microsoft", False),
    ],
)
def test_servers_of_high_volume_email_are_known_by_their_names(host, is_one):
    assert is_high_volume(host) is is_one
