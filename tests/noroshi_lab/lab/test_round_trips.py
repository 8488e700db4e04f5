"""A node reads the mailbox of its own account in the lab: what has arrived, and what came back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from noroshi.operations.mail_answers import Arrives
from noroshi.service import ConflictError, OperationFailedError
from noroshi_lab.lab.person import SmtpAuthError
from tests.noroshi_lab.lab.story import AKI, Story, story

GONE = "gone@contoso.example"  # the lab has no such mailbox
READS = {"accounts/lab": {"reads_inbox": True}}
TELL = {"notifications/returns": {"events": ["came-back"], "contacts": ["ops"]}}


def routes(it: Story) -> dict[str, Any]:
    """By SMTP with a person's sign-in, and by another account, which reads nothing."""
    sender = it.card.user
    return {
        "m365": {"kind": "smtp", "options": {"account": "lab", "sender": sender}},
        "second": {"kind": "smtp", "options": {"account": "lab-app", "sender": sender}},
    }


@pytest.fixture
async def it(tmp_path: Path, lab_folder: Path) -> AsyncIterator[Story]:
    """Signed in, and the account reads its mailbox; of a return ops are told."""
    async with story(tmp_path, lab_folder) as told:
        tell = {"routes": ["m365", "second"], **TELL["notifications/returns"]}
        await told.define({**READS, "notifications/returns": tell}, **routes(told))
        await signed_in_to_read(told)
        yield told


async def signed_in_to_read(it: Story) -> None:
    """To send, and then apart to read, to which an administrator has consented."""
    await it.sign_in()
    it.turn("reading-consent", "granted")
    await it.sign_in(read=True)


async def arrives(it: Story, route: str = "m365") -> Arrives:
    found = (await it.route(route)).arrives
    assert isinstance(found, Arrives)
    return found


async def sent(it: Story, address: str) -> str:
    """A mail by m365 to an address; its id."""
    answer = await it.app.service.queue.send(
        AKI, (address,), "the disk is full", "t", ("m365",)
    )
    return answer.ids[0]


def told_of(it: Story) -> list[str]:
    return [subject for subject in it.subjects if "bounced" in subject]


def trips(it: Story) -> list[str]:
    own = it.lab.mailboxes.mails(it.card.user)
    return [mail.subject for mail in own if "Daily arrival check" in mail.subject]


async def test_a_mail_a_day_is_seen_arrived_and_timed(it: Story) -> None:
    await it.wait(minutes=3)
    found = await arrives(it)
    assert found.seen is not None and found.why.en == "" and found.took < 180
    assert len(trips(it)) == 1
    it.time.pass_by(days=1)
    await it.wait(minutes=3)
    assert (await arrives(it)).seen != found.seen and len(trips(it)) == 2
    assert (await it.route("second")).arrives is None


async def test_an_alarm_that_comes_back_is_told_by_another_route_once(it: Story) -> None:
    mail = await sent(it, GONE)
    await it.wait(minutes=15)
    letter = await it.app.service.queue.show(AKI, mail)
    assert letter.queued.state == "came back" and "5.1.10" in letter.arrived[0].said
    (subject,) = told_of(it)
    (telling,) = [mail for mail in it.mails if mail.subject == subject]
    assert GONE in telling.text and "RecipientNotFound" in telling.text
    (row,) = await by_second(it)
    assert row.startswith("notice/came-back/")


async def by_second(it: Story) -> list[str]:
    """The mails that left by the route that is not the ill one."""
    followed = await it.app.store.latest_by_prefix("notice/", 50)
    return [one.row.envelope.id for one in followed if one.receipts[-1].route == "second"]


async def test_a_telling_that_comes_back_itself_leads_to_no_further_mail(it: Story) -> None:
    tell = {"routes": ["second", "m365"], "contacts": ["lost"], "events": ["came-back"]}
    more = {"contacts/lost": {"addresses": [GONE]}, "notifications/returns": tell}
    await it.define({**READS, **more}, **routes(it))
    await sent(it, "nobody@contoso.example")
    await it.wait(minutes=40)
    own = it.lab.mailboxes.mails(it.card.user)
    assert sum(mail.subject.startswith("Undeliverable") for mail in own) == 2
    (telling,) = await it.app.store.latest_by_prefix("notice/came-back/", 50)
    assert [one.state for one in telling.arrivals] == ["came back"]
    assert not await it.waiting()


async def test_a_sign_in_to_send_alone_sends_and_says_why_nothing_is_proved(
    tmp_path: Path, lab_folder: Path
) -> None:
    async with story(tmp_path, lab_folder) as it:
        await it.define(READS, **routes(it))
        await it.sign_in()
        await it.send("it leaves")
        await it.wait(minutes=2)
        assert "it leaves" in it.subjects and (await it.route()).state == "well"
        why = (await arrives(it)).why
        assert "AADSTS65001" in why.en and "--read-mailbox" in why.ja
        it.turn("reading-consent", "granted")
        await it.sign_in(read=True)
        await it.wait(minutes=8)
        assert (await arrives(it)).seen is not None


async def test_who_may_not_consent_to_reading_still_signs_in_to_send(
    tmp_path: Path, lab_folder: Path
) -> None:
    async with story(tmp_path, lab_folder) as it:
        await it.define(READS, **routes(it))
        await it.sign_in()
        # Microsoft's own policy, by which sending was consented to a moment ago.
        assert it.lab.board.tenant.user_consent == "microsoft"
        with pytest.raises(SmtpAuthError):
            await it.sign_in(read=True)
        await it.send("it leaves")
        await it.wait(minutes=2)
        assert "it leaves" in it.subjects


async def test_a_refusal_to_read_that_comes_back_to_us_leaves_the_sign_in_as_it_is(
    tmp_path: Path, lab_folder: Path
) -> None:
    async with story(tmp_path, lab_folder) as it:
        await it.define(READS, **routes(it))
        await it.sign_in()
        begun = await it.app.service.sign_in.authorize_begin(AKI, "m365", read=True)
        asked = parse_qs(urlsplit(begun.url).query)
        assert "Mail.Read" in asked["scope"][0] and "SMTP.Send" not in asked["scope"][0]
        refused = {
            "error": "access_denied",
            "error_description": "AADSTS90094: An administrator must consent.",
            "state": asked["state"][0],
        }
        back = f"{asked['redirect_uri'][0]}?{urlencode(refused)}"
        with pytest.raises(OperationFailedError, match="AADSTS90094"):
            await it.app.service.sign_in.authorize_finish(AKI, "m365", back)
        await it.send("it leaves")
        await it.wait(minutes=2)
        assert "it leaves" in it.subjects and (await it.route()).state == "well"


async def test_nobody_reads_who_has_not_signed_in_to_send(
    tmp_path: Path, lab_folder: Path
) -> None:
    async with story(tmp_path, lab_folder) as it:
        await it.define(READS, **routes(it))
        with pytest.raises(ConflictError, match="First sign in for sending"):
            await it.sign_in(read=True)


async def test_a_mail_by_graph_is_seen_arrived_as_one_by_smtp(
    tmp_path: Path, lab_folder: Path
) -> None:
    async with story(tmp_path, lab_folder) as it:
        by_graph = {"graph": it.card.graph, "ca_file": it.card.ca_file, "account": "lab"}
        await it.define(READS, m365={"kind": "graph", "options": by_graph})
        await signed_in_to_read(it)
        await it.wait(minutes=3)
        found = await arrives(it)
        assert found.seen is not None and found.why.en == ""


async def test_an_app_by_itself_reads_the_mailbox_as_well(
    tmp_path: Path, lab_folder: Path
) -> None:
    async with story(tmp_path, lab_folder) as it:
        await it.define({"accounts/lab-app": {"reads_inbox": True}}, **routes(it))
        proof = await it.app.service.sign_in.authorize_app(AKI, "second", read=True)
        assert any("allows reading the mailbox" in words.en for words in proof.token)
        await it.wait(minutes=3)
        assert (await arrives(it, "second")).seen is not None


async def test_a_graph_that_is_down_for_a_day_holds_up_no_mail_and_no_report_is_missed(
    it: Story,
) -> None:
    it.turn("graph", "refuses")
    mail = await sent(it, GONE)
    await it.wait(minutes=10)
    assert "cannot be read" in (await arrives(it)).why.en
    await it.send("meanwhile")
    await it.wait(minutes=1)
    assert "meanwhile" in it.subjects
    it.time.pass_by(hours=20)
    it.turn("graph", "up")
    await it.wait(minutes=8)
    assert (await it.app.service.queue.show(AKI, mail)).queued.state == "came back"
    assert len(told_of(it)) == 1
