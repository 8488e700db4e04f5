"""A mail that cannot be read any more: set aside, told once, and the route goes on."""

import logging
from dataclasses import replace

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.notices.notice import Happening, Notification
from noroshi.stores.sqlite.store import SqliteStore
from tests.flow.scene import NOTE, OPS, Scene, disk_monitor
from tests.flow.test_sending import LETTER, NEXT

TOLD = Notification(
    id="n",
    events=frozenset({Happening.ASIDE}),
    contacts=(OPS,),
    routes=("smtp2",),
    action="note",
)


@pytest.fixture
async def scene(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    store = SqliteStore.open(tmp_path / "store", reserve=0)
    scene = Scene(store=store)
    scene.notifications = {"n": TOLD}
    scene.actions = (
        replace(NOTE, notice=lambda _to, about: {"subject": repr(about.is_unreadable)}),
    )
    await scene.plan(disk_monitor())
    await store.post(LETTER, NEXT)
    db = driver.connect(tmp_path / "store", isolation_level=None)
    db.execute("update spool set envelope = substr(envelope, 9) where id = ?", (LETTER.id,))
    db.close()
    yield scene
    await store.close()


async def test_it_is_told_once_and_what_is_behind_it_leaves(scene):
    await scene.run(minutes=1)
    await scene.run(minutes=1)
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [NEXT.id]
    (telling,) = scene.backup.sent_envelopes
    assert telling.payload["subject"] == "True"
    (row,) = await scene.store.queue()
    assert (row.envelope.id, row.state) == (LETTER.id, "set aside")
