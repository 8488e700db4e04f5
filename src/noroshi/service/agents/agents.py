"""Operations on agents and the invitations by which they join."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from noroshi import __version__
from noroshi.config.web import LOOPBACK
from noroshi.core.agents import (
    INVITED_FOR,
    MOST_SERVERS,
    NAME,
    Agent,
    AgentState,
    Invitation,
    LastSeen,
    agents_by,
    is_silent,
    names_in_use,
    runs_windows,
)
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.version_note import note_text
from noroshi.core.model import LOGIN_SOURCES, Instance
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.sender_lease import Custody
from noroshi.core.sources import NETWORK, NodeIdentity, Source, SourceKind, source_of
from noroshi.core.translation import LANGUAGES, Message, _, list_names, ngettext
from noroshi.definitions.document_content import content, document
from noroshi.definitions.validation import read
from noroshi.link.fingerprint_words import digest_of, fingerprint_digits
from noroshi.link.install_line import windows_line
from noroshi.link.join_code import JoinCode
from noroshi.link.update_messages import NO_UPDATE, UpdateReport
from noroshi.operations import agent_operations
from noroshi.operations.agent_answers import (
    AgentInvited,
    AgentRenamed,
    AgentRevoked,
    AgentRow,
    AgentShown,
    AgentUpdating,
    InvitationRow,
    InvitationState,
    MeasuredInstance,
)
from noroshi.operations.definition_answers import Applied
from noroshi.ports import Document, StoreError, Version
from noroshi.service.agents.agent_by_name import agent_by_name
from noroshi.service.agents.installation import Installation
from noroshi.service.agents.route_sharing import WAS_REMOVED, routes_of_agent
from noroshi.service.agents.update_status import agent_update
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationError,
    OperationFailedError,
)
from noroshi.service.operation import Person, note, note_nothing, offers
from noroshi.service.operation_context import OperationContext
from noroshi.service.people.users import MEANWHILE

INSTANCES = "instances/"
NOT_INVITED = _("No invitation was created.")
BAD_COUNT = _("must be between 1 and {most}")
BAD_LANGUAGE = _("must be one of {known}")
BAD_NAME = _("must be 1 to 63 letters, digits or . _ - and begin with a letter or digit")
NAME_OF_NODE = _("this node itself uses the name {name}. Choose another name")
NAME_TAKEN = _("another agent is called {name}. Choose another name")
NOT_RENAMED = _("The agent was not renamed.")
UNREACHABLE = with_commands(
    _(
        "Other servers cannot reach this node yet: it accepts connections only from this "
        "computer, or it is not running. Start listening for agents first: {command}"
    ),
    command=CommandText("agent listen", "HOST"),
)
BY_INSTALLER = _(
    "{name} runs on Windows, which is not updated from here. Run the new noroshi-setup.exe on that "
    "server as an administrator; it keeps settings and data."
)
NOT_REMOVED = _("{name} can still connect. Remove the agent first.")
STILL_WAITING = ngettext(
    "{count} notification that {name} had to send is still waiting. Try again later.",
    "{count} notifications that {name} had to send are still waiting. Try again later.",
)
NO_INVITATION = _("There is no such invitation. It may have been withdrawn.")
SOURCE_RENAMED = _("agent {old} renamed to {new}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedInstance:
    """Hold what the definition of an instance says of where it is measured."""

    name: str
    title: str
    address: str
    source: str
    has_login: bool


class AgentOperations(ApplyOperations):
    """Invite servers, list agents, rename and remove them."""

    def __init__(self, context: OperationContext) -> None:
        super().__init__(context)
        self._defined: tuple[int, Sequence[DefinedInstance]] = (-1, ())
        """The instances of a version: pages ask every few seconds."""

    @offers(agent_operations.AGENT_INVITE)
    async def invite(
        self,
        person: Person,
        servers: int = 1,
        name: str = "",
        language: str = "",
        updates: bool = False,
    ) -> AgentInvited:
        """Create an invitation that is valid for an hour, and return the lines to paste on the
        server. `name` is what the server is to be called here, in place of its own name;
        `language` the one in which the server reports, and of the words that it shows; `updates`: a
        server that the line installs may be updated by this node."""
        if problems := tuple(_invitation_problems(servers, name, language)):
            raise InvalidArgumentError(NOT_INVITED, problems)
        endpoint = self._context.endpoints.preferred
        if endpoint is None:
            raise OperationFailedError(UNREACHABLE)
        code = JoinCode.create(endpoint.pin)
        invitation = await self._put_invitation(person, code, servers)
        new_state = {"servers": servers, "expires_at": invitation.expires_at}
        note(new_state=new_state | ({"updates": True} if updates else {}))
        installation = Installation(self._context)
        problem = await installation.problem()
        lines = installation.lines(code, endpoint, language, name, updates=updates)
        windows = await installation.windows_line(code, endpoint, language, name)
        return AgentInvited(
            id=invitation.id,
            line=_line(endpoint.address, str(code), name, language),
            install_line=lines.curl if problem is None else "",
            python_line=lines.python if problem is None else "",
            windows_line=windows_line(endpoint.address, str(code), name),
            powershell_line=windows.line,
            powershell_problem=windows.problem,
            install_problem=problem,
            code=str(code),
            address=endpoint.address,
            pin=endpoint.pin.hex(),
            expires_at=invitation.expires_at,
            servers=servers,
        )

    async def _put_invitation(self, person: Person, code: JoinCode, servers: int) -> Invitation:
        now = self._clocks.wall()
        invitation = Invitation(
            id=self._context.new_id(),
            hash=code.secret_hash,
            creator=person.name,
            created_at=now,
            expires_at=now + INVITED_FOR,
            servers=servers,
        )
        await self._store.put_invitation(invitation)
        await self._context.agents_hub.forget_invitations()
        return invitation

    @offers(agent_operations.AGENT_INVITATIONS)
    async def invitations(self, person: Person) -> tuple[InvitationRow, ...]:
        """List the invitations, the newest first, with those who joined by them."""
        now, agents = self._clocks.wall(), (await self._store.agents()).values()
        invitations = (await self._store.invitations()).values()
        rows = (_invitation_row(one, agents, now) for one in invitations)
        return tuple(sorted(rows, key=lambda row: row.created_at, reverse=True))

    @offers(agent_operations.AGENT_UNINVITE)
    async def uninvite(self, person: Person, id: str) -> str:
        """Withdraw an invitation: nobody joins by it any more. Those who did stay."""
        invitation = (await self._store.invitations()).get(id)
        if invitation is None or not await self._store.drop_invitation(id):
            raise NotFoundError(NO_INVITATION)
        note(old_state={"creator": invitation.creator, "servers": invitation.servers})
        return id

    @offers(agent_operations.AGENT_LIST)
    async def list(self, person: Person) -> tuple[AgentRow, ...]:
        """List the agents by name; those that were removed come last."""
        agents, last_seen = await self._store.agents(), await self._last_seen()
        instances, now = await self._instances_by_agent(), self._clocks.wall()
        updates = self._context.agents_hub.update_reports()
        rows = (
            _row(
                agent,
                last_seen.get(id),
                instances.get(agent.name.casefold(), ()),
                now,
                updates.get(id, NO_UPDATE),
            )
            for id, agent in agents.items()
        )
        return tuple(sorted(rows, key=_order))

    @offers(agent_operations.AGENT_SHOW)
    async def show(self, person: Person, agent: str) -> AgentShown:
        """Show an agent, named by its name or its ID."""
        one = await self._agent(agent)
        last_seen = (await self._last_seen()).get(one.id)
        instances = (await self._instances_by_agent()).get(one.name.casefold(), ())
        return AgentShown(
            agent=_row(
                one,
                last_seen,
                instances,
                self._clocks.wall(),
                self._context.agents_hub.update_reports().get(one.id, NO_UPDATE),
            ),
            machine_id=one.machine.id,
            addresses=one.machine.addresses,
            key_since=one.key_since or one.joined_at,
            revoked_at=one.revoked_at,
            configuration=last_seen.configuration if last_seen else "",
            secrets=one.secrets,
            accepts_routes=one.accepts_routes,
            routes=await routes_of_agent(self._context, one),
        )

    async def _last_seen(self) -> Mapping[str, LastSeen]:
        """Return what was last heard of each agent, by its ID: as it is stored, and what this hub
        heard since. Raises StoreError."""
        stored = await self._store.last_seen()
        current = await self._context.agents_hub.last_seen()
        newer = {
            id: one
            for id, one in current.items()
            if id not in stored or stored[id].last_contact <= one.last_contact
        }
        return {**stored, **newer}

    @offers(agent_operations.AGENT_RENAME)
    async def rename(self, person: Person, agent: str, name: str) -> AgentRenamed:
        """Give an agent another name. Instances that it measures refer to it by name: their
        `source` is changed in a version of its own."""
        old_agent = await self._agent(agent)
        await self._require_free_name(old_agent, name)
        if name == old_agent.name:
            note_nothing()
            return AgentRenamed(id=old_agent.id, name=name)
        hub = self._context.agents_hub
        with (
            hub.unchanged_configurations()
        ):  # or the agent would be told that it measures nothing
            if await hub.rename(old_agent.id, name) is None:
                raise ConflictError(MEANWHILE.fill(name=old_agent.name))
            try:
                instances = await self._rename_sources(person, old_agent, name)
            except (OperationError, StoreError):
                await hub.rename(old_agent.id, old_agent.name)
                raise
        note(old_state={"name": old_agent.name}, new_state={"instances": instances})
        return AgentRenamed(id=old_agent.id, name=name, instances=instances)

    @offers(agent_operations.AGENT_UPDATE)
    async def update(self, person: Person, agent: str) -> AgentUpdating:
        """Have an agent fetch this node's version and run it. It goes back by itself if the new
        version does not reach this node."""
        one = await self._agent(agent)
        if one.state is AgentState.REVOKED:
            raise ConflictError(WAS_REMOVED.fill(name=one.name))
        if runs_windows(one.machine.system):
            raise ConflictError(BY_INSTALLER.fill(name=one.name))
        version = await self._context.agents_hub.update(one)
        note(old_state={"version": one.version}, new_state={"version": version})
        return AgentUpdating(id=one.id, name=one.name, version=version)

    @offers(agent_operations.AGENT_REVOKE)
    async def revoke(self, person: Person, agent: str) -> AgentRevoked:
        """Remove an agent: each request of it is refused from now on. It watches on by itself,
        and keeps what it has."""
        old_agent = await self._agent(agent)
        if old_agent.state is AgentState.REVOKED:
            note_nothing()
        else:
            await self._context.agents_hub.revoke(old_agent.id)
            note(old_state={"name": old_agent.name, "secrets": list(old_agent.secrets)})
        instances = await self._instances_by_agent()
        return AgentRevoked(
            id=old_agent.id,
            name=old_agent.name,
            secrets=old_agent.secrets,
            instances=instances.get(old_agent.name.casefold(), ()),
        )

    @offers(agent_operations.AGENT_FORGET)
    async def forget(self, person: Person, agent: str) -> str:
        """Delete an agent that was removed, once nothing waits that it was to send. Its key stays
        outside: it can only join by a new invitation."""
        old_agent = await self._agent(agent)
        if old_agent.state is not AgentState.REVOKED:
            raise ConflictError(NOT_REMOVED.fill(name=old_agent.name))
        if count := len(await self._store.agent_notifications(old_agent.id, Custody.AGENT)):
            raise ConflictError(STILL_WAITING.fill(name=old_agent.name, count=count))
        if not await self._context.agents_hub.forget(old_agent):
            raise ConflictError(MEANWHILE.fill(name=old_agent.name))
        note(old_state={"name": old_agent.name, "secrets": list(old_agent.secrets)})
        return old_agent.id

    @offers(agent_operations.INSTANCE_SOURCES)
    async def sources(self, person: Person) -> tuple[MeasuredInstance, ...]:
        """List all instances by name, with where each is measured."""
        identity = self._context.node_identity()
        return tuple(_measured_instance(one, identity) for one in await self._instances())

    # no operations

    async def _agent(self, name_or_id: str) -> Agent:
        return agent_by_name(name_or_id, await self._store.agents())

    async def _require_free_name(self, agent: Agent, name: str) -> None:
        agents = await self._store.agents()
        other_agents = [one for one in agents.values() if one.id != agent.id]
        problem = _name_problem(name, other_agents, self._context.node_identity())
        if problem is not None:
            raise InvalidArgumentError(NOT_RENAMED, (Problem("name", problem),))

    async def _instances(self) -> Sequence[DefinedInstance]:
        """Return the instances of the definitions in force, by name."""
        if self._defined[0] != await self._store.current_number():
            version = await self._store.current()
            self._defined = version.number, tuple(_instances_in(version.documents))
        return self._defined[1]

    async def _instances_by_agent(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names of instances by their source, in lower case."""
        names = dict[str, tuple[str, ...]]()
        for one in await self._instances():
            source = one.source.casefold()
            names[source] = (*names.get(source, ()), one.name)
        return names

    async def _rename_sources(self, person: Person, agent: Agent, new: str) -> tuple[str, ...]:
        """Change the source of all instances that an agent measures; return their names. One that
        was removed measures none: those of its name are the server's that joined again."""
        old = agent.name
        names = (await self._instances_by_agent()).get(old.casefold(), ())
        if not names or agent.state is AgentState.REVOKED:
            return ()

        async def make(current: Version) -> Applied:
            documents = _with_source(current.documents, old, new)
            result = await read(
                documents, current.documents, self._plugins, new_id=self._context.new_id
            )
            if result.problems:
                raise InvalidArgumentError(BAD_DEFINITIONS, result.problems)
            words = note_text(SOURCE_RENAMED.fill(old=old, new=new))
            return await self._put_in_effect(person, result, current, words, "agent_rename")

        await self._on_newest(make)
        return names


def _invitation_problems(servers: int, name: str, language: str) -> Iterator[Problem]:
    if not 1 <= servers <= MOST_SERVERS:
        yield Problem("servers", BAD_COUNT.fill(most=MOST_SERVERS))
    if name and not NAME.fullmatch(name):
        yield Problem("name", BAD_NAME)
    if language and language not in LANGUAGES:
        yield Problem("language", BAD_LANGUAGE.fill(known=list_names(LANGUAGES)))


def _name_problem(name: str, agents: Sequence[Agent], identity: NodeIdentity) -> Message | None:
    """Return why an agent cannot have a name; None if it can."""
    if not NAME.fullmatch(name) or name.casefold() in (NETWORK, *LOGIN_SOURCES):
        return BAD_NAME
    if identity.has_name(name):
        return NAME_OF_NODE.fill(name=name)
    names = {one.casefold() for one in names_in_use(agents)}
    return NAME_TAKEN.fill(name=name) if name.casefold() in names else None


def _line(address: str, code: str, name: str, language: str) -> str:
    """Return the line to paste on a server that has Noroshi."""
    options = (f"--lang {language} " if language else "", f" --name {name}" if name else "")
    return f"noroshi {options[0]}join {address} {code}{options[1]}"


def _invitation_row(
    invitation: Invitation, agents: Iterable[Agent], now: datetime
) -> InvitationRow:
    uses = len(invitation.used_by)
    state = InvitationState.USED if uses >= invitation.servers else InvitationState.OPEN
    if state is InvitationState.OPEN and now >= invitation.expires_at:
        state = InvitationState.EXPIRED
    return InvitationRow(
        id=invitation.id,
        state=state,
        creator=invitation.creator,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        servers=invitation.servers,
        uses=uses,
        agents=tuple(one.name for one in agents_by(invitation, agents)),
    )


def _row(
    agent: Agent,
    last_seen: LastSeen | None,
    instances: tuple[str, ...],
    now: datetime,
    update: UpdateReport,
) -> AgentRow:
    version = (last_seen.version if last_seen else "") or agent.version
    return AgentRow(
        id=agent.id,
        name=agent.name,
        state=agent.state,
        is_silent=is_silent(last_seen, now),
        last_contact=last_seen.last_contact if last_seen else None,
        joined_at=agent.joined_at,
        invited_by=agent.invited_by,
        invitation=agent.invitation,
        host_name=agent.machine.host_name,
        system=agent.machine.system,
        address=last_seen.address if last_seen else "",
        version=version,
        backlog=last_seen.backlog if last_seen else 0,
        clock_offset=last_seen.clock_offset.total_seconds() if last_seen else 0.0,
        fingerprint=fingerprint_digits(digest_of(agent.thumbprint)),
        instances=instances if agent.state is AgentState.ACTIVE else (),
        problems=last_seen.problems if last_seen else (),
        secrets=agent.secrets,
        own_route=agent.own_route,
        update=agent_update(update),
        has_other_version=version not in ("", __version__),
    )


def _order(row: AgentRow) -> tuple[bool, str]:
    return row.state is AgentState.REVOKED, row.name.casefold()


def _instances_in(documents: Iterable[Document]) -> Iterator[DefinedInstance]:
    """Yield the instances of definitions by name, but for the node's own."""
    for one in sorted(documents, key=lambda one: one.key):
        if one.key.startswith(INSTANCES) and one.key != INSTANCES + OWN_INSTANCE:
            definition = content(one)
            yield DefinedInstance(
                name=one.key.removeprefix(INSTANCES),
                title=str(definition.get("title", "")),
                address=str(definition.get("address", "")),
                source=str(definition.get("source", "")),
                has_login=bool(definition.get(str(definition.get("source")))),
            )


def _measured_instance(one: DefinedInstance, identity: NodeIdentity) -> MeasuredInstance:
    instance = Instance(name=one.name, address=one.address or LOOPBACK, source=one.source)
    source = source_of(instance, identity)
    if one.source in LOGIN_SOURCES and one.has_login:
        source = Source(SourceKind(one.source))
    return MeasuredInstance(
        name=one.name,
        title=one.title,
        address=one.address,
        source=source.kind,
        agent=source.agent,
    )


def _with_source(documents: tuple[Document, ...], old: str, new: str) -> tuple[Document, ...]:
    """Return the documents with another source of the instances that an agent measures."""
    return tuple(_with_new_source(one, old, new) for one in documents)


def _with_new_source(one: Document, old: str, new: str) -> Document:
    if not one.key.startswith(INSTANCES):
        return one
    instance = content(one)
    if str(instance.get("source", "")).casefold() != old.casefold():
        return one
    return document(one.key, {**instance, "source": new})
