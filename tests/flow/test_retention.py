"""Rows that a node deletes by and by."""

from datetime import timedelta

from noroshi.core.people import Audited
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
