"""An app by itself: its token, what Exchange asks of it, and the switches of an administrator."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msal
import pytest
import requests

from noroshi_lab.lab import switches
from noroshi_lab.lab.directory import APP_PERMISSION
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.state import Board
from tests.noroshi_lab.lab.lab_clients import SECRET, Client, Wire, xoauth2

ALERTS = "alerts@contoso.example"
DEFAULT = "https://outlook.office365.com/.default"


@pytest.fixture
def board(lab: Lab) -> Board:
    """All that an administrator does for an app is done."""
    found = lab.board
    found.keep(replace(found.app, roles=(APP_PERMISSION,)))
    turn(found, "service-principal", "registered")
    turn(found, "mailbox-permission", "granted")
    return found


def turn(board: Board, name: str, value: str) -> None:
    switch = switches.find(name)
    assert switch is not None and switch.takes(value)
    switch.put(board, value)


async def asked(client: Client, **changed: str | None) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "client_credentials",
        "client_id": client.lab.address.client_id,
        "client_secret": SECRET,
        "scope": DEFAULT,
    }
    return await client.post({k: v for k, v in (form | changed).items() if v is not None})


async def signed_in(client: Client, wire: Wire, user: str = ALERTS) -> str:
    _, answer = await asked(client)
    await wire.secure()
    return await wire.say(f"AUTH XOAUTH2 {xoauth2(user, answer['access_token'])}")


async def test_the_answer_has_a_token_alone(client: Client, board: Board) -> None:
    status, answer = await asked(client)
    assert status == 200
    assert answer.keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    claims = client.lab.mint.read(answer["access_token"]) or {}
    assert claims["aud"] == "https://outlook.office365.com"
    assert claims["roles"] == [APP_PERMISSION] and claims["idtyp"] == "app"
    assert claims["appid"] == client.lab.address.client_id
    assert not claims.keys() & {"upn", "scp"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param(
            {"scope": "https://outlook.office.com/SMTP.Send"}, 1002012, id="no default"
        ),
        pytest.param({"scope": ".default"}, 1002012, id="no resource"),
        pytest.param({"scope": "https://mail.example/.default"}, 500011, id="unknown resource"),
        pytest.param({"scope": None}, 900144, id="no scope"),
        pytest.param({"client_secret": None}, 7000218, id="no secret"),
        pytest.param({"client_secret": "wrong"}, 7000215, id="wrong secret"),
        pytest.param({"client_id": "nobody"}, 700016, id="unknown app"),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_by_its_code(
    client: Client, board: Board, changed: dict[str, str | None], code: int
) -> None:
    status, answer = await asked(client, **changed)
    assert status in (400, 401) and answer["error_codes"] == [code]


async def test_an_ended_secret_is_refused(client: Client, board: Board) -> None:
    turn(board, "secret", "ended")
    status, answer = await asked(client)
    assert (status, answer["error_codes"]) == (401, [7000222])


async def test_exchange_lets_the_app_in_and_takes_its_mail(
    client: Client, wire: Wire, board: Board
) -> None:
    assert (await signed_in(client, wire)).startswith("235")
    assert (await wire.say(f"MAIL FROM:<{ALERTS}>")).startswith("250")
    assert (await wire.say("RCPT TO:<ops@contoso.example>")).startswith("250")
    assert (await wire.say("DATA")).startswith("354")
    said = await wire.say(f"From: {ALERTS}\r\nSubject: s\r\n\r\nt\r\n.")
    assert said.startswith("250 2.0.0 OK")


@pytest.mark.parametrize(
    ("switch", "value", "reply"),
    [
        pytest.param("app-permission", "unconsented", "535 5.7.3 ", id="no admin consent"),
        pytest.param("service-principal", "missing", "535 5.7.3 ", id="no service principal"),
        pytest.param("mailbox-permission", "missing", "535 5.7.3 ", id="no mailbox permission"),
        pytest.param("tenant-smtp-auth", "off", "535 5.7.139 ", id="off for the tenant"),
        pytest.param("mailbox-smtp-auth", "off", "535 5.7.139 ", id="off for the mailbox"),
    ],
)
async def test_what_the_administrator_left_out_is_refused_until_it_is_done(
    client: Client, wire: Wire, board: Board, switch: str, value: str, reply: str
) -> None:
    found = switches.find(switch)
    assert found is not None
    good = found.get(board)
    turn(board, switch, value)
    assert found.get(board) == value
    assert (await signed_in(client, wire)).startswith(reply)
    await wire.close()
    turn(board, switch, good)
    assert (await signed_in(client, wire)).startswith("235")


async def test_another_mailbox_stays_closed(client: Client, wire: Wire, board: Board) -> None:
    said = await signed_in(client, wire, "ops@contoso.example")
    assert said.startswith("535 5.7.3 ")


async def test_a_token_for_graph_is_refused(client: Client, wire: Wire, board: Board) -> None:
    status, answer = await asked(client, scope="https://graph.microsoft.com/.default")
    assert status == 200
    await wire.secure()
    said = await wire.say(f"AUTH XOAUTH2 {xoauth2(ALERTS, answer['access_token'])}")
    assert said.startswith("535 5.7.3 ")


async def test_msal_gets_a_token_for_the_app(lab: Lab, board: Board) -> None:
    def ask() -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env, session.verify = False, lab.address.ca_file
            app = msal.ConfidentialClientApplication(
                lab.address.client_id,
                client_credential=SECRET,
                authority=lab.address.authority,
                instance_discovery=False,
                http_client=session,
            )
            found: dict[str, Any] = app.acquire_token_for_client([DEFAULT])
            return found

    answer = await asyncio.to_thread(ask)
    assert answer["token_source"] == "identity_provider", answer
    assert answer["expires_in"] == 4500


async def test_the_ready_made_lab_has_all_of_it_done(tmp_path, clock) -> None:
    async with Lab(tmp_path / "ready", clock=clock) as lab:
        found = {each.name: each.get(lab.board) for each in switches.SWITCHES}
    assert found["app-permission"] == "consented"
    assert found["service-principal"] == "registered"
    assert found["mailbox-permission"] == "granted"
    assert found["second-factor"] == "code"
