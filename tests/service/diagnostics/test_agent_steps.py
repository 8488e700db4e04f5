"""An instance of an agent is examined by what the hub knows of the agent."""

from __future__ import annotations

import pytest

from noroshi.core.agents import Machine
from noroshi.core.levels import Level
from noroshi.service import perform
from tests.service.agents.fleet import heard, joined
from tests.service.agents.test_agents_status import harness, report  # noqa: F401
from tests.service.harness import AKI


async def stages_of(harness):  # noqa: F811
    begun = await perform(harness.service, AKI, "examine_begin", {"instance": "files"})
    stages = []
    while True:
        given = {"id": begun.id, "seen": len(stages)}
        looked = await perform(harness.service, AKI, "examine_look", given)
        stages += looked.stages
        if looked.over:
            return {stage.name: stage for stage in stages}


async def test_an_agent_that_reports_passes_every_stage(harness):  # noqa: F811
    await heard(harness, await joined(harness))
    await report(harness, var=Level.OK)
    stages = await stages_of(harness)
    assert list(stages) == [
        *("agent", "connected", "configuration", "reports", "source"),
        *("volumes", "processes", "ports", "memory", "processor"),
    ]
    of_agent = list(stages.values())
    assert {stage.state for stage in of_agent[:4]} == {"ok"}
    assert (
        of_agent[4].remedy.meaning.en == "Agent fs01 is currently not connected to this node."
    )
    assert {stage.state for stage in of_agent[5:]} == {"not reached"}
    assert stages["reports"].found.en == "1 of 1 monitor reported"


@pytest.mark.parametrize(
    ("system", "line"),
    [
        ("Linux 6.12 x86_64", "systemctl status noroshi"),
        ("Windows 2022Server AMD64", "Get-Service noroshi"),
    ],
)
async def test_an_agent_that_is_silent_is_looked_at_on_its_own_computer(
    harness,  # noqa: F811
    system,
    line,
):
    machine = Machine(host_name="fs01", system=system)
    await heard(harness, await joined(harness, machine=machine))
    harness.time.pass_by(seconds=120)
    stage = (await stages_of(harness))["connected"]
    assert stage.state == "failed"
    assert stage.remedy.who.en == "the administrator of fs01"
    assert stage.remedy.lines == (line, "noroshi status")
