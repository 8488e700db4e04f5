"""Examine an instance, by its source: what can be asked of its computer, and what stands in the
way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from noroshi import imports
from noroshi.core.model import Monitor
from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import COMMA, NOTHING, Message, _, joined, ngettext, plain
from noroshi.core.winrm_login import WinrmLogin
from noroshi.network import ConnectError, Egress
from noroshi.network.reach_steps import resolve
from noroshi.ports import Host, Unmeasurable
from noroshi.ports.examination import (
    Cure,
    Exam,
    Examination,
    Step,
    StepError,
    StepResult,
    Whose,
)

PATIENCE = 15.0
NAME, SOURCE = _("Name"), _("Source")
VOLUMES, PROCESSES, PORTS = _("Volumes"), _("Processes"), _("Open ports")
MEMORY, PROCESSOR = _("Memory"), _("CPU time")
SOURCE_STAGE = "source"
FACT_TITLES: Mapping[str, Message] = {
    "volumes": VOLUMES,
    "processes": PROCESSES,
    "ports": PORTS,
    "memory": MEMORY,
    "processor": PROCESSOR,
}
"""The stages of what a computer is asked."""
COUNT = ngettext("{count} found", "{count} found")
CAN_BE_READ = _("can be read")
IS_ASKED = _("this node runs on the computer itself")
OVER_NETWORK = _("monitored over the network only")
LEADS_TO = _("{address} is {addresses}")


@dataclass(frozen=True, slots=True)
class InstanceExamination:
    """Examine an instance party computer is this node's, or that is measured over the network.
    `host`: whom its checks ask, or why nobody can be asked."""

    address: str
    host: Host | Unmeasurable
    egress: Egress

    @property
    def steps(self) -> Sequence[Step]:
        if isinstance(self.host, Unmeasurable):
            return (Step(name=SOURCE_STAGE, title=SOURCE, take=self._source),)
        if self.host.computer_problem() != NOTHING:
            name = Step(name="name", title=NAME, take=self._name, is_independent=True)
            return (Step(name=SOURCE_STAGE, title=SOURCE, take=self._source), name)
        return (
            Step(name=SOURCE_STAGE, title=SOURCE, take=self._source),
            *_fact_steps(self.host),
        )

    async def close(self) -> None:
        """Hold nothing open."""

    async def _source(self) -> StepResult:
        if isinstance(self.host, Unmeasurable):
            raise _stop(self.host.words)
        problem = self.host.computer_problem()
        return (
            StepResult(OVER_NETWORK, (problem,)) if problem != NOTHING else StepResult(IS_ASKED)
        )

    async def _name(self) -> StepResult:
        try:
            hop = await resolve(self.address, 0, self.egress, PATIENCE)
        except ConnectError as error:
            raise _stop(error.words, Whose.NETWORK) from None
        addresses = joined((plain(str(one)) for one in hop.addresses), COMMA)
        return StepResult(LEADS_TO.fill(address=self.address, addresses=addresses))


def examination_of(
    monitor: Monitor, host_of: Callable[[Monitor], Host], egress: Egress
) -> Examination:
    """Return the examination of a monitor's instance."""
    instance = monitor.instance
    if isinstance(instance.login, SshLogin):
        with imports.ONE_AT_A_TIME:
            from noroshi.hosts.ssh.examination import SshExamination

        return SshExamination(instance.login, egress)
    if isinstance(instance.login, WinrmLogin):
        with imports.ONE_AT_A_TIME:
            from noroshi.hosts.winrm.examination import WinrmExamination

        return WinrmExamination(instance.login, egress)
    try:
        host: Host | Unmeasurable = host_of(monitor)
    except Unmeasurable as problem:
        host = problem
    return InstanceExamination(instance.address, host, egress)


def _fact_steps(host: Host) -> Sequence[Step]:
    reads: Mapping[str, Callable[[], Awaitable[object]]] = {
        "volumes": host.volumes,
        "processes": host.processes,
        "ports": host.listeners,
        "memory": host.memory,
        "processor": host.processor,
    }
    return tuple(
        Step(name=name, title=title, take=_step_of(reads[name]), is_independent=True)
        for name, title in FACT_TITLES.items()
    )


def _step_of(read: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[StepResult]]:
    async def take() -> StepResult:
        try:
            fact = await read()
        except Unmeasurable as problem:
            raise _stop(problem.words) from None
        if isinstance(fact, Sequence):
            return StepResult(COUNT.fill(count=len(fact)))
        return StepResult(CAN_BE_READ)

    return take


def _stop(words: Message, party: Whose = Whose.YOU) -> StepError:
    return StepError(plain(""), Cure(party=party).remedy(words, Exam()))
