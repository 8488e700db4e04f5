"""Stories of months, each in seconds: a node and the lab on one clock, over real sockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from noroshi_lab.lab.directory import ClientSecret, new_secret
from noroshi_lab.lab.faults import read_fault
from noroshi_lab.lab.limits import MEGABYTE
from tests.noroshi_lab.lab.story import Story, story

HOUR = timedelta(hours=1)


@pytest.fixture
async def it(tmp_path: Path, lab_folder: Path) -> AsyncIterator[Story]:
    """A node that is signed in."""
    async with story(tmp_path, lab_folder) as told:
        await told.sign_in()
        yield told


async def arrives(it: Story, subject: str, **within: float) -> None:
    """It lies in the mailbox, once, and nothing waits any more."""
    await it.wait(**(within or {"minutes": 2}))
    assert Counter(it.subjects)[subject] == 1, it.subjects
    assert not await it.waiting()


async def is_held(it: Story, subject: str, **span: float) -> None:
    """However long it is tried, it does not leave, and it is not lost."""
    await it.wait(step=HOUR, **span)
    assert subject not in it.subjects and await it.waiting() == 1


async def test_a_mail_a_month_for_a_year_keeps_the_sign_in_alive(it: Story) -> None:
    for month in range(12):
        await it.send(f"month {month}")
        await it.wait(minutes=2)
        it.time.pass_by(days=30)
    assert it.subjects == [f"month {month}" for month in range(12)]


async def test_a_secret_ends_and_what_waits_leaves_with_a_new_one(it: Story) -> None:
    it.turn("secret", "+30d")
    await it.send("before")
    await arrives(it, "before")
    it.time.pass_by(days=30)
    await it.send("after")
    await is_held(it, "after", hours=12)
    assert "AADSTS7000222" in (await it.route()).why.en
    app, fresh = it.lab.board.app, ClientSecret(new_secret())
    it.lab.board.keep(replace(app, secrets=(*app.secrets, fresh)))
    await it.put_secret(fresh.value)
    await arrives(it, "after", hours=1)


async def test_a_withdrawn_consent_holds_the_mail_until_somebody_signs_in_again(
    it: Story,
) -> None:
    it.turn("consent", "withdrawn")
    it.time.pass_by(hours=2)
    await it.send("held")
    await is_held(it, "held", hours=12)
    assert (await it.route()).state == "needs somebody"
    await it.sign_in()
    await arrives(it, "held")


async def test_smtp_auth_that_was_switched_off_comes_back_when_the_change_has_gone_round(
    it: Story,
) -> None:
    it.turn("tenant-smtp-auth", "off")
    await it.send("held")
    await is_held(it, "held", hours=6)
    assert "5.7.139" in (await it.route()).why.en
    it.turn("propagation", "1h")
    it.turn("mailbox-smtp-auth", "on")
    await it.wait(minutes=55)
    assert not it.mails
    await arrives(it, "held", hours=3)


@pytest.mark.parametrize("manner", ["delay", "reject"])
async def test_more_mails_than_a_minute_allows_all_arrive_once_in_either_manner(
    it: Story, manner: str
) -> None:
    it.turn("throttling", manner)
    it.turn("mails-a-minute", "5")  # fewer than the node knows of
    wanted = [f"mail {number:02}" for number in range(12)]
    for subject in wanted:
        await it.send(subject)
    await it.wait(minutes=30)
    assert sorted(it.subjects) == wanted
    assert not await it.waiting()


async def test_a_mailbox_that_is_full_of_what_it_sent_holds_the_mail_until_it_is_emptied(
    it: Story,
) -> None:
    await it.send("fills it up")
    await arrives(it, "fills it up")
    used = it.lab.mailboxes.used(it.card.user)
    it.turn("mailbox-quota", f"{(used + 9) / MEGABYTE:.6f}")
    await it.send("held")
    await is_held(it, "held", hours=3)
    assert "5.2.2" in (await it.route()).why.en
    it.lab.mailboxes.empty(it.card.user)
    await arrives(it, "held", hours=3)


@pytest.mark.parametrize(
    ("does", "copies"),
    [
        pytest.param("drop", 1, id="before it was kept"),
        pytest.param("keep-then-drop", 2, id="kept, and the answer lost"),
        pytest.param("ok-then-drop", 1, id="after the answer"),
    ],
)
async def test_a_connection_that_breaks_at_the_end_costs_no_mail(
    it: Story, does: str, copies: int
) -> None:
    fault = read_fault("END", does)
    assert fault is not None
    it.lab.faults.scripted.append(fault)
    await it.send("at the end")
    await it.wait(minutes=30)
    assert it.subjects == ["at the end"] * copies
    assert len({mail.message_id for mail in it.mails}) == 1
    assert not await it.waiting()


@pytest.mark.parametrize("state", ["refuses", "busy"])
async def test_a_day_without_microsoft_costs_no_mail(it: Story, state: str) -> None:
    await it.send("before")
    await arrives(it, "before")
    it.turn("microsoft", state)
    wanted = [f"hour {hour:02}" for hour in range(24)]
    for subject in wanted:
        await it.send(subject)
        await it.wait(step=timedelta(minutes=10), hours=1)
    assert it.subjects == ["before"] and await it.waiting() == len(wanted)
    it.turn("microsoft", "up")
    await it.wait(hours=3)
    assert Counter(it.subjects) == Counter(["before", *wanted])
    assert not await it.waiting()


async def test_a_sign_in_server_that_is_down_is_not_missed_while_a_token_holds(
    it: Story,
) -> None:
    it.turn("entra", "refuses")
    await it.send("with the token at hand")
    await arrives(it, "with the token at hand")
    it.time.pass_by(hours=2)
    await it.send("held")
    await is_held(it, "held", hours=3)
    it.turn("entra", "up")
    await arrives(it, "held", hours=1)


async def test_passwords_end_with_the_year_and_tokens_do_not(it: Story) -> None:
    card = it.card
    by_password = {
        "host": card.smtp_host,
        "port": card.smtp_port,
        "ca_file": card.ca_file,
        "sender": card.user,
        "user": card.user,
        "password": "smtp",
    }
    await it.define(
        m365={"kind": "smtp", "options": {"account": "lab", "sender": card.user}},
        old={"kind": "smtp", "options": by_password},
    )
    await it.put_secret(card.password, "smtp")
    await it.send("by password", "old")
    await arrives(it, "by password")
    it.time.pass_by(days=40)
    await it.send("too late", "old")
    await it.send("by token", "m365")
    await it.wait(hours=2)
    assert it.subjects == ["by password", "by token"]
    assert "basic authentication is disabled" in (await it.route("old")).why.en
    it.turn("basic", "on")
    await arrives(it, "too late", hours=12)
    it.turn("basic", "removed")
    it.time.pass_by(hours=1)
    await it.send("never again", "old")
    await it.wait(hours=2)
    assert "5.7.30" in (await it.route("old")).why.en


async def test_the_other_provider_rotates_its_tokens_for_a_year(it: Story) -> None:
    other = it.card.elsewhere
    options = {"account": "elsewhere", "sender": other.user}
    await it.define(m365={"kind": "smtp", "options": options})
    await it.put_secret(other.client_secret, "elsewhere-secret")
    await it.sign_in(who=(other.user, other.password))
    for month in range(12):
        await it.send(f"month {month}")
        await it.wait(minutes=2)
        it.time.pass_by(days=30)
    assert it.subjects == [f"month {month}" for month in range(12)]
