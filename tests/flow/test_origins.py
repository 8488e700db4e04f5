"""Ids before and after there were installations, and where a store lost its last writes."""

from __future__ import annotations

import shutil
from email import message_from_bytes, policy

import pytest

from noroshi.core.mail import Origin
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.transports.mime.message import compose
from tests.flow.scene import Scene, disk_monitor

SENDER = "noroshi@minato-seiki.example"
OURS = Origin("9f86d081884c7d65", "3fa94c01d2")


def mails(scene):
    """What was sent by the first route, as mails."""
    return [
        message_from_bytes(compose(one, SENDER, ""), policy=policy.default)
        for one in scene.smtp.sent_envelopes
        if one.alarms
    ]


async def test_a_recovery_of_an_alarm_from_before_installations_stays_in_its_thread():
    scene = Scene(store=MemoryStore())
    await scene.plan(disk_monitor())
    await scene.run(minutes=2, data=95)
    scene.store.origin = OURS
    await scene.run(minutes=2, data=50)
    await scene.run(minutes=2, data=95)
    before, over, anew = mails(scene)
    assert before["Message-ID"] == "<m.1/r/ops@minato-seiki.example>"
    assert over["References"] == before["Message-ID"] == over["In-Reply-To"]
    assert over["Message-ID"] == ("<m.2~3fa94c01d2/r/ops@9f86d081884c7d65.noroshi.invalid>")
    assert anew["References"] is None
    (known,) = scene.smtp.sent_envelopes[0].alarms
    assert await scene.store.find_by_message_id(["<m.1/r/ops@example.com>"]) is not None, known


@pytest.mark.parametrize("after", ["its start", "an alarm"])
async def test_a_store_that_lost_its_last_writes_gives_no_id_once_more(after, tmp_path):
    lost, kept = tmp_path / "n.db", tmp_path / "kept.db"
    scene = Scene(store=SqliteStore.open(lost, reserve=0))
    await scene.plan(disk_monitor())
    if after == "an alarm":
        await scene.run(minutes=2, data=95)
        await scene.run(minutes=2, data=50)
    await scene.store.copy_to(kept)
    for _ in range(2):  # each time all that was written since is gone
        await scene.run(minutes=2, data=95)
        await scene.run(minutes=2, data=50)
        await scene.store.close()
        shutil.copy(kept, lost)
        scene.store = SqliteStore.open(lost, reserve=0)
    await scene.store.close()
    ids = [mail["Message-ID"] for mail in mails(scene)]
    alarms = [alarm for one in scene.smtp.sent_envelopes for alarm in one.alarms]
    assert len(ids) == len(set(ids)) == (4 if after == "its start" else 6)
    assert len(alarms) == len(set(alarms))
    assert len({id.rpartition("@")[2] for id in ids}) == 1
