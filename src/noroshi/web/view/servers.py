"""Show servers: agents, and the instances that this node measures itself or over the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from noroshi.core.agents import AgentState, runs_windows
from noroshi.core.sources import SourceKind
from noroshi.core.translation import Message, _, ngettext, pgettext
from noroshi.link.fingerprint_words import fingerprint_words
from noroshi.operations.agent_answers import AgentRow, AgentShown, MeasuredInstance
from noroshi.web.view.form_operations import clock, time_since
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_context import Visit
from noroshi.web.view.server_rows import BY_AGENT, SERVERS, SOURCES, ServerGlance, watch_page
from noroshi.web.view.signs import Sign, level_sign
from noroshi.web.view.tree import NEW, Instance

CONNECTED = pgettext("agent", "connected")
SILENT = _("no contact since {at}")
NEVER = pgettext("agent", "joined, no contact yet")
REMOVED = pgettext("agent", "removed")
ALL_WELL = ngettext(
    "{count} server. All agents are reporting.", "{count} servers. All agents are reporting."
)
NO_AGENTS = ngettext("{count} server, no agents.", "{count} servers, no agents.")
SOME_SILENT = ngettext(
    "{count} agent is not reporting. Any data shown for it is out of date.",
    "{count} agents are not reporting. Any data shown for them is out of date.",
)
IN_STEP = _("correct to within a second")
AHEAD, BEHIND = _("{seconds} s ahead"), _("{seconds} s behind")
UNKNOWN_NOW = _("currently unknown")
SENDS_ITSELF, ALARMS_WAIT = _("sends alarms itself"), _("alarms are queued")
OWN_ROUTE_WAYS: Sequence[tuple[str, Message, Message, Sequence[str], str]] = (
    (
        "microsoft365",
        _("Microsoft 365, without a user"),
        _(
            "The app signs in with a certificate that is created on the server; its private key "
            "never leaves the server. The command guides you through the setup."
        ),
        ("noroshi setup microsoft365 --sign-in app",),
        "",
    ),
    (
        "smtp",
        _("Another SMTP server"),
        _(
            "Choose a mail server that the agent can reach without this node, such as a relay on its "
            "network. Enter the mail server's name and a sender."
        ),
        (),
        """kind = "smtp"
[options]
host = "mail.example.com"
sender = "noroshi@example.com\"""",
    ),
    (
        "webhook",
        _("A webhook, such as a channel in Teams"),
        _("Works even if mail does not. The first command asks for the URL."),
        ("noroshi secret set own-hook",),
        """kind = "webhook"
[options]
url_entry = "own-hook"
shape = "teams\"""",
    ),
)
"""Ways in which an agent gets a route of its own: commands, and a definition."""
ON_LINUX = "sudo noroshi definition set routes/own - <<'END'\n{definition}\nEND"
ON_WINDOWS = "@'\n{definition}\n'@ | noroshi definition set routes/own '-'"
CLOCK_OFF = 5.0
"""Seconds from which on a clock is shown as wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRouteWay:
    """Hold a way in which an agent gets a route of its own, with what to run on its server."""

    id: str
    title: str
    reason: str
    commands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOnPage:
    """Hold a route of this node as an agent may have it. `refusal` is empty if it can be shared."""

    name: str
    title: str
    href: str
    is_shared: bool
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceLink:
    """Lead to the page of an instance; the level stands before the title."""

    title: str
    href: str
    sign: Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOnPage:
    """Hold an agent, in words. `contact` is when it was last heard, `age` how long ago, "" while it
    reports. `clock` is empty while nothing was heard; `is_clock_off`: it is wrong by seconds."""

    row: AgentRow
    href: str
    sign: Sign
    contact: str
    age: str
    clock: str
    is_clock_off: bool
    joined_at: str
    words: Sequence[str]
    instances: Sequence[InstanceLink]
    alone_sign: Sign
    """Shows whether it can notify by itself while this node is away."""
    watch: str
    """The page that proposes what to monitor there."""

    @property
    def is_revoked(self) -> bool:
        """Return whether it was removed."""
        return self.row.state is AgentState.REVOKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOnPage:
    """Hold a row of the list: an agent, or an instance that no agent measures."""

    title: str
    href: str
    sign: Sign
    source: str
    address: str
    agent: AgentOnPage | None = None
    count: int = 0
    """The number of monitors."""
    glances: Sequence[ServerGlance] = ()
    """The values and the last day of each instance of it."""


def servers_on_page(
    visit: Visit,
    agents: Sequence[AgentRow],
    instances: Sequence[MeasuredInstance],
    tree: Mapping[str, Instance],
    glances: Mapping[str, ServerGlance],
) -> list[ServerOnPage]:
    """Return the rows: agents, then instances without one, and at the end the agents that were
    removed. `glances` are by the name of the instance."""
    by_agent = [_server_of_agent(visit, one, tree, glances) for one in agents]
    without_agent = [
        _server_of_instance(visit, one, tree, glances)
        for one in instances
        if one.source is not SourceKind.AGENT
    ]
    removed_agents = [one for one in by_agent if one.agent and one.agent.is_revoked]
    return [
        *(one for one in by_agent if one not in removed_agents),
        *without_agent,
        *removed_agents,
    ]


def summary(visit: Visit, servers: Sequence[ServerOnPage]) -> str:
    """Return the sentence that says whether all agents report."""
    active = [one.agent for one in servers if one.agent and not one.agent.is_revoked]
    silent = sum(one.row.is_silent for one in active)
    if silent:
        return visit.say(SOME_SILENT.fill(count=silent))
    count = sum(one.agent is None or not one.agent.is_revoked for one in servers)
    return visit.say((ALL_WELL if active else NO_AGENTS).fill(count=count))


def agent_on_page(visit: Visit, row: AgentRow, tree: Mapping[str, Instance]) -> AgentOnPage:
    """Return an agent in the visitor's language."""
    digest = bytes.fromhex(row.fingerprint.replace(":", ""))
    return AgentOnPage(
        row=row,
        href=f"{SERVERS}/agent/{quote(row.id, safe='')}",
        sign=agent_sign(visit, row),
        contact=clock(visit, row.last_contact),
        age=time_since(visit, row.last_contact) if row.is_silent else "",
        clock=_clock_text(visit, row),
        is_clock_off=abs(row.clock_offset) >= CLOCK_OFF,
        joined_at=clock(visit, row.joined_at),
        words=fingerprint_words(digest, visit.language),
        instances=[
            _instance_link(visit, name, tree, is_old=row.is_silent) for name in row.instances
        ],
        alone_sign=_alone_sign(visit, row),
        watch=watch_page(row.name),
    )


def agent_sign(visit: Visit, row: AgentRow) -> Sign:
    """Return how an agent is: one that was not heard lately is never shown as well."""
    if row.state is AgentState.REVOKED:
        return Sign(level="paused", mark="paused", word=visit.say(REMOVED))
    if row.last_contact is None:
        return Sign(level="paused", mark="wait", word=visit.say(NEVER))
    if row.is_silent:
        words = SILENT.fill(at=clock(visit, row.last_contact))
        return Sign(level="unknown", mark="unknown", word=visit.say(words))
    return Sign(level="ok", mark="ok", word=visit.say(CONNECTED))


def _alone_sign(visit: Visit, row: AgentRow) -> Sign:
    if row.own_route:
        return Sign(level="ok", mark="ok", word=visit.say(SENDS_ITSELF))
    return Sign(level="paused", mark="paused", word=visit.say(ALARMS_WAIT))


def own_route_ways(visit: Visit, system: str) -> list[OwnRouteWay]:
    """Return the ways in which an agent with that system gets a route of its own."""
    return [
        OwnRouteWay(
            id=f"way-{id}",
            title=visit.say(title),
            reason=visit.say(reason),
            commands=own_route_commands(commands, definition, system),
        )
        for id, title, reason, commands, definition in OWN_ROUTE_WAYS
    ]


def own_route_commands(commands: Sequence[str], definition: str, system: str) -> str:
    """Return what to run on a server: in a shell, or in PowerShell as an administrator."""
    is_windows = runs_windows(system)
    lines = [one if is_windows else f"sudo {one}" for one in commands]
    pattern = ON_WINDOWS if is_windows else ON_LINUX
    return "\n".join([*lines, *([pattern.format(definition=definition)] * bool(definition))])


def routes_on_page(visit: Visit, answer: AgentShown) -> list[RouteOnPage]:
    """Return the routes of this node, with those first that are shared with the agent."""
    routes = sorted(answer.routes, key=lambda one: (not one.is_shared, one.refusal is not None))
    return [
        RouteOnPage(
            name=one.name,
            title=one.title or one.name,
            href=f"/mail/route/{quote(one.name, safe='')}",
            is_shared=one.is_shared,
            refusal=visit.say(one.refusal) if one.refusal is not None else "",
        )
        for one in routes
    ]


def _server_of_agent(
    visit: Visit,
    row: AgentRow,
    tree: Mapping[str, Instance],
    glances: Mapping[str, ServerGlance],
) -> ServerOnPage:
    agent = agent_on_page(visit, row, tree)
    return ServerOnPage(
        title=row.name,
        href=agent.href,
        sign=agent.sign,
        source=visit.say(BY_AGENT),
        address=row.address,
        agent=agent,
        count=sum(tree[name].count for name in row.instances if name in tree),
        glances=[glances[name] for name in row.instances if name in glances],
    )


def _server_of_instance(
    visit: Visit,
    one: MeasuredInstance,
    tree: Mapping[str, Instance],
    glances: Mapping[str, ServerGlance],
) -> ServerOnPage:
    in_tree = tree.get(one.name)
    level = in_tree.level if in_tree else NEW
    return ServerOnPage(
        title=one.title or one.name,
        href=f"/instance/{quote(one.name, safe='')}",
        sign=level_sign(LOCALIZERS[visit.language], level),
        source=visit.say(SOURCES[one.source]),
        address=one.address,
        count=in_tree.count if in_tree else 0,
        glances=[glances[one.name]] if one.name in glances else (),
    )


def _instance_link(
    visit: Visit, name: str, tree: Mapping[str, Instance], *, is_old: bool
) -> InstanceLink:
    """Return the link to an instance; of a silent agent, nobody knows how it is now."""
    in_tree = tree.get(name)
    sign = level_sign(LOCALIZERS[visit.language], in_tree.level if in_tree else NEW)
    if is_old and sign.level != "paused":
        sign = Sign(level="unknown", mark="unknown", word=visit.say(UNKNOWN_NOW))
    return InstanceLink(
        title=in_tree.title if in_tree else name,
        href=f"/instance/{quote(name, safe='')}",
        sign=sign,
    )


def _clock_text(visit: Visit, row: AgentRow) -> str:
    if row.last_contact is None:
        return ""
    if abs(row.clock_offset) < 1:
        return visit.say(IN_STEP)
    words = BEHIND if row.clock_offset < 0 else AHEAD
    return visit.say(words.fill(seconds=f"{abs(row.clock_offset):.1f}"))
