"""Servers as the manager's pages show them: one that reports, one that is silent, one that was
removed, and one that has just joined."""

from __future__ import annotations

from datetime import timedelta

from tests.service.agents.fleet import heard, joined, opened


async def with_agents(harness):
    """The same harness, in which servers joined."""
    opened(harness)
    db01 = await joined(harness, "db01", invitation="i2")
    await heard(harness, db01, backlog=12, address="192.0.2.7")
    old = await joined(harness, "old01", invitation="i3", secrets=("smtp",))
    await heard(harness, old)
    await harness.done("agent_revoke", agent="old01")
    harness.time.pass_by(minutes=4)
    fs02 = await joined(harness, "fs02", secrets=("smtp",))
    await heard(harness, fs02, clock_offset=timedelta(seconds=6.2))
    web02 = await joined(harness, "web02", invitation="i4")
    await heard(harness, web02, address="192.0.2.9", problems=("logs.errors: unknown type",))
    await joined(harness, "new01", invitation="i5")
    return harness
