"""What is told without the spool: one mail for each contact, marked, in the contact's language."""

from datetime import UTC, datetime, timedelta

import pytest

from noroshi.core.mail import Envelope
from noroshi.core.model import Instance, Monitor
from noroshi.core.notices.emergency import closing_mail, emergency_mails
from noroshi.core.translation import bilingual

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
FULL = bilingual(en="the volume is full", ja="ボリュームがいっぱいです")
DISK = Monitor(
    id="m", name="disk", instance=Instance(name="web1"), group="g", kind="disk", options=None
)


def mail(id, contact="ops", **payload):
    given = {"subject": f"[CRITICAL] {id}", "text": f"about {id}\n", "zone": "Asia/Tokyo"}
    return Envelope(
        id=id,
        routes=("smtp1",) if id < "n" else ("smtp2",),
        contact=contact,
        to=(f"{contact}@example.com",),
        order=f"m/{contact}",
        alarms=(id,),
        payload=given | payload,
        born=NOW - timedelta(seconds=5),
        thread=("earlier",),
    )


def one(*mails):
    (telling,) = emergency_mails(mails, "web1", FULL, NOW)
    return telling


@pytest.mark.parametrize(
    ("language", "mark", "why"),
    [
        pytest.param("en", "[sent directly] ", "the volume is full", id="English"),
        pytest.param("ja", "[直接送信] ", "ボリュームがいっぱいです", id="Japanese"),
    ],
)
def test_it_is_marked_and_says_why_in_the_contacts_language(language, mark, why):
    telling = one(mail("a", language=language))
    assert telling.payload["subject"] == f"{mark}[CRITICAL] a"
    assert why in telling.payload["text"] and "about a" in telling.payload["text"]
    assert telling.payload["language"] == language


def test_it_has_an_id_of_its_own_for_each_time():
    first = one(mail("a"))
    (later,) = emergency_mails([mail("a")], "web1", FULL, NOW + timedelta(hours=1))
    assert len({"a", first.id, later.id}) == 3
    assert first.thread == () and first.born == NOW


def test_all_for_a_contact_is_one_the_urgent_first_by_every_route_and_none_sees_anothers():
    mails = [mail("a"), mail("z", importance="high"), mail("b", contact="sato")]
    ops, sato = emergency_mails(mails, "web1", FULL, NOW)
    assert ops.payload["subject"] == "[sent directly] [CRITICAL] z and 1 more"
    assert (ops.routes, ops.alarms) == (("smtp2", "smtp1"), ("z", "a"))
    assert (ops.to, sato.to) == (("ops@example.com",), ("sato@example.com",))
    assert "about b" in sato.payload["text"] and "about b" not in ops.payload["text"]


def test_of_very_many_the_first_are_told_in_full_and_the_rest_by_their_subjects():
    text = one(*[mail(f"a{n}") for n in range(30)]).payload["text"]
    assert text.count("about a") == 20
    assert "[CRITICAL] a29" in text


def test_what_is_no_text_to_read_is_never_done_without_the_spool():
    deed = Envelope(
        id="d",
        routes=("run",),
        contact="ops",
        to=("ops@example.com",),
        order="m",
        alarms=(),
        payload={"argv": ["reboot"]},
        born=NOW,
    )
    assert list(emergency_mails([deed], "web1", FULL, NOW)) == []


def test_what_is_over_is_told_in_the_same_thread_with_both_times_and_their_offset():
    telling = one(mail("a", language="ja"))
    end = closing_mail(telling, DISK, NOW + timedelta(hours=2))
    assert end.thread == (telling.id,) and end.id != telling.id
    assert end.payload["subject"] == "[回復] web1 disk"
    assert "2026年4月1日(水) 15:00:00 +09:00" in end.payload["text"]
    assert "2026年4月1日(水) 17:00:00 +09:00" in end.payload["text"]
    assert DISK.path not in end.payload["text"]
