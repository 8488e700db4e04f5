"""What the node's own log says of an outage: enough to follow it, and nothing twice."""

import logging
from dataclasses import replace

from noroshi.core.model import Verdict
from tests.flow.scene import RULE, Scene, disk_monitor


async def test_the_log_follows_an_alarm_through_an_outage_of_its_route(caplog):
    caplog.set_level(logging.INFO, "noroshi")
    scene = Scene(Verdict.ROUTE_DOWN, Verdict.ROUTE_DOWN, Verdict.ROUTE_DOWN, Verdict.ACCEPTED)
    await scene.run(monitor=disk_monitor(rules=(replace(RULE, routes=("smtp1",)),)), a=95)
    assert [record.getMessage() for record in caplog.records] == [
        "definitions in use version=1 monitors=1 routes=smtp1,smtp2",
        "level OK > CRITICAL monitor=web1/g/disk item='/a' event=m.1",
        "route down, its mail waits route=smtp1: route down",
        "route is back route=smtp1",
        "mail accepted route=smtp1 id=m.1/r/ops",
    ]
