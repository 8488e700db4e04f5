"""The receipt of an attempt is written down, whatever a transport or a notice made of it."""

import asyncio
import logging
from dataclasses import replace

import pytest

from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.core.notices.notice import Happening, Notification
from noroshi.core.translation import plain
from noroshi.stores.sqlite.store import SqliteStore
from tests.flow.scene import NOTE, OPS, Scene, disk_monitor
from tests.flow.test_sending import LETTER

HALF = "250 \udce9t\udce9"
"""What a server's answer becomes whose bytes were taken for text as they stood."""


@pytest.fixture
async def scene(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    store = SqliteStore.open(tmp_path / "store", reserve=0)
    yield Scene(store=store)
    await store.close()


async def settled(scene):
    """What the store has of the letter after one attempt."""
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        async with asyncio.timeout(30):
            assert await engine.dispatcher.send_one("smtp1")
    return await scene.store.envelope(LETTER.id)


def answers(scene, *answers, **more):
    async def send(envelope):
        said = dict(zip(envelope.to, answers, strict=True))
        return Receipt(at=scene.time.now, answers=said, **more)

    scene.smtp.send = send


async def test_an_answer_in_letters_that_no_store_can_write_is_kept_without_them(scene):
    ids = ("<\udcff@x>",)
    answers(scene, Answer(Verdict.ACCEPTED, HALF, 250), provider_id=HALF, message_ids=ids)
    row, (receipt,) = await settled(scene)
    (answer,) = receipt.answers.values()
    assert (row.state, row.is_leased) == ("accepted", False)
    assert (answer.verdict, answer.text, answer.code) == (Verdict.ACCEPTED, "250 �t�", 250)
    assert (receipt.provider_id, receipt.message_ids) == ("250 �t�", ("<�@x>",))


async def test_a_refusal_in_such_letters_says_why_without_them(scene):
    answers(scene, Answer(Verdict.REFUSED, words=plain(HALF)))
    row, _ = await settled(scene)
    assert row.reason.en == row.reason.ja == "250 �t�"


async def test_what_is_no_answer_at_all_leaves_the_mail_waiting_and_says_so(scene):
    async def send(_envelope):
        return "250 2.0.0 OK"

    scene.smtp.send = send
    row, (receipt,) = await settled(scene)
    assert (row.state, row.is_leased) == ("", False)
    assert row.due > scene.time.now
    assert row.reason.en == "sending failed because of a bug in Noroshi itself: TypeError"
    assert receipt.route == "smtp1"


async def test_what_tells_of_an_attempt_in_such_letters_does_not_keep_its_end_from_the_disk(
    scene,
):
    note = replace(NOTE, notice=lambda _contact, _about: {"subject": HALF, "text": HALF})
    scene.actions = (note,)
    aside = Notification(
        id="n",
        events=frozenset({Happening.ASIDE}),
        contacts=(OPS,),
        routes=("smtp2",),
        action="note",
    )
    scene.notifications = {"n": aside}
    answers(scene, Answer(Verdict.REFUSED, "550 no"))
    row, _ = await settled(scene)
    assert row.state == "set aside"
    (telling,) = [one for one in await scene.store.queue() if one.envelope.id != LETTER.id]
    assert telling.envelope.payload["subject"] == "[Noroshi] set-aside"


async def test_an_alarm_whose_text_has_such_letters_is_told_in_plain_words(scene):
    scene.actions = (replace(NOTE, draft=lambda *_given: {"subject": HALF, "text": HALF}),)
    await scene.run(minutes=1, data=95)
    assert scene.subjects == ["web1/g/disk /data: CRITICAL"]
