"""`noroshi agent update`: have agents run this node's version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.agents import AgentState
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import NOTHING, Message, _
from noroshi.operations import agent_operations
from noroshi.operations.agent_answers import AgentRow, AgentUpdating

BEGUN = _("{name}: downloading version {version}")
NOT_BEGUN = _("{name}: {why}")
WATCH = with_commands(
    _("To see which version each agent runs: {command}"), command=CommandText("agent list")
)
NOTHING_TO_DO = _("All agents run the same version as this node.")
ONE_OR_ALL = _("Name one agent, or use --all.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateResult:
    """Tell of one agent whether its update began; `refusal`: why it did not."""

    name: str
    version: str = ""
    refusal: Message = NOTHING


def update(context: CommandContext) -> int:
    """Update one agent, or all that run another version; each that cannot be updated is named."""
    args = context.args
    if bool(args.agent) is args.all:
        raise RefusedError("invalid", ONE_OR_ALL)
    results = list(_results(context, _names(context) if args.all else (args.agent,)))
    if args.json:
        context.print_json(results)
    else:
        _print(context, results)
    return exits.REFUSED if any(one.refusal for one in results) else exits.DONE


def _names(context: CommandContext) -> Sequence[str]:
    agents = context.ask(agent_operations.AGENT_LIST, tuple[AgentRow, ...])
    return [
        one.name for one in agents if one.state is AgentState.ACTIVE and one.has_other_version
    ]


def _results(context: CommandContext, names: Sequence[str]) -> Iterator[UpdateResult]:
    for name in names:
        try:
            answer = context.ask(agent_operations.AGENT_UPDATE, AgentUpdating, agent=name)
        except RefusedError as refusal:
            if not context.args.all:
                raise
            yield UpdateResult(name=name, refusal=refusal.words)
        else:
            yield UpdateResult(name=answer.name, version=answer.version)


def _print(context: CommandContext, results: Sequence[UpdateResult]) -> None:
    for one in results:
        words = NOT_BEGUN if one.refusal else BEGUN
        print(context.say(words.fill(name=one.name, version=one.version, why=one.refusal)))
    print(context.say(WATCH if results else NOTHING_TO_DO))
