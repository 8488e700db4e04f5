"""Examine an instance that an agent measures: whether the agent is known, connected and up to date,
and has reported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from noroshi.core.agents import Agent, AgentState, LastSeen, is_silent, runs_windows
from noroshi.core.translation import NOTHING, Message, _, ngettext, pgettext, plain
from noroshi.link.order_messages import Examined, ExaminedStage, OrderVerb
from noroshi.operations.diagnostic_answers import AGENT_CONTACT
from noroshi.ports.examination import Cure, Exam, Step, StepError, StepResult, Whose
from noroshi.service.agents.order_answers import clean_examination
from noroshi.service.diagnostics.instance_steps import FACT_TITLES, SOURCE, SOURCE_STAGE
from noroshi.service.errors import OperationFailedError
from noroshi.service.operation_context import OperationContext

AGENT, CONNECTED = _("Agent"), _("Connected")
CONFIGURATION, REPORTED = _("Configuration"), _("Reports")
IS_KNOWN = _("{agent} monitors this instance, on its own computer")
NOT_KNOWN = _("agent {agent} no longer exists")
HEARD_NOW = pgettext("agent", "last contact less than 90 seconds ago")
NEVER_HEARD = _("agent {agent} has joined, but has never contacted this node")
NOT_HEARD = _("agent {agent} has not contacted this node for more than 90 seconds")
IN_FORCE = _("the agent uses the current definitions")
NOT_IN_FORCE = _("agent {agent} does not use the current definitions yet")
NOT_TAKEN = _("agent {agent} cannot use the current definitions: {problems}")
ALL_REPORTED = ngettext(
    "{count} of {total} monitor reported", "{count} of {total} monitors reported", by="total"
)
NONE_REPORTED = _("agent {agent} has not reported anything about this instance yet")
HAS_EXAMINED = _("{agent} examined its computer")
NOT_EXAMINED = _("not examined")
ITS_ADMINISTRATOR = _("the administrator of {agent}")
LOOK_THERE = _("On {agent}, check whether Noroshi is running and can reach this node:")
STATUS_LINES = ("systemctl status noroshi", "noroshi status")
WINDOWS_STATUS_LINES = ("Get-Service noroshi", "noroshi status")


class ComputerOfAgent:
    """Examine the computer of an agent, which does it when the first stage is taken."""

    def __init__(self, agent: str, instance: str, context: OperationContext) -> None:
        self._agent, self._instance, self._context = agent, instance, context
        self._stages: Mapping[str, ExaminedStage] = {}

    @property
    def steps(self) -> Sequence[Step]:
        first = Step(name=SOURCE_STAGE, title=SOURCE, take=self._take_first)
        fact_steps = (
            Step(name=name, title=title, take=partial(self._take, name))
            for name, title in FACT_TITLES.items()
        )
        return (first, *fact_steps)

    async def _take_first(self) -> StepResult:
        try:
            answer = await self._context.agents_hub.order(
                self._agent, OrderVerb.DOCTOR, Examined, self._instance
            )
        except OperationFailedError as error:
            raise _stop(error.words, Cure(party=Whose.YOU)) from None
        stages = clean_examination(answer).stages
        self._stages = {one.name: one for one in stages}
        source = self._stages.get(SOURCE_STAGE)
        if source is not None and source.is_failed:
            raise _stop(source.finding, Cure(party=Whose.YOU))
        return StepResult(HAS_EXAMINED.fill(agent=self._agent))

    async def _take(self, name: str) -> StepResult:
        """Return what the agent found at a stage. Of these none needs another, so one that failed
        there is told as a remark: the others are to be shown, too."""
        stage = self._stages.get(name)
        if stage is None:
            return StepResult(NOT_EXAMINED)
        if stage.is_failed:
            return StepResult(NOTHING, (stage.finding,))
        return StepResult(stage.finding, stage.remarks)


@dataclass(frozen=True, slots=True)
class AgentExamination:
    """Examine how the agent of that name measures an instance with these monitors; `computer` is
    what can be asked there."""

    name: str
    monitors: Collection[str]
    context: OperationContext
    computer: ComputerOfAgent

    @property
    def steps(self) -> Sequence[Step]:
        return (
            Step(name="agent", title=AGENT, take=self._take_agent),
            Step(name=AGENT_CONTACT, title=CONNECTED, take=self._take_contact),
            Step(name="configuration", title=CONFIGURATION, take=self._take_configuration),
            Step(name="reports", title=REPORTED, take=self._take_reports, is_independent=True),
            *self.computer.steps,
        )

    async def close(self) -> None:
        """Hold nothing open."""

    async def _agent(self) -> tuple[Agent, LastSeen | None]:
        agents = (await self.context.agents_hub.agents()).values()
        for one in agents:
            if one.name == self.name and one.state is AgentState.ACTIVE:
                return one, (await self.context.agents_hub.last_seen()).get(one.id)
        raise _stop(NOT_KNOWN.fill(agent=self.name), Cure(party=Whose.YOU))

    async def _take_agent(self) -> StepResult:
        await self._agent()
        return StepResult(IS_KNOWN.fill(agent=self.name))

    async def _take_contact(self) -> StepResult:
        agent, last_seen = await self._agent()
        if last_seen is None:
            raise self._stop_there(agent, NEVER_HEARD.fill(agent=self.name))
        if is_silent(last_seen, self.context.now()):
            raise self._stop_there(agent, NOT_HEARD.fill(agent=self.name))
        return StepResult(HEARD_NOW)

    async def _take_configuration(self) -> StepResult:
        agent, last_seen = await self._agent()
        if last_seen is not None and last_seen.problems:
            problems = "; ".join(last_seen.problems)
            words = NOT_TAKEN.fill(agent=self.name, problems=problems)
            raise _stop(words, Cure(party=Whose.YOU))
        configuration = self.context.agents_hub.configuration_of(agent.id)
        used_name = last_seen.configuration if last_seen is not None else ""
        if configuration is not None and used_name != configuration.name:
            return StepResult(NOTHING, (NOT_IN_FORCE.fill(agent=self.name),))
        return StepResult(IN_FORCE)

    async def _take_reports(self) -> StepResult:
        states = await self.context.store.states(self.monitors)
        count = sum(bool(state.items) for state in states.values())
        if not count:
            agent, _last_seen = await self._agent()
            raise self._stop_there(agent, NONE_REPORTED.fill(agent=self.name))
        return StepResult(ALL_REPORTED.fill(total=len(self.monitors), count=count))

    def _stop_there(self, agent: Agent, words: Message) -> StepError:
        look = LOOK_THERE.fill(agent=self.name)
        administrator = ITS_ADMINISTRATOR.fill(agent=self.name)
        is_windows = runs_windows(agent.machine.system)
        lines = WINDOWS_STATUS_LINES if is_windows else STATUS_LINES
        cure = Cure(party=Whose.ADMINISTRATOR, steps=(look,), lines=lines)
        return _stop(words, cure, Exam(people={Whose.ADMINISTRATOR: administrator}))


def _stop(words: Message, cure: Cure, exam: Exam | None = None) -> StepError:
    return StepError(plain(""), cure.remedy(words, exam or Exam()))
