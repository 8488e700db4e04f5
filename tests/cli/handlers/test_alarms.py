"""`noroshi alarms`, `alarm` and `silence`, each a process of its own."""

import json

import pytest

from noroshi.ports import Document
from tests.cli.command_process import a_node, typed
from tests.service.harness import AKI, Harness, documents

DISKS = "web1/base/disks"


@pytest.fixture
async def harness(tmp_path):
    """A node whose only monitor is critical."""
    found = Harness()
    async with a_node(tmp_path, found.service):
        given = tuple(Document(**one) for one in documents())
        await found.service.definitions.apply(AKI, given)
        await found.measured()
        yield found


async def test_an_alarm_is_acknowledged_and_taken_back(harness, tmp_path):
    listed = await typed("alarms", home=tmp_path)
    assert "1 open alarm, 1 not acknowledged." in listed.out
    done = await typed(
        "alarm", "acknowledge", "disks", "--comment", "見ています", home=tmp_path
    )
    assert (done.code, done.err) == (0, "") and f"Acknowledged: {DISKS} /var." in done.out
    listed = await typed("alarms", "--lang", "ja", home=tmp_path)
    assert "発生中のアラーム 1件、うち確認待ち 0件。" in listed.out
    assert "見ています" in listed.out and "✓" in listed.out
    again = await typed("alarm", "acknowledge", "disks", home=tmp_path)
    assert again.code == 5 and "has already acknowledged this alarm" in again.err
    back = await typed("alarm", "take-back", "disks", home=tmp_path)
    assert f"Acknowledgement withdrawn: {DISKS} /var." in back.out
    log = await typed("log", "disks", home=tmp_path)
    assert "Comments and acknowledgements" in log.out and "acknowledgement withdrawn" in log.out


async def test_a_notification_is_not_called_sent_when_it_was_raised(tmp_path):
    """It may wait: for a route, or on an agent for its hub."""
    waits = Harness()
    async with a_node(tmp_path, waits.service):
        await waits.service.definitions.apply(
            AKI, tuple(Document(**one) for one in documents())
        )
        await waits.measured(told=("all",))
        listed = await typed("alarms", home=tmp_path)
    assert "all: notification for ops created at 06:00:00" in listed.out


async def test_a_silence_is_added_shown_and_ended(harness, tmp_path):
    words = ("--for", "2h", "--reason", "電源工事")
    added = await typed("silence", "add", "web1", *words, home=tmp_path)
    assert (added.code, added.err) == (0, "")
    assert "Notifications about web1 are suppressed until" in added.out
    listed = await typed("silence", "list", "--lang", "ja", home=tmp_path)
    assert "web1" in listed.out and "電源工事" in listed.out
    status = await typed("status", home=tmp_path)
    assert "Active silences" in status.out and "notifications suppressed until" in " ".join(
        status.out.split()
    )
    ended = await typed("silence", "end", "web1", home=tmp_path)
    assert "The silence for web1 has ended" in ended.out
    assert (
        "No notifications are suppressed."
        in (await typed("silence", "list", home=tmp_path)).out
    )


async def test_a_silence_without_an_end_is_refused(harness, tmp_path):
    told = await typed("silence", "add", "web1", "--reason", "x", home=tmp_path)
    assert told.code == 3 and "a silence cannot be unlimited" in told.err


async def test_a_comment_comes_back_in_json(harness, tmp_path):
    words = ("alarm", "comment", "disks", "金曜に業者", "--json")
    kept = await typed(*words, home=tmp_path)
    assert json.loads(kept.out)["words"] == "金曜に業者"
