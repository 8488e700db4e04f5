"""Rows that a node deletes by and by."""

from datetime import timedelta

import pytest

from noroshi.core.model import Sample
from noroshi.core.people import Audited
from noroshi.core.report import ReportDraft, RowKind
from noroshi.engine.retention import Retention, RetentionPeriods
from tests.flow.scene import Scene


async def test_the_audit_log_is_kept_for_a_year():
    scene = Scene()
    for days in (400, 366, 364):
        at = scene.time.now - timedelta(days=days)
        row = Audited(at=at, who="sato", door="web", address="", op=str(days))
        await scene.store.audit(row)
    async with scene.life() as engine:
        await engine.retention.step()
    assert [row.op for row in await scene.store.audit_log()] == ["364"]


@pytest.mark.parametrize(
    ("periods", "kept"),
    [
        pytest.param(RetentionPeriods(), [6, 1], id="a week unless told otherwise"),
        pytest.param(RetentionPeriods(samples=timedelta(days=30)), [8, 6, 1], id="longer"),
        pytest.param(RetentionPeriods(samples=timedelta(days=2)), [1], id="shorter"),
    ],
)
async def test_readings_are_kept_for_as_long_as_the_settings_say(periods, kept):
    scene = Scene()
    now = scene.time.now
    for days in (8, 6, 1):
        await scene.store.append([("m", Sample(now - timedelta(days=days)))])
    await Retention(scene.store, scene.time.clocks, periods).step()
    samples = await scene.store.samples("m")
    assert [(now - one.measured_at).days for one in reversed(samples)] == kept


async def test_what_the_hub_has_is_kept_for_a_week_and_what_it_lacks_as_long_as_that():
    scene = Scene()
    now, store = scene.time.now, scene.store
    drafts = [
        ReportDraft(kind=RowKind.CHANGE, written_at=now - timedelta(days=days), body="{}")
        for days in (9, 8, 6, 8)
    ]
    await store.add_reports(*drafts)
    position = await store.report_position(3)
    assert position is not None and await store.acknowledge_reports(position)
    await Retention(store, scene.time.clocks, RetentionPeriods()).step()
    assert [row.seq for row in await store.reports(0)] == [3, 4]
