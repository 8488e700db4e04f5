"""`noroshi agent`: invite servers, and show, rename and remove agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.status import NOT_RUNNING
from noroshi.cli.output.lists import print_list, print_table, table_with_head
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, elapsed_time
from noroshi.core.agents import AgentState
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, list_names, ngettext, pgettext, plain
from noroshi.link.fingerprint_words import fingerprint_digits, fingerprint_words
from noroshi.operations import agent_operations
from noroshi.operations.agent_answers import (
    AgentInvited,
    AgentRenamed,
    AgentRevoked,
    AgentRow,
    AgentShown,
    InvitationRow,
    InvitationState,
)

INVITED = ngettext(
    "Run this command on the new server. It is valid until {until}, for {servers} server:\n"
    "\n"
    "  {line}\n"
    "\n"
    "The server shows the fingerprint of this node. It must be:\n"
    "\n"
    "  {words}\n"
    "  {digits}",
    "Run this command on each new server. It is valid until {until}, for {servers} servers:\n"
    "\n"
    "  {line}\n"
    "\n"
    "The server shows the fingerprint of this node. It must be:\n"
    "\n"
    "  {words}\n"
    "  {digits}",
    by="servers",
)
WITH_NOROSHI = _("On a server where Noroshi is installed, as root:\n\n  {line}")
IN_POWERSHELL = _("On a Windows server, in Windows PowerShell as an administrator:\n\n  {line}")
ON_WINDOWS = _(
    "On a Windows server, as an administrator, in the installer's folder:\n\n  {line}"
)
NO_INVITATIONS = _("There are no invitations.")
NO_AGENTS = with_commands(
    _("There are no agents yet. To add a server: {command}"),
    command=CommandText("agent invite"),
)
INVITATION_HEAD = (_("ID"), _("STATE"), _("EXPIRES"), _("SERVERS"), _("CREATED BY"))
INVITATION_STATES = {
    InvitationState.OPEN: pgettext("invitation", "open"),
    InvitationState.USED: pgettext("invitation", "used"),
    InvitationState.EXPIRED: pgettext("invitation", "expired"),
}
USES = _("{uses} of {servers}")
USES_BY = _("{uses} of {servers} ({names})")
AGENT_HEAD = (
    _("NAME"),
    _("STATE"),
    _("LAST CONTACT"),
    pgettext("agent", "VERSION"),
    _("SYSTEM"),
    _("UNSENT"),
)
CONNECTED = pgettext("agent", "connected")
SILENT = pgettext("agent", "no contact")
NEVER = pgettext("agent", "joined, no contact yet")
REMOVED = pgettext("agent", "removed")
REFUSED = pgettext("agent", "connected; the latest configuration could not be applied")
AGO = _("{at} ({span} ago)")
LABELS = {
    "name": _("Name"),
    "state": _("State"),
    "contact": _("Last contact"),
    "from": pgettext("agent", "Connection from"),
    "server": _("Server"),
    "version": pgettext("agent", "Version"),
    "update": pgettext("agent", "Update"),
    "clock": _("Clock"),
    "backlog": _("Unsent on agent"),
    "instances": _("Instances"),
    "configuration": _("Configuration"),
    "joined": pgettext("agent", "Joined"),
    "key": _("Key in use since"),
    "fingerprint": pgettext("agent", "Fingerprint"),
    "digits": _("Full fingerprint"),
    "routes": _("Shared routes"),
    "secrets": _("Secrets sent to this agent"),
    "removed": pgettext("agent", "Removed"),
}
JOINED_BY = _("{at}, invited by {who}")
IN_STEP = _("correct to within a second")
AHEAD, BEHIND = _("{seconds} s ahead"), _("{seconds} s behind")
RENAMED = _("The agent is now called {name}.")
RENAMED_WITH = _(
    "The agent is now called {name}. The source of these instances was updated: {names}"
)
REVOKED = _("{name} was removed: it can no longer connect.")
CHANGE_SECRETS = _("Change these secrets, because the server still has copies of them: {names}")
UNMEASURED = _("These instances are no longer monitored: {names}")


def invite(context: CommandContext) -> int:
    """Create an invitation, and print the line to paste."""
    args = context.args
    answer = context.ask(
        agent_operations.AGENT_INVITE,
        AgentInvited,
        servers=args.servers,
        name=args.name,
        language=context.language,
        updates=args.updates,
    )
    if args.json:
        context.print_json(answer)
        return exits.DONE
    pin = bytes.fromhex(answer.pin)
    words = INVITED.fill(
        until=clock(answer.expires_at, datetime.now(UTC)),
        servers=answer.servers,
        line=answer.install_line or answer.line,
        words=" ".join(fingerprint_words(pin, context.language)),
        digits=fingerprint_digits(pin),
    )
    print(context.say(words))
    if answer.install_problem is not None:
        print(context.say(answer.install_problem))
    else:
        print(context.say(WITH_NOROSHI.fill(line=answer.line)))
    if answer.powershell_line:
        print(context.say(IN_POWERSHELL.fill(line=answer.powershell_line)))
    elif answer.powershell_problem is not None:
        print(context.say(answer.powershell_problem))
    if answer.windows_line:  # a node of an older version knows none
        print(context.say(ON_WINDOWS.fill(line=answer.windows_line)))
    return exits.DONE


def invitations(context: CommandContext) -> int:
    """List invitations, the newest first."""
    answer = context.ask(agent_operations.AGENT_INVITATIONS, tuple[InvitationRow, ...])
    return print_table(context, answer, NO_INVITATIONS, INVITATION_HEAD, _invitation)


def list_(context: CommandContext) -> int:
    """List agents by name."""
    answer = context.ask(agent_operations.AGENT_LIST, tuple[AgentRow, ...])

    def lines_of(agents: Sequence[AgentRow]) -> Iterator[str]:
        _say_if_no_node(context)
        now = datetime.now(UTC)
        rows = (_agent(context, one, now) for one in agents)
        yield from table_with_head(context, AGENT_HEAD, rows)
        yield from (
            f"{one.name}: {context.say(one.update.words)}" for one in agents if one.update
        )

    return print_list(context, answer, NO_AGENTS, lines_of)


def show(context: CommandContext) -> int:
    """Show one agent in full."""
    answer = context.ask(agent_operations.AGENT_SHOW, AgentShown, agent=context.args.agent)
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    _say_if_no_node(context)
    rows = [
        (context.say(LABELS[label]), text) for label, text in _facts(context, answer) if text
    ]
    print("\n".join(table(rows)))
    print("\n".join(answer.agent.problems), end="\n" * bool(answer.agent.problems))
    return exits.DONE


def rename(context: CommandContext) -> int:
    """Give an agent another name."""
    args = context.args
    answer = context.ask(
        agent_operations.AGENT_RENAME, AgentRenamed, agent=args.agent, name=args.name
    )
    if args.json:
        context.print_json(answer)
        return exits.DONE
    words = RENAMED_WITH if answer.instances else RENAMED
    print(context.say(words.fill(name=answer.name, names=list_names(answer.instances))))
    return exits.DONE


def revoke(context: CommandContext) -> int:
    """Remove an agent, and say what is to be done then."""
    answer = context.ask(agent_operations.AGENT_REVOKE, AgentRevoked, agent=context.args.agent)
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    print(context.say(REVOKED.fill(name=answer.name)))
    for words, names in ((CHANGE_SECRETS, answer.secrets), (UNMEASURED, answer.instances)):
        if names:
            print(context.say(words.fill(names=list_names(names))))
    return exits.DONE


def _invitation(context: CommandContext, one: InvitationRow) -> Sequence[str]:
    words = USES_BY if one.agents else USES
    uses = words.fill(uses=one.uses, servers=one.servers, names=list_names(one.agents))
    end = clock(one.expires_at, datetime.now(UTC))
    return (
        one.id,
        context.say(INVITATION_STATES[one.state]),
        end,
        context.say(uses),
        one.creator,
    )


def _agent(context: CommandContext, one: AgentRow, now: datetime) -> Sequence[str]:
    return (
        one.name,
        context.say(_state(context, one)),
        _contact(context, one, now),
        one.version,
        one.system or one.host_name,
        str(one.backlog),
    )


def _say_if_no_node(context: CommandContext) -> None:
    """Print that no agent can be connected, where no node runs."""
    if not context.is_node_running:
        print(context.say(NOT_RUNNING))


def _state(context: CommandContext, one: AgentRow) -> Message:
    if one.state is AgentState.REVOKED:
        return REMOVED
    if one.last_contact is None:
        return NEVER
    if _is_silent(context, one):
        return SILENT
    return REFUSED if one.problems else CONNECTED


def _is_silent(context: CommandContext, one: AgentRow) -> bool:
    """Return whether an agent has no contact now: none has where no node runs."""
    return one.is_silent or not context.is_node_running


def _contact(context: CommandContext, one: AgentRow, now: datetime) -> str:
    at = one.last_contact
    if at is None:
        return ""
    if not _is_silent(context, one):
        return clock(at, now)
    return context.say(AGO.fill(at=clock(at, now), span=elapsed_time(at, now)))


def _facts(context: CommandContext, answer: AgentShown) -> Iterator[tuple[str, str]]:
    """Yield the label and the text of each fact; a text may be empty."""
    agent, now = answer.agent, datetime.now(UTC)
    digest = bytes.fromhex(agent.fingerprint.replace(":", ""))
    yield "name", agent.name
    yield "state", context.say(_state(context, agent))
    yield "contact", _contact(context, agent, now)
    yield "from", agent.address
    yield "server", context.say(list_names(filter(None, (agent.host_name, agent.system))))
    yield "version", agent.version
    yield "update", context.say(agent.update.words) if agent.update else ""
    yield "clock", context.say(_clock_text(agent))
    yield "backlog", str(agent.backlog) if agent.last_contact else ""
    yield "instances", context.say(list_names(agent.instances))
    yield "configuration", answer.configuration[:12]
    joined_at = clock(agent.joined_at, now)
    yield "joined", context.say(JOINED_BY.fill(at=joined_at, who=agent.invited_by))
    yield "key", clock(answer.key_since, now)
    yield "fingerprint", " ".join(fingerprint_words(digest, context.language))
    yield "digits", agent.fingerprint
    yield "routes", context.say(list_names(one.name for one in answer.routes if one.is_shared))
    yield "secrets", context.say(list_names(answer.secrets))
    yield "removed", clock(answer.revoked_at, now)


def _clock_text(agent: AgentRow) -> Message:
    if agent.last_contact is None:
        return plain("")
    if abs(agent.clock_offset) < 1:
        return IN_STEP
    words = BEHIND if agent.clock_offset < 0 else AHEAD
    return words.fill(seconds=f"{abs(agent.clock_offset):.1f}")
