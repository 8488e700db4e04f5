"""What a route's mails to its own mailbox say of it: since when none was seen, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi import schema
from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.core.model import Contact
from noroshi.core.translation import LANGUAGES, NOTHING, plain
from noroshi.ports import Arrival, QueuedEnvelope, TrackedMail
from noroshi.round_trips import (
    MailboxReading,
    acceptance_of,
    arrival_time,
    expected_mail,
    is_trip,
    mailbox_reading,
    note_of,
    prefix_of,
    reader_language,
    trip_mail,
    trip_of,
)
from noroshi.testing import DAWN
from tests.sweeps import sweep

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
BOX = "alerts@example.com"


def mail(days_ago, fate="accepted", why=NOTHING, **arrivals):
    """The mail of so many days ago; `seen` and `back` say after how many seconds."""
    at = DAWN - days_ago * DAY
    answers = {BOX: Answer(Verdict.ACCEPTED)}
    receipts = (Receipt(at=at + SECOND, answers=answers, message_ids=("<a@b>",)),)
    states = {"seen": "seen arrived", "back": "came back"}
    return TrackedMail(
        row=QueuedEnvelope(
            envelope=trip_mail("smtp1", BOX, "X", at), due=at, state=fate, reason=plain(why.en)
        ),
        receipts=receipts if fate == "accepted" else (),
        arrivals=tuple(
            Arrival(
                address=BOX, state=states[name], reported_at=at + seconds * SECOND, text="5.2.2"
            )
            for name, seconds in arrivals.items()
        ),
    )


def hours(trip):
    """How long there was none, as the route's monitor counts."""
    return (DAWN - trip.counts_from) / HOUR


SEEN = mail(0, seen=8)


@sweep(
    ("mails", "since", "none_for"),
    [
        pytest.param([], DAWN, 24, id="it has just begun"),
        pytest.param([], DAWN - 10 * HOUR, 34, id="it has begun, and no mail was ever made"),
        pytest.param([SEEN], DAWN - 9 * DAY, -8 / 3600, id="today's"),
        pytest.param([mail(1, seen=8)], DAWN - 9 * DAY, 24 - 8 / 3600, id="yesterday's"),
        pytest.param(
            [mail(0), mail(1, seen=8)], DAWN - 9 * DAY, 24 - 8 / 3600, id="not yet today's"
        ),
        pytest.param(
            [mail(0), mail(1), mail(2), mail(3, seen=8)], DAWN, 72 - 8 / 3600, id="for days"
        ),
        pytest.param([mail(0), mail(1), mail(2)], DAWN, 72, id="never"),
        pytest.param([mail(3, seen=8)], DAWN, 24, id="no node ran for three days"),
        pytest.param(
            [mail(0), mail(3, seen=8)], DAWN, 24, id="and its first mail is on its way"
        ),
        pytest.param([mail(0), mail(90), mail(91)], DAWN, 24, id="it was off for three months"),
    ],
)
def test_the_time_without_an_arrival_is_counted_while_mails_are_sent(mails, since, none_for):
    assert hours(trip_of(mails, None, since)) == pytest.approx(none_for)


@pytest.mark.parametrize(
    ("mails", "why"),
    [
        pytest.param([], "", id="none yet"),
        pytest.param([SEEN], "", id="seen"),
        pytest.param([mail(0)], "accepted but is not in the mailbox", id="not there"),
        pytest.param([mail(0, back=9)], "bounced: 5.2.2", id="came back"),
        pytest.param([mail(0, fate="")], "has not been sent: waiting in the queue", id="waits"),
        pytest.param(
            [mail(0, fate="set aside", why=plain("550 no"))],
            "has not been sent: 550 no",
            id="no",
        ),
    ],
)
def test_what_stands_against_the_last_mail_is_told(mails, why):
    trip = trip_of(mails, None, DAWN)
    assert trip.trouble.en.endswith(why) and bool(trip.trouble.en) == bool(why)
    assert bool(trip.trouble.ja) == bool(why)


def test_a_mailbox_that_cannot_be_read_is_told_before_all_else():
    looked = MailboxReading(until=DAWN, trouble=plain("403 no"))
    assert trip_of([SEEN], looked, DAWN).trouble.en == "the mailbox cannot be read: 403 no"
    assert trip_of([SEEN], MailboxReading(until=DAWN), DAWN).trouble == NOTHING


def test_how_long_the_last_one_took_is_told():
    trip = trip_of([mail(0), mail(1, seen=8)], None, DAWN)
    assert (trip.last_arrival, trip.duration) == (DAWN - DAY + 8 * SECOND, 7)


def test_a_mailbox_s_clock_that_goes_wrong_makes_no_mail_arrive_before_it_left_or_later():
    receipt = acceptance_of(mail(0))
    assert arrival_time(receipt, DAWN - HOUR, DAWN + HOUR) == DAWN + SECOND
    assert arrival_time(receipt, DAWN + 9 * HOUR, DAWN + HOUR) == DAWN + HOUR
    assert arrival_time(receipt, DAWN + 9 * SECOND, DAWN + HOUR) == DAWN + 9 * SECOND


def test_a_mail_is_one_of_its_day_its_route_and_its_installation():
    first = trip_mail("smtp1", BOX, "X", DAWN)
    assert first.id == "round-trip/smtp1/2026-04-01/X" and is_trip(first.id)
    assert trip_mail("smtp1", BOX, "X", DAWN + 17 * HOUR).id == first.id
    others = [("smtp1", "X", DAWN + 18 * HOUR), ("smtp2", "X", DAWN), ("smtp1", "Y", DAWN)]
    ids = {trip_mail(route, BOX, whose, at).id for route, whose, at in others}
    assert len(ids | {first.id}) == 4
    assert first.id.startswith(prefix_of("smtp1")) and not is_trip("m.1/r/ops")


def test_what_is_looked_for_is_its_message_ids_and_a_subject_that_no_other_mail_has():
    wanted = expected_mail(mail(0), acceptance_of(mail(0)))
    assert wanted.message_ids == ("<a@b>",) and wanted.search_start == DAWN - DAY
    assert wanted.subject == "[Noroshi] Daily arrival check through smtp1, 2026-04-01 (X)"
    assert wanted.mark == "smtp1, 2026-04-01 (X)" and wanted.mark in wanted.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_in_one_language_and_found_by_the_same_mark_in_each(language):
    payload = trip_mail("smtp1", BOX, "X", DAWN, language).payload
    assert payload["language"] == language and payload["subject"].endswith(
        "smtp1, 2026-04-01 (X)"
    )
    assert ("You do not need to read it" in payload["text"]) is (language == "en")
    assert ("読む必要はありません" in payload["text"]) is (language == "ja")


def contact(language, *addresses):
    return Contact(id=f"{language}{addresses}", addresses=addresses, language=language)


@pytest.mark.parametrize(
    ("contacts", "language"),
    [
        ((), "en"),
        ((contact("ja", "a@b.example"),), "ja"),
        ((contact("ja", "a@b.example"), contact("en", "c@b.example")), "en"),
        (
            (
                contact("ja", "a@b.example"),
                contact("ja", "d@b.example"),
                contact("en", "c@b.example"),
            ),
            "ja",
        ),
        (
            (
                contact("ja", "a@b.example"),
                contact("ja", "d@b.example"),
                contact("en", BOX.upper()),
            ),
            "en",
        ),
        ((contact("fr", "a@b.example"),), "en"),
    ],
)
def test_a_mailbox_is_read_in_its_contact_s_language_else_in_that_of_most(contacts, language):
    assert reader_language(BOX, contacts) == language


def test_what_is_noted_of_a_mailbox_is_read_back_and_what_cannot_be_is_nothing():
    looked = MailboxReading(until=DAWN, trouble=plain("403"))
    notes = {note_of("m365"): schema.text(looked), note_of("other"): "noise"}
    assert mailbox_reading(notes, "m365") == looked
    assert mailbox_reading(notes, "other") is None and mailbox_reading(notes, "x") is None
