"""What Exchange Online allows, and what it says and does above it, on the lab's clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default

import pytest

from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import Clock, Wire, xoauth2
from tests.noroshi_lab.lab.test_exchange import USER, bare, log_in, mail
from tests.noroshi_lab.lab.test_policies import turn

OPS, OUTSIDE = "ops@contoso.example", "aki@elsewhere.example"


async def send(wire: Wire, *to: str, content: bytes = b"") -> str:
    """The last answer to one mail on an open connection."""
    said = await wire.say(f"MAIL FROM:<{USER}>")
    assert said == "250 2.1.0 Sender OK", said
    for each in to or (OPS,):
        assert await wire.say(f"RCPT TO:<{each}>") == "250 2.1.5 Recipient OK"
    assert (await wire.say("DATA")).startswith("354")
    text = (content or mail()).decode()
    return await wire.say(f"{text}\r\n.")


async def sends(lab: Lab, wire: Wire, *to: str, content: bytes = b"") -> str:
    """The same on a connection of its own, and without the bracket of an error."""
    await log_in(lab, wire)
    said = await send(wire, *to, content=content)
    await wire.close()
    return said if said.startswith("250") else bare(said)


async def test_above_thirty_a_minute_a_mail_is_delayed_until_the_minute_is_over(
    lab: Lab, wire: Wire, clock: Clock
) -> None:
    turn(lab, "throttling", "delay")
    await log_in(lab, wire)
    for _ in range(30):
        assert (await send(wire)).startswith("250 2.0.0 OK")
    late = asyncio.ensure_future(send(wire))
    await asyncio.wait([late], timeout=0.2)
    clock.move(seconds=59)
    await asyncio.wait([late], timeout=0.2)
    assert not late.done() and len(lab.mailboxes.mails()) == 30
    clock.move(seconds=1)
    assert (await late).startswith("250 2.0.0 OK")
    assert len(lab.mailboxes.mails()) == 31


async def test_above_thirty_a_minute_a_mail_is_refused_where_that_is_the_manner(
    lab: Lab, wire: Wire, clock: Clock
) -> None:
    turn(lab, "throttling", "reject")
    turn(lab, "mails-a-minute", "3")
    await log_in(lab, wire)
    said = [(await send(wire))[:3] for _ in range(5)]
    assert said == ["250", "250", "250", "432", "432"]
    clock.move(minutes=1)
    assert (await send(wire)).startswith("250")
    assert len(lab.mailboxes.mails()) == 4


async def test_the_days_recipients_are_counted_in_any_twenty_four_hours(
    lab: Lab, wire: Wire, clock: Clock
) -> None:
    turn(lab, "recipients-a-day", "4")
    assert (await sends(lab, wire, OPS, OUTSIDE)).startswith("250")
    clock.move(hours=12)
    assert (await sends(lab, wire, OPS, OUTSIDE)).startswith("250")
    said = await sends(lab, wire)
    assert said.startswith("554 5.2.0 ") and "SubmissionQuotaExceededException" in said
    clock.move(hours=12)
    assert (await sends(lab, wire, OPS, OUTSIDE)).startswith("250")
    assert (await sends(lab, wire)).startswith("554 5.2.0")


async def test_recipients_above_those_of_one_mail_are_refused_alone(
    lab: Lab, wire: Wire
) -> None:
    turn(lab, "recipients", "2")
    await log_in(lab, wire)
    await wire.say(f"MAIL FROM:<{USER}>")
    said = [await wire.say(f"RCPT TO:<{name}@elsewhere.example>") for name in "abc"]
    assert [each[:3] for each in said] == ["250", "250", "452"]
    assert bare(said[2]) == "452 4.5.3 Too many recipients"
    await wire.say("DATA")
    assert (await wire.say(f"{mail().decode()}\r\n.")).startswith("250")
    assert len(lab.mailboxes.mails()) == 2


async def test_a_mail_above_the_size_is_refused_by_its_announcement_and_at_its_end(
    lab: Lab, wire: Wire
) -> None:
    turn(lab, "size", "0.01")
    said = await sends(lab, wire, content=mail() + b"x" * 11_000)
    assert said == "552 5.3.4 Message size exceeds fixed maximum message size"
    await log_in(lab, wire)
    assert (await wire.say(f"MAIL FROM:<{USER}> SIZE=10486")).startswith("552 5.3.4")


async def test_a_mailbox_fills_up_with_what_it_sent(lab: Lab, wire: Wire) -> None:
    await sends(lab, wire)
    [kept] = lab.mailboxes.mails(USER, "sentitems")
    turn(lab, "mailbox-quota", f"{(len(kept.raw) + 100) / 1024 / 1024}")
    said = await sends(lab, wire)
    assert said.startswith("554 5.2.2 mailbox full; ")
    lab.mailboxes.empty(USER)
    assert (await sends(lab, wire)).startswith("250")


async def test_what_is_sent_lies_in_sent_items_unless_that_is_switched_off(
    lab: Lab, wire: Wire
) -> None:
    await sends(lab, wire)
    [sent], [arrived] = lab.mailboxes.mails(USER, "sentitems"), lab.mailboxes.mails()
    assert sent.message_id == arrived.message_id and sent.mailbox == USER
    turn(lab, "sent-items", "none")
    await sends(lab, wire)
    assert len(lab.mailboxes.mails(USER, "sentitems")) == 1


@pytest.mark.parametrize(
    ("switch", "value", "reply"),
    [
        pytest.param(
            "sender", "blocked", "550 5.1.8 Access denied, bad outbound sender", id="spam"
        ),
        pytest.param("licences", "0", "550 5.7.232 ", id="a trial tenant's externals"),
        pytest.param("licences", "1", "550 5.7.233 ", id="the tenant's externals"),
        pytest.param("sender-domain", "initial", "550 5.7.236 ", id="from onmicrosoft.com"),
    ],
)
async def test_how_tenant_and_sender_stand_is_told_by_code(
    lab: Lab, wire: Wire, switch: str, value: str, reply: str
) -> None:
    turn(lab, switch, value)
    lab.limits.recipients, lab.limits.recipients_a_day = 20_000, 0
    if switch != "sender":
        used = {"0": 5000, "1": 10_000, "initial": 100}[value]
        lab.submission.usage.note(USER, recipients=used, outside=used, initial=True)
        assert (await sends(lab, wire, OPS)).startswith("250")
    assert (await sends(lab, wire, OUTSIDE)).startswith(reply)


def test_a_tenants_externals_grow_with_its_licences(lab: Lab) -> None:
    found = []
    for count in (0, 1, 100, 1000):
        lab.limits.licences = count
        found.append(lab.limits.outside_a_day)
    assert found == [5000, 10_000, 22_059, 72_446]


async def test_a_foreign_sender_is_refused_in_either_wording(lab: Lab, wire: Wire) -> None:
    foreign = mail(sender="boss@contoso.example")
    assert (await sends(lab, wire, content=foreign)).startswith("554 5.2.252 SendAsDenied; ")
    turn(lab, "send-as-wording", "old")
    assert await sends(lab, wire, content=foreign) == (
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
    )


async def test_who_may_send_as_another_mailbox_does(lab: Lab, wire: Wire) -> None:
    boxes = lab.directory.tenants[0].mailboxes
    boxes[OPS] = replace(
        boxes[OPS], send_as=frozenset({USER}), aliases=frozenset({"o@contoso.example"})
    )
    for sender in (OPS, "o@contoso.example"):
        assert (await sends(lab, wire, content=mail(sender=sender))).startswith("250")


async def test_the_same_error_again_and_again_throttles_the_sender_for_a_while(
    lab: Lab, wire: Wire, clock: Clock
) -> None:
    turn(lab, "errors", "3")
    foreign = mail(sender="boss@contoso.example")
    for _ in range(3):
        assert (await sends(lab, wire, content=foreign)).startswith("554 5.2.252")
    assert await sends(lab, wire) == (
        "550 5.2.252 Sender throttled due to continuous send as denied errors"
    )
    clock.move(hours=1)
    assert (await sends(lab, wire)).startswith("250")


async def test_a_mail_that_is_taken_ends_a_row_of_errors(lab: Lab, wire: Wire) -> None:
    turn(lab, "errors", "2")
    foreign = mail(sender="boss@contoso.example")
    for content in (foreign, b"", foreign, b""):
        last = await sends(lab, wire, content=content)
    assert last.startswith("250")


@pytest.mark.parametrize(
    ("to", "status"),
    [
        pytest.param("nobody@contoso.example", "5.1.10", id="nobody in the own domain"),
        pytest.param("aki@nowhere.invalid", "5.4.310", id="a domain that never exists"),
    ],
)
async def test_a_recipient_who_is_not_there_comes_back_as_a_report(
    lab: Lab, wire: Wire, to: str, status: str
) -> None:
    assert (await sends(lab, wire, to, OPS)).startswith("250 2.0.0 OK")
    arrived = {each.mailbox: each for each in await lab.mailboxes.wait_for(2)}
    assert arrived.keys() == {USER, OPS}
    report = arrived[USER]
    assert report.sender == "" and report.in_reply_to == "<01J.17@contoso.example>"
    message = BytesParser(policy=default).parsebytes(report.raw)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    parts = {part.get_content_type(): part for part in message.walk()}
    [_, about] = parts["message/delivery-status"].get_payload()
    assert (about["Action"], about["Status"]) == ("failed", status)
    assert to in about["Final-Recipient"] and status in about["Diagnostic-Code"]
    assert "<01J.17@contoso.example>" in parts["text/rfc822-headers"].get_payload()
    assert message["Subject"].startswith("Undeliverable: [危険] FS01")


async def test_a_report_may_take_its_time(lab: Lab, wire: Wire, clock: Clock) -> None:
    turn(lab, "report-after", "10m")
    await sends(lab, wire, "nobody@contoso.example")
    clock.move(minutes=9)
    assert not lab.mailboxes.mails()
    clock.move(minutes=1)
    [report] = await lab.mailboxes.wait_for(1)
    assert report.mailbox == USER


async def test_a_full_mailbox_of_the_reader_comes_back_as_a_report(
    lab: Lab, wire: Wire
) -> None:
    boxes = lab.directory.tenants[0].mailboxes
    await sends(lab, wire)
    boxes[OPS] = replace(boxes[OPS], quota=1)
    await sends(lab, wire)
    reports = [each for each in await lab.mailboxes.wait_for(2) if each.mailbox == USER]
    assert len(reports) == 1 and "5.2.2" in reports[0].text


async def test_unknown_recipients_may_be_kept(lab: Lab, wire: Wire) -> None:
    turn(lab, "unknown-recipients", "kept")
    await sends(lab, wire, "nobody@contoso.example")
    [kept] = await lab.mailboxes.wait_for(1)
    assert kept.mailbox == "nobody@contoso.example"


async def test_a_refused_sign_in_is_kept_waiting(lab: Lab, wire: Wire, clock: Clock) -> None:
    turn(lab, "tar-pit", "5s")
    lab.faults.refuse_auth = True
    await wire.secure()
    begun = clock.now
    said = asyncio.ensure_future(wire.say("AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ=="))
    while not said.done():
        await asyncio.wait([said], timeout=0.05)
        clock.move(seconds=1)
    assert (await said).startswith("535 5.7.3") and clock.now - begun >= timedelta(seconds=5)


async def test_a_role_of_rbac_stands_in_for_consent_and_permission(
    lab: Lab, wire: Wire
) -> None:
    board, tenant = lab.board, lab.directory.tenants[0]
    tenant.service_principals.add(board.app.client_id)

    async def comes_in() -> bool:
        token = lab.grants.scribe.for_app(tenant, board.app, "https://outlook.office365.com")
        await wire.secure()
        said = await wire.say(f"AUTH XOAUTH2 {xoauth2(USER, token)}")
        await wire.close()
        return said.startswith("235")

    assert not await comes_in()
    turn(lab, "rbac", "assigned")
    assert await comes_in()
    turn(lab, "app-permission", "consented")  # which asks for the mailbox permission again
    assert not await comes_in()
    turn(lab, "mailbox-permission", "granted")
    assert await comes_in()
