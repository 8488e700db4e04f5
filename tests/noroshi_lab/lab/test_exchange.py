from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from email.header import Header
from email.message import Message
from typing import Any

import aiosmtplib
import pytest

from noroshi_lab.lab.dialects import HOST
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.scopes import read_scopes
from tests.noroshi_lab.lab.lab_clients import SMTP_SEND, Clock, Wire, xoauth2

USER = "alerts@contoso.example"
BRACKET = re.compile(
    rf" \[{re.escape(HOST)} 2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ [0-9A-F]{{16}}\]$"
)
SUBJECT = "[危険] FS01  D: 共有フォルダーの使用率が 95.2 % になりました (危険 95 % 以上)"


def token(lab: Lab, *, scope: str = SMTP_SEND, upn: str = USER) -> str:
    tenant = lab.directory.tenants[0]
    [app] = tenant.apps.values()
    user = replace(tenant.users[USER], upn=upn)
    return lab.grants.access_token(tenant, app, user, read_scopes(scope))


def mail(sender: str = USER, subject: str = SUBJECT) -> bytes:
    message = Message()
    message["From"], message["To"] = sender, "ops@contoso.example"
    message["Subject"] = Header(subject, "utf-8").encode()
    message["Message-ID"] = "<01J.17@contoso.example>"
    message.set_payload("使用率 95.2 %\n.点で始まる行\n", "utf-8")
    return message.as_bytes().replace(b"\n", b"\r\n")


def bare(reply: str) -> str:
    """An error without its bracket, which it must have."""
    assert BRACKET.search(reply), reply
    return BRACKET.sub("", reply)


async def log_in(lab: Lab, wire: Wire) -> None:
    await wire.secure()
    reply = await wire.say(f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}")
    assert reply == "235 2.7.0 Authentication successful"


async def send(lab: Lab, content: bytes, *to: str, sender: str = USER) -> Any:
    async def give() -> str:
        return token(lab)

    client = aiosmtplib.SMTP(
        hostname="localhost",
        port=lab.address.smtp_port,
        start_tls=True,
        cert_bundle=lab.address.ca_file,
        username=USER,
        oauth_token_generator=give,
    )
    async with client:
        return await client.sendmail(sender, to or ["ops@contoso.example"], content)


async def test_the_offers_before_and_after_tls_are_those_of_exchange(wire: Wire) -> None:
    greeting = await wire.open()
    assert greeting == (
        f"220 {HOST} Microsoft ESMTP MAIL Service ready at Wed, 25 Nov 2026 01:02:03 +0000"
    )
    before = await wire.say("EHLO node.contoso.example")
    assert before.split("\n") == [
        f"250-{HOST} Hello [127.0.0.1]",
        "250-SIZE 157286400",
        "250-PIPELINING",
        "250-DSN",
        "250-ENHANCEDSTATUSCODES",
        "250-STARTTLS",
        "250-8BITMIME",
        "250-BINARYMIME",
        "250-CHUNKING",
        "250 SMTPUTF8",
    ]
    assert await wire.say("STARTTLS") == "220 2.0.0 SMTP server ready"
    await wire.starttls()
    after = await wire.say("EHLO node.contoso.example")
    assert after == before.replace("250-STARTTLS", "250-AUTH LOGIN XOAUTH2")


async def test_before_tls_nothing_can_be_sent_and_nobody_logs_in(wire: Wire) -> None:
    await wire.open()
    assert bare(await wire.say(f"MAIL FROM:<{USER}>")) == "503 5.5.2 Send hello first"
    await wire.say("EHLO node.contoso.example")
    assert bare(await wire.say(f"MAIL FROM:<{USER}>")) == (
        "451 5.7.3 STARTTLS is required to send mail"
    )
    assert bare(await wire.say("AUTH XOAUTH2")) == "504 5.7.4 Unrecognized authentication type"


async def test_what_came_in_clear_behind_starttls_is_not_obeyed(wire: Wire) -> None:
    await wire.open()
    await wire.say("EHLO node.contoso.example")
    assert (await wire.say("STARTTLS\r\nEHLO evil.example")).startswith("220")
    await wire.starttls()
    assert bare(await wire.say("AUTH XOAUTH2")) == "503 5.5.2 Send hello first"


async def test_after_tls_a_mail_needs_auth_first(wire: Wire) -> None:
    await wire.secure()
    reply = await wire.say(f"MAIL FROM:<{USER}>")
    assert bare(reply) == "530 5.7.57 Client not authenticated to send mail."
    assert bare(await wire.say("STARTTLS")) == "500 5.3.3 Unrecognized command"


async def test_an_auth_line_of_more_than_twelve_kilobytes_is_taken(
    lab: Lab, wire: Wire
) -> None:
    users = lab.directory.tenants[0].users
    groups = tuple(f"00000000-0000-0000-0000-{n:012}" for n in range(200))
    users[USER] = replace(users[USER], groups=groups)
    line = f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}"
    assert len(line) > 12288
    await wire.secure()
    assert await wire.say(line) == "235 2.7.0 Authentication successful"
    assert bare(await wire.say(line)) == "503 5.5.1 Bad sequence of commands"


async def test_the_token_may_follow_an_empty_challenge(lab: Lab, wire: Wire) -> None:
    await wire.secure()
    assert await wire.say("AUTH XOAUTH2") == "334 "
    assert await wire.say(xoauth2(USER, token(lab))) == "235 2.7.0 Authentication successful"


async def test_an_auth_that_is_cancelled_is_answered_with_535(wire: Wire) -> None:
    await wire.secure()
    await wire.say("AUTH XOAUTH2")
    assert bare(await wire.say("*")) == "535 5.7.3 Authentication unsuccessful"


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("AUTH PLAIN AGEAYg==", "504 5.7.4 Unrecognized authentication type"),
        ("AUTH OAUTHBEARER eA==", "504 5.7.4 Unrecognized authentication type"),
        ("AUTH XOAUTH2 !", "501 5.5.124 Invalid XOAUTH2 auth data"),
        ("AUTH XOAUTH2 eA==", "501 5.5.124 Invalid XOAUTH2 auth data"),
        ("EHLO my_host", "501 5.5.4 Invalid domain name"),
        ("EHLO", "501 5.5.4 Invalid domain name"),
        ("WIZ", "500 5.3.3 Unrecognized command"),
        ("RCPT TO:<a@b.example>", "503 5.5.2 Need mail command"),
        ("DATA", "503 5.5.2 Need rcpt command"),
    ],
)
async def test_a_wrong_command_is_told_why(wire: Wire, line: str, reply: str) -> None:
    await wire.secure()
    assert bare(await wire.say(line)) == reply


@pytest.mark.parametrize(
    ("given", "user"),
    [
        pytest.param({"scope": "SMTP.Send"}, USER, id="audience Graph"),
        pytest.param({"scope": "https://outlook.office.com/Mail.Send"}, USER, id="scope"),
        pytest.param({"upn": "ops@contoso.example"}, USER, id="token of somebody else"),
        pytest.param({}, "ops@contoso.example", id="mailbox of somebody else"),
        pytest.param({}, "nobody@contoso.example", id="no such mailbox"),
    ],
)
async def test_a_token_that_does_not_fit_is_answered_with_535(
    lab: Lab, wire: Wire, given: dict[str, str], user: str
) -> None:
    await wire.secure()
    reply = await wire.say(f"AUTH XOAUTH2 {xoauth2(user, token(lab, **given))}")
    assert bare(reply) == "535 5.7.3 Authentication unsuccessful"


async def test_a_token_is_good_until_its_last_second(
    lab: Lab, wire: Wire, clock: Clock
) -> None:
    line = f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}"
    await wire.secure()
    clock.move(seconds=lab.grants.token_seconds)
    assert bare(await wire.say(line)) == "535 5.7.3 Authentication unsuccessful"
    clock.move(seconds=-1)
    assert await wire.say(line) == "235 2.7.0 Authentication successful"


async def test_a_token_that_was_altered_is_answered_with_535(lab: Lab, wire: Wire) -> None:
    head, claims, mark = token(lab).split(".")
    await wire.secure()
    for altered in (f"{head}.{claims}A.{mark}", f"{head}.{claims}.", "EwBAAl3B", "é"):
        reply = await wire.say(f"AUTH XOAUTH2 {xoauth2(USER, altered)}")
        assert bare(reply) == "535 5.7.3 Authentication unsuccessful"


async def test_a_delegate_may_open_a_shared_mailbox(lab: Lab, wire: Wire) -> None:
    boxes = lab.directory.tenants[0].mailboxes
    shared = "ops@contoso.example"
    boxes[shared] = replace(boxes[shared], open_to=frozenset({USER}))
    await wire.secure()
    reply = await wire.say(f"AUTH XOAUTH2 {xoauth2(shared, token(lab))}")
    assert reply.startswith("235")


@pytest.mark.parametrize("whose", ["Tenant", "Mailbox"])
async def test_smtp_auth_that_is_off_says_where(lab: Lab, wire: Wire, whose: str) -> None:
    tenant = lab.directory.tenants[0]
    if whose == "Tenant":
        tenant.smtp_auth = False
    else:
        tenant.mailboxes[USER] = replace(tenant.mailboxes[USER], smtp_auth=False)
    await wire.secure()
    reply = bare(await wire.say(f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}"))
    assert reply.startswith("535 5.7.139 ")
    assert f"SmtpClientAuthentication is disabled for the {whose}." in reply


async def test_a_mailbox_takes_three_connections_at_once(lab: Lab) -> None:
    wires = [Wire(lab) for _ in range(4)]
    for one in wires[:3]:
        await log_in(lab, one)
    await wires[3].secure()
    line = f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}"
    assert bare(await wires[3].say(line)).startswith("432 4.3.2 Concurrent connections")
    assert (await wires[0].say("QUIT")).startswith("221 2.0.0")
    assert await wires[0].answer() == ""  # it has ended, and is no longer counted
    assert (await wires[3].say(line)).startswith("235")
    for one in wires:
        await one.close()


async def test_a_mail_by_aiosmtplib_lies_in_the_mailbox_with_its_japanese_subject(
    lab: Lab,
) -> None:
    errors, answer = await send(lab, mail())
    assert errors == {}
    assert answer == f"2.0.0 OK <01J.17@contoso.example> [Hostname={HOST}]"
    [kept] = await lab.mailboxes.wait_for(1)
    assert kept.subject == SUBJECT
    assert kept.text.splitlines() == ["使用率 95.2 %", ".点で始まる行"]
    assert (kept.sender, kept.mailbox) == (USER, "ops@contoso.example")


async def test_the_received_line_stands_on_top_and_tells_tls_and_xoauth2(lab: Lab) -> None:
    await send(lab, mail())
    [kept] = lab.mailboxes.mails()
    assert kept.raw.startswith(b"Received: from ")
    assert re.search(
        rf"from \S+ \((127\.0\.0\.1|::1)\) by {re.escape(HOST)} "
        rf"with ESMTPSA \(TLS1\.3, XOAUTH2 {re.escape(USER)}\) id [0-9A-F]{{16}}; "
        r"Wed, 25 Nov 2026 01:02:03 \+0000",
        kept.received,
    )


async def test_each_recipient_has_a_copy_in_a_mailbox_of_its_own(lab: Lab) -> None:
    await send(lab, mail(), "a@elsewhere.example", "B@elsewhere.example")
    assert [m.mailbox for m in lab.mailboxes.mails()] == [
        "a@elsewhere.example",
        "b@elsewhere.example",
    ]
    [only] = lab.mailboxes.mails("b@elsewhere.example")
    assert only.number == 2


@pytest.mark.parametrize("wrong", ["envelope", "header"])
async def test_another_sender_than_the_mailbox_is_refused_after_data(
    lab: Lab, wrong: str
) -> None:
    other = "boss@contoso.example"
    envelope, header = (other, USER) if wrong == "envelope" else (USER, other)
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(lab, mail(sender=header), sender=envelope)
    assert refused.value.code == 554
    assert refused.value.message.startswith(
        f"5.2.252 SendAsDenied; {USER} not allowed to send as {other}; "
    )
    assert lab.mailboxes.mails() == ()


async def test_a_mail_without_a_sender_in_its_header_is_refused(lab: Lab) -> None:
    with pytest.raises(aiosmtplib.SMTPDataError, match=r"5\.7\.512"):
        await send(lab, b"Subject: x\r\n\r\nx\r\n")


async def test_commands_may_come_in_one_packet(lab: Lab, wire: Wire) -> None:
    await log_in(lab, wire)
    lines = f"MAIL FROM:<{USER}> SIZE=100\r\nRCPT TO:<a@b.example>\r\nDATA"
    assert await wire.say(lines) == "250 2.1.0 Sender OK"
    assert await wire.answer() == "250 2.1.5 Recipient OK"
    assert await wire.answer() == "354 Start mail input; end with <CRLF>.<CRLF>"
    assert (await wire.say(f"From: {USER}\r\n\r\n..\r\n.")).startswith("250 2.0.0 OK <")
    [kept] = lab.mailboxes.mails()
    assert kept.raw.endswith(b"\r\n\r\n.\r\n")


async def test_a_mail_may_come_in_chunks(lab: Lab, wire: Wire) -> None:
    await log_in(lab, wire)
    await wire.say(f"MAIL FROM:<{USER}> BODY=BINARYMIME")
    await wire.say("RCPT TO:<a@b.example>")
    first = f"From: {USER}\r\n\r\n"
    reply = await wire.say(f"BDAT {len(first) + 2}\r\n{first}")
    assert reply == f"250 2.6.0 CHUNK received OK, {len(first) + 2} octets"
    assert (await wire.say("BDAT 3 LAST\r\nx")).startswith("250 2.0.0 OK <")
    [kept] = lab.mailboxes.mails()
    assert kept.raw.endswith(b"\r\n\r\n\r\nx\r\n")


@pytest.mark.parametrize("size", ["157286401", "9" * 9_000], ids=["a little", "beyond numbers"])
async def test_a_mail_that_says_it_is_too_big_is_refused_at_once(
    lab: Lab, wire: Wire, size: str
) -> None:
    await log_in(lab, wire)
    reply = bare(await wire.say(f"MAIL FROM:<{USER}> SIZE={size}"))
    assert reply == "552 5.3.4 Message size exceeds fixed maximum message size"


async def test_five_hundred_mails_on_three_connections_are_all_kept(lab: Lab) -> None:
    async def push(share: range) -> None:
        async def give() -> str:
            return token(lab)

        client = aiosmtplib.SMTP(
            hostname="localhost",
            port=lab.address.smtp_port,
            start_tls=True,
            cert_bundle=lab.address.ca_file,
            username=USER,
            oauth_token_generator=give,
        )
        async with client:
            for n in share:
                content = mail(subject=f"No. {n}")
                await client.sendmail(USER, ["ops@contoso.example"], content)

    await asyncio.gather(*(push(range(at, 500, 3)) for at in range(3)))
    subjects = {m.subject for m in lab.mailboxes.mails()}
    assert subjects == {f"No. {n}" for n in range(500)}


async def test_silence_takes_the_connection_and_says_nothing(lab: Lab, wire: Wire) -> None:
    lab.faults.silent = True
    opening = asyncio.ensure_future(wire.open())
    done, _ = await asyncio.wait([opening], timeout=0.2)
    assert not done
    opening.cancel()
    lab.faults.silent = False
    await wire.close()
    assert (await wire.open()).startswith("220")


async def test_a_refused_auth_looks_like_a_bad_token(lab: Lab, wire: Wire) -> None:
    lab.faults.refuse_auth = True
    await wire.secure()
    line = f"AUTH XOAUTH2 {xoauth2(USER, token(lab))}"
    assert bare(await wire.say(line)) == "535 5.7.3 Authentication unsuccessful"


@pytest.mark.parametrize("fault", ["drop_before_ok", "drop_after_ok"])
async def test_a_connection_dropped_around_the_last_answer_has_kept_the_mail(
    lab: Lab, wire: Wire, fault: str
) -> None:
    setattr(lab.faults, fault, 1)
    await log_in(lab, wire)
    await wire.say(f"MAIL FROM:<{USER}>")
    await wire.say("RCPT TO:<a@b.example>")
    await wire.say("DATA")
    answer = await wire.say(f"From: {USER}\r\n\r\nx\r\n.")
    assert answer.startswith("250") is (fault == "drop_after_ok")
    assert await wire.answer() == ""
    assert len(lab.mailboxes.mails()) == 1
    assert getattr(lab.faults, fault) == 0


async def test_an_answer_can_be_replaced_by_another(lab: Lab, wire: Wire) -> None:
    lab.faults.answers["RCPT"] = "452 4.5.3 Too many recipients"
    lab.faults.answers["."] = "421 4.3.2 Service not active"
    await log_in(lab, wire)
    await wire.say(f"MAIL FROM:<{USER}>")
    assert await wire.say("RCPT TO:<a@b.example>") == "452 4.5.3 Too many recipients"
    del lab.faults.answers["RCPT"]
    await wire.say("RCPT TO:<a@b.example>")
    await wire.say("DATA")
    assert await wire.say(f"From: {USER}\r\n\r\nx\r\n.") == "421 4.3.2 Service not active"
    assert await wire.answer() == ""
    assert lab.mailboxes.mails() == ()
