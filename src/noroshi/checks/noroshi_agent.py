"""The agents of this node: whether they are heard, and what they report is taken in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from noroshi.core.model import Limits, Reading
from noroshi.core.translation import COMMA, NOTHING, Message, _, joined, plain
from noroshi.ports import Check, Host, Outcome, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import AgentFacts

SILENT = _(
    "until the agent is back, its monitors keep the last level it reported and raise no alarms"
)
WITH_NEXT_STEP = _(
    "{silent}. Monitored there: {instances}. Next step: on {agent}, run {command}"
)
SILENT_AND_IDLE = _("it monitors nothing yet. Next step: on {agent}, run {command}")
COMMAND, WINDOWS_COMMAND = "systemctl status noroshi", "Get-Service noroshi"
LOG_COMMAND = "noroshi log"
MOST_NAMED = 5
"""The most instances that an alarm names."""
REFUSED = _("within the last hour; see Noroshi's log for the reasons")
EXCESSIVE = _(
    "{agent} records more changes or samples than this node accepts from one agent. The rest "
    "stay queued on {agent}. Next step: on {agent}, run {command} to find the monitor that "
    "changes too often"
)
MENTIONED_AFTER = 90.0
"""Seconds of silence from which on it is said what that means."""


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    agents = await (await host.self_facts()).agents()
    count = Reading("agents", float(len(agents)))
    return Outcome((count, *(reading for one in agents for reading in _readings(one))))


def _readings(facts: AgentFacts) -> Iterator[Reading]:
    name = facts.name
    note = _silent_note(facts) if facts.silence >= MENTIONED_AFTER else NOTHING
    yield Reading("silence", round(facts.silence), "s", name, note)
    # Before the backlog: it is why there is one.
    note = _excess_note(facts) if facts.excessive_reports else NOTHING
    yield Reading("excess", float(facts.excessive_reports), "", name, note)
    yield Reading("backlog", float(facts.backlog), "", name)
    yield Reading("clock", round(abs(facts.clock_offset), 1), "s", name)
    note = REFUSED if facts.refused_rows else NOTHING
    yield Reading("refused", float(facts.refused_rows), "", name, note)


def _silent_note(facts: AgentFacts) -> Message:
    """Say what the silence of an agent means, for which instances, and what to do about it."""
    command = WINDOWS_COMMAND if facts.is_windows else COMMAND
    if not facts.instances:
        return SILENT_AND_IDLE.fill(agent=facts.name, command=command)
    more = ("…",) if facts.instances[MOST_NAMED:] else ()
    instances = joined(map(plain, (*facts.instances[:MOST_NAMED], *more)), COMMA)
    return WITH_NEXT_STEP.fill(
        silent=SILENT, instances=instances, agent=facts.name, command=command
    )


def _excess_note(facts: AgentFacts) -> Message:
    return EXCESSIVE.fill(agent=facts.name, command=LOG_COMMAND)


CHECK = Check(
    kind="noroshi-agent",
    title=_("Agents"),
    help=_(
        "Checks that the agents are connected to this node, that their reports arrive and are "
        "accepted, and that their clocks are correct. Noroshi monitors its agents automatically, "
        "in the instance noroshi."
    ),
    options=Options,
    limits={
        "silence": Limits(critical=90),
        "excess": Limits(warning=1),
        "backlog": Limits(warning=1000),
        "clock": Limits(warning=60),
        "refused": Limits(warning=10),
    },
    units={"silence": "s", "clock": "s"},
    names={
        "agents": _("Number of agents"),
        "silence": _("Time since last contact"),
        "excess": _("Reports above the rate limit per agent"),
        "backlog": _("State changes not sent yet"),
        "clock": _("Difference between the clocks"),
        "refused": _("State changes refused or lost"),
    },
    run=run,
    may_vanish=True,
)
