"""Passwords at SMTP, and how they end: by Microsoft's calendar on the lab's clock."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import Clock, Wire, xoauth2
from tests.noroshi_lab.lab.test_exchange import log_in as log_in_by_token, token
from tests.noroshi_lab.lab.test_policies import turn

USER, PASSWORD = "alerts@contoso.example", "correct horse"
OFF = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
WRONG = "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def log_in(wire: Wire, user: str = USER, password: str = PASSWORD) -> str:
    await wire.secure()
    assert await wire.say("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert await wire.say(coded(user)) == "334 UGFzc3dvcmQ6"
    said = await wire.say(coded(password))
    return said.partition(" [")[0]


async def test_a_password_lets_in_while_basic_is_still_on(wire: Wire, lab: Lab) -> None:
    assert (await log_in(wire)).startswith("235 2.7.0")
    for line in (f"MAIL FROM:<{USER}>", "RCPT TO:<ops@contoso.example>", "DATA"):
        await wire.say(line)
    assert (await wire.say(f"From: {USER}\r\n\r\nx\r\n.")).startswith("250")
    [mail] = lab.mailboxes.mails()
    assert f"LOGIN {USER}" in mail.received


async def test_the_user_may_come_with_the_command(wire: Wire) -> None:
    await wire.secure()
    assert await wire.say(f"AUTH LOGIN {coded(USER)}") == "334 UGFzc3dvcmQ6"
    assert (await wire.say(coded(PASSWORD))).startswith("235")


async def test_basic_ends_with_the_year_unless_it_is_switched_on_again(
    wire: Wire, lab: Lab, clock: Clock
) -> None:
    turn(lab, "clock", "2026-12-30T23:59:59")
    assert (await log_in(wire)).startswith("235")
    await wire.close()
    clock.move(seconds=1)
    assert await log_in(wire) == OFF
    await wire.close()
    turn(lab, "basic", "on")
    assert (await log_in(wire)).startswith("235")


@pytest.mark.parametrize(
    ("switch", "value", "reply"),
    [
        pytest.param("basic", "off", OFF, id="off"),
        pytest.param(
            "basic",
            "removed",
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            id="removed",
        ),
        pytest.param(
            "security-defaults",
            "on",
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's "
            "security defaults policy. Contact your administrator.",
            id="security defaults",
        ),
        pytest.param(
            "conditional-access",
            "blocking",
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to "
            "be authenticated successfully. Contact your administrator.",
            id="a policy",
        ),
        pytest.param(
            "tenant-smtp-auth",
            "off",
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
            "the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
            id="SMTP AUTH off",
        ),
        pytest.param("account", "disabled", WRONG, id="account disabled"),
    ],
)
async def test_why_a_password_is_refused_is_said(
    wire: Wire, lab: Lab, switch: str, value: str, reply: str
) -> None:
    turn(lab, switch, value)
    assert await log_in(wire) == reply


@pytest.mark.parametrize(
    ("user", "password"),
    [(USER, "wrong"), ("nobody@contoso.example", PASSWORD), ("ops@contoso.example", PASSWORD)],
)
async def test_wrong_credentials_are_told_as_such(wire: Wire, user: str, password: str) -> None:
    assert await log_in(wire, user, password) == WRONG


async def test_a_token_is_taken_whatever_becomes_of_passwords(wire: Wire, lab: Lab) -> None:
    turn(lab, "basic", "removed")
    turn(lab, "security-defaults", "on")
    await log_in_by_token(lab, wire)


async def test_passwords_count_among_the_connections_of_a_mailbox(lab: Lab) -> None:
    lab.faults.connections = 1
    first, second = Wire(lab), Wire(lab)
    assert (await log_in(first)).startswith("235")
    assert (await log_in(second)).startswith("432 4.3.2")
    for each in (first, second):
        await each.close()


async def test_a_mailbox_without_a_licence_opens_by_no_token(wire: Wire, lab: Lab) -> None:
    lab.board.keep(replace(lab.board.mailbox, licensed=False))
    await wire.secure()
    said = await wire.say(f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}")
    assert said.startswith("535 5.7.3 ")
