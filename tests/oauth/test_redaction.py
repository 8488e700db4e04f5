"""A server's own reason is repeated, and nothing of what it was shown."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import quote

import pytest

from noroshi.oauth.provider import SignInError
from noroshi.oauth.redaction import LONGEST_QUOTE, redact, tidy_description
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, as_json
from tests.oauth.conftest import provider_of, with_secret

TOKEN = "canary-refresh-0"


async def refused(account, authority, description):
    said = {"error": "invalid_grant", "error_description": description}
    authority.answer = lambda form: as_json(400, said)
    client = with_secret(account)
    with pytest.raises(SignInError) as caught:
        await provider_of(account.cloud).refresh(client, Secret(TOKEN), "smtp")
    return caught.value.description


async def test_the_reason_is_repeated_as_the_server_gave_it(any_account, authority):
    text = "Scope https://mail.test/SMTP.Send was not granted to client-1."
    assert await refused(any_account, authority, text) == text


@pytest.mark.parametrize("shown", [SECRET, quote(SECRET, safe=""), TOKEN])
async def test_what_the_server_was_shown_is_taken_out(any_account, authority, shown):
    told = await refused(any_account, authority, f"“{shown}” is not known here.")
    assert told == "“…” is not known here."


async def test_so_is_a_pair_of_http_basic(told, authority):
    account = replace(told, cloud=replace(told.cloud, client_auth="basic"))
    pair = f"client-1:{quote(SECRET, safe='')}"
    shown = base64.b64encode(pair.encode()).decode()
    assert await refused(account, authority, f"Basic {shown}?") == "Basic …?"


async def test_nothing_of_it_stays_where_the_text_is_cut(any_account, authority):
    text = "x" * (LONGEST_QUOTE - 10) + f" {TOKEN} {TOKEN}"
    assert "canary" not in await refused(any_account, authority, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("a\r\n\x1b[31mred", "a ?[31mred", id="what a terminal obeys"),
        pytest.param("bad eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "bad …", id="a token"),
        pytest.param(
            "Trace ID: 0f0f0f0f-1111-2222-3333-444444444444",
            "Trace ID: 0f0f0f0f-1111-2222-3333-444444444444",
            id="a number of the request",
        ),
        pytest.param(
            "see https://id.example.com/errors/invalid_scope2",
            "see https://id.example.com/errors/invalid_scope2",
            id="an address",
        ),
        pytest.param(["not", "a", "text"], "", id="no text"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_what_else_is_and_is_not_repeated(text, told):
    assert redact(tidy_description(text), ()) == told
