"""Services: whether each runs that has to, how it starts, and how often it was started anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import Message, _, list_names, pgettext, plain
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import ServiceFact

ExpectedState = Literal["running", "stopped", "by_start_type"]
StartTypeName = Literal["", "automatic", "manual", "disabled"]
STATES: Mapping[str, Message] = {
    "running": pgettext("service", "running"),
    "starting": pgettext("service", "starting"),
    "stopping": pgettext("service", "stopping"),
    "paused": pgettext("service", "paused"),
    "stopped": pgettext("service", "stopped"),
    "failed": pgettext("service", "failed"),
    "missing": pgettext("service", "not installed"),
    "unreadable": pgettext("service", "not readable by Noroshi's service account"),
}
START_TYPES: Mapping[str, Message] = {
    "automatic": pgettext("service", "automatic"),
    "manual": pgettext("service", "manual"),
    "disabled": pgettext("service", "disabled"),
    "unknown": pgettext("service", "unknown"),
}
IN_TRANSITION = frozenset({"starting", "stopping"})
"""States that pass: they count as wrong only at a second measurement in a row."""

WITHOUT_START_TYPE = frozenset({"missing", "unreadable"})
"""States of services of which nothing else is known. Wildcards find none in them."""

NO_NAME = _("{include} must contain the name of a service")
NO_MATCH = _("no service matches {names}")
FAILED = _("failed ({detail})")
AS_EXPECTED = _("{state} (start type: {start_type})")
SHOULD_RUN = _("{state}, but should be running (start type: {start_type})")
SHOULD_BE_STOPPED = _("{state}, but should be stopped (start type: {start_type})")
OTHER_START_TYPE = _("the start type is {start_type}, but should be {expected}")
RESTARTED = _("restarted since the last measurement")


@options
class Options:
    include: tuple[str, ...]
    """Services to monitor

    Names of the services, such as nginx or Spooler; * stands for any text. On Windows, display
    names work as well."""
    exclude: tuple[str, ...] = ()
    """Services not to monitor, even if they match `include`."""
    state: ExpectedState = "running"
    """Expected state

    State that the services should have. `by_start_type`: automatic services should be running
    unless they stop when their work is done; disabled ones should be stopped."""
    start_type: StartTypeName = ""
    """Expected start type

    Start type that the services should have. Default: any."""

    def __post_init__(self) -> None:
        if not any(name.strip() for name in self.include):
            raise InvalidValueError(with_settings(NO_NAME, "include"))

    def includes(self, fact: ServiceFact) -> bool:
        names = [name.casefold() for name in (fact.name, fact.title) if name]
        patterns = [pattern.casefold() for pattern in self.exclude]
        return not any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Memory:
    """Hold what is remembered of the services: those in transition, the run of each, and how often
    the system had started each anew."""

    in_transition: frozenset[str]
    runs: Mapping[str, str]
    restarts: Mapping[str, int]


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    facts = await (await host.system_facts()).services(options.include)
    included_facts = [fact for fact in facts if options.includes(fact)]
    if not included_facts:
        raise Unmeasurable(NO_MATCH.fill(names=list_names(options.include)))
    last = _memory_from_json(memory)
    readings = (
        reading for fact in included_facts for reading in _readings(options, fact, last)
    )
    return Outcome(tuple(readings), _memory_as_json(included_facts))


def _readings(options: Options, fact: ServiceFact, last: Memory) -> Iterator[Reading]:
    should_run = _should_run(options.state, fact)
    is_wrong = _is_wrong_state(fact, should_run, last)
    note = _state_note(fact, should_run if is_wrong else None)
    yield Reading("wrong_state", int(is_wrong), "", fact.name, note)
    if options.start_type and fact.state not in WITHOUT_START_TYPE:
        is_other = fact.start_type not in (options.start_type, "unknown")
        note = OTHER_START_TYPE.fill(
            start_type=START_TYPES[fact.start_type], expected=START_TYPES[options.start_type]
        )
        args = (note,) if is_other else ()
        yield Reading("wrong_start_type", int(is_other), "", fact.name, *args)
    if restarts := _restarts(fact, last):
        yield Reading("restarts", restarts, "", fact.name, RESTARTED)
    elif fact.run:
        yield Reading("restarts", 0, "", fact.name)


def _should_run(expected: ExpectedState, fact: ServiceFact) -> bool | None:
    """Return whether a service should run; None if it may, and need not."""
    if expected != "by_start_type":
        return expected == "running"
    if fact.state in WITHOUT_START_TYPE:  # somebody gave its whole name
        return True
    match fact.start_type:
        case "automatic":
            return True if fact.state == "failed" or not fact.ends_by_itself else None
        case "disabled":
            return False
    return True if fact.state == "failed" else None


def _is_wrong_state(fact: ServiceFact, should_run: bool | None, last: Memory) -> bool:
    if should_run is None:
        return False
    if fact.state in IN_TRANSITION:
        return fact.name in last.in_transition
    if should_run:
        return fact.state != "running"
    return fact.state in ("running", "paused", "unreadable")


def _state_note(fact: ServiceFact, should_run: bool | None) -> Message:
    state = STATES[fact.state]
    if fact.state in WITHOUT_START_TYPE:
        return state
    if fact.state == "failed" and fact.detail:
        state = FAILED.fill(detail=plain(fact.detail))
    form = {None: AS_EXPECTED, True: SHOULD_RUN, False: SHOULD_BE_STOPPED}[should_run]
    return form.fill(state=state, start_type=START_TYPES[fact.start_type])


def _restarts(fact: ServiceFact, last: Memory) -> int:
    """Return how often a service was started anew since the last measurement, as far as that
    shows: it runs now, and ran then, in another run."""
    last_run = last.runs.get(fact.name, "")
    is_other_run = bool(fact.run and last_run and fact.run != last_run)
    restart_count = (fact.restarts or 0) - last.restarts.get(fact.name, fact.restarts or 0)
    return max(restart_count, int(is_other_run))


def _memory_as_json(facts: Sequence[ServiceFact]) -> Mapping[str, Any]:
    return {
        "in_transition": [fact.name for fact in facts if fact.state in IN_TRANSITION],
        "runs": {fact.name: fact.run for fact in facts if fact.run},
        "restarts": {fact.name: fact.restarts for fact in facts if fact.restarts is not None},
    }


def _memory_from_json(memory: Mapping[str, Any]) -> Memory:
    return Memory(
        frozenset(memory.get("in_transition", ())),
        memory.get("runs", {}),
        memory.get("restarts", {}),
    )


CHECK = Check(
    kind="service",
    title=_("Service"),
    help=_(
        "Monitors systemd or Windows services: whether each service is in the expected state, "
        "whether it has the expected start type, and whether it was restarted. On Windows, this "
        "type is verified under Wine only, not on a real Windows system."
    ),
    options=Options,
    limits={
        "wrong_state": Limits(critical=1),
        "wrong_start_type": Limits(warning=1),
        "restarts": Limits(warning=1),
    },
    yes_no=frozenset({"wrong_state", "wrong_start_type"}),
    occurrences=frozenset({"restarts"}),
    names={
        "wrong_state": _("Not in the expected state"),
        "wrong_start_type": _("Unexpected start type"),
        "restarts": _("Restarts"),
    },
    run=run,
    asks_computer=True,
    blocks=True,
    may_vanish=True,
    modules=("noroshi.hosts.operating_system.local_system",),
)
