"""Operations by which this node joins a hub, leaves it, and shows the link to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, unquote, urlsplit

from noroshi.agent.enrolment import (
    AcceptedConfiguration,
    Enrolment,
    configuration_in,
    keep_configuration,
)
from noroshi.agent.hub_documents import own_documents, released, stays_with_node
from noroshi.agent.hub_secrets import remove_sign_ins
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError, OtherHubError
from noroshi.agent.link_on_demand import LinkOnDemand
from noroshi.agent.link_settings import HubProxy
from noroshi.core.agents import NAME, JoinRefusal
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.version_note import note_text
from noroshi.core.host_port import authority
from noroshi.core.sender_lease import Custody
from noroshi.core.translation import NOTHING, Message, _, plain
from noroshi.definitions.validation import CheckResult
from noroshi.link.join_code import JoinCode, JoinCodeError
from noroshi.link.link_messages import LinkFault
from noroshi.operations import hub_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.hub_answers import HubLeft, HubStatus
from noroshi.ports import RouteError, Version
from noroshi.service.agents.link_refusal import JOIN_REFUSALS
from noroshi.service.agents.listener import PORT
from noroshi.service.definitions.apply import ApplyOperations
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from noroshi.service.operation import Person, note, offers
from noroshi.vault import Secret, VaultError

NOT_JOINED = _("This node has not joined a hub.")
NO_ADDRESS = _(
    "must be the name or IP address of the hub and its port, such as hub.example.com:7664"
)
NO_NAME = _(
    "may contain only letters, digits, hyphens, underscores and dots; at most 63 characters"
)
NO_PROXY_URL = _("must be the URL of an HTTP proxy, such as http://proxy.example.com:3128")
NO_HUB = _("This node has no hub.")
NO_LINK = _("This process cannot connect to a hub.")
INVITATION_REFUSED = _("The hub does not accept this invitation: {why}")
REFUSED = _("The hub refused: {why}")
REASONS = {
    JoinRefusal.UNKNOWN: _("the hub does not recognise it. Invite this server again"),
    JoinRefusal.EXPIRED: _("it has expired. Invite this server again"),
    JoinRefusal.USED: _(
        "it has already been used by another server. If that was not you, tell the person who "
        "created it"
    ),
    JoinRefusal.NAME_TAKEN: _("another server has that name. Choose another one"),
    JoinRefusal.REVOKED: _(
        "this server was removed from the hub. Leave the hub and join it with a new invitation"
    ),
}
LEFT_HUB = _("definitions from hub {hub} removed")
FREE_OF_HUB = _("rules and contacts from hub {hub} removed")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


class HubOperations(ApplyOperations):
    """This node as an agent."""

    @offers(hub_operations.HUB_JOIN)
    async def join(
        self, person: Person, address: str, code: str, name: str = "", proxy: str = ""
    ) -> HubStatus:
        """Join the hub at HOST:PORT with the code of an invitation. `name`: the name of this server
        there; `proxy`: the URL of an HTTP proxy to it. Nothing is sent to a server that has another
        key than the code says."""
        host, port, join_code, hub_proxy = _arguments(address, code, name, proxy)
        with _failures_in_words():
            link = await self._links.open()
            enrolment = await link.join(host, port, join_code, name, hub_proxy)
        note(new_state={"hub": enrolment.hub_name, "name": enrolment.name})
        return await self.status(person)

    @offers(hub_operations.HUB_LEAVE)
    async def leave(self, person: Person, remove: bool = False) -> HubLeft:
        """Leave the hub. The instances that it gave stay as this node's own, its rules and contacts
        do not; `remove`: all that it gave is removed."""
        enrolment = await self._links.enrolment()
        if enrolment is None:
            raise NotFoundError(NO_HUB)
        keys = configuration_in(await self._store.get_values()).keys

        async def release() -> None:
            if keys:
                await self._release(person, enrolment, keys, remove=remove)

        with _failures_in_words():
            informed = await (await self._links.open()).leave(release)
        note(old_state={"hub": enrolment.hub_name, "name": enrolment.name})
        left_keys = keys if remove else tuple(filter(stays_with_node, keys))
        return HubLeft(
            hub=enrolment.hub_name, informed=informed, given=left_keys, removed=remove
        )

    @offers(hub_operations.HUB_STATUS)
    async def status(self, person: Person) -> HubStatus:
        """Return the hub and how the link is."""
        links = self._context.hub_links
        enrolment = await links.enrolment() if links is not None else None
        if links is None or enrolment is None:
            return HubStatus()
        link, accepted = links.status, configuration_in(await self._store.get_values())
        offset, reports = link.clock_offset, links.report_status
        turn, alone_after = links.turn, links.alone_after
        report_log = await self._store.report_log()
        return HubStatus(
            hub=enrolment.hub_name,
            where=authority(enrolment.host, enrolment.port),
            pins=enrolment.pins,
            proxy=enrolment.proxy,
            name=enrolment.name,
            agent=enrolment.agent,
            fingerprint=await self._thumbprint(),
            joined_at=enrolment.joined_at,
            key_since=enrolment.key_since,
            phase=link.phase.value,
            phase_since=link.phase_since,
            trouble=link.trouble if link.trouble != NOTHING else None,
            last_contact=link.last_contact,
            clock_offset=None if offset is None else offset.total_seconds(),
            configuration=accepted.configuration,
            given=accepted.keys,
            problems=link.problems,
            backlog=report_log.backlog,
            last_report=reports.last_report,
            refused_count=reports.refused_count,
            refusals=tuple(one.reason for one in reports.refused_rows),
            sender="" if turn is None else turn.phase.value,
            sender_reason="" if turn is None else turn.reason.value,
            alone_after=alone_after,
            pending=await self._pending_count(enrolment.agent),
        )

    async def _pending_count(self, agent: str) -> int:
        custodies = (Custody.HUB, Custody.AGENT)
        return sum(
            [len(await self._store.agent_notifications(agent, one)) for one in custodies]
        )

    @property
    def _links(self) -> LinkOnDemand:
        links = self._context.hub_links
        if links is None:
            raise OperationFailedError(NO_LINK)
        return links

    async def _thumbprint(self) -> str:
        """Return the thumbprint of this node's key; "" if it cannot be read now."""
        try:
            return await (await self._links.open()).thumbprint()
        except VaultError:
            return ""

    async def _release(
        self, person: Person, enrolment: Enrolment, keys: tuple[str, ...], *, remove: bool
    ) -> None:
        """Make the definitions of the hub the node's own, or remove them."""
        words = LEFT_HUB if remove else FREE_OF_HUB
        version_note = note_text(words.fill(hub=enrolment.hub_name))

        async def make(current: Version) -> Applied:
            documents = own_documents(current.documents, keys)
            if not remove:
                hub_documents = (one for one in current.documents if one.key in keys)
                documents = (*documents, *released(hub_documents))
            result = await self._require_sound(documents, current, empty=True)
            return await self._put_in_effect(person, result, current, version_note, "hub_leave")

        # Whoever dies in between has a hub still, and fetches the configuration again.
        await keep_configuration(self._store, AcceptedConfiguration(keys=keys))
        await self._on_newest(make)
        await remove_sign_ins(self._vault, [key for key in keys if not stays_with_node(key)])

    async def _require_given_unchanged(self, _result: CheckResult, _current: Version) -> None:
        """Let what the hub gave be changed: the node leaves it."""


@contextmanager
def _failures_in_words() -> Iterator[None]:
    """Turn the failures of the link into refusals of an operation."""
    try:
        yield
    except OtherHubError as error:
        raise ConflictError(error.words) from None
    except LinkRefusedError as refusal:
        raise OperationFailedError(_refusal_words(refusal)) from None
    except (HubNotReachedError, VaultError, RouteError) as error:
        raise OperationFailedError(error.words) from None


def _refusal_words(refusal: LinkRefusedError) -> Message:
    if refusal.fault is not LinkFault.INVITATION:
        return REFUSED.fill(why=refusal.words)
    reasons = {JOIN_REFUSALS[reason].en: words for reason, words in REASONS.items()}
    return INVITATION_REFUSED.fill(why=reasons.get(refusal.message, plain(refusal.message)))


def _arguments(
    address: str, code: str, name: str, proxy: str
) -> tuple[str, int, JoinCode, HubProxy]:
    """Return what was given as values. Raises InvalidArgumentError with all that is wrong."""
    problems = list[Problem]()
    host_port, join_code, hub_proxy = read_address(address), None, read_proxy(proxy)
    if host_port is None:
        problems.append(Problem("address", NO_ADDRESS))
    try:
        join_code = JoinCode.read(code)
    except JoinCodeError as error:
        problems.append(Problem("code", error.words))
    if name and not NAME.fullmatch(name):
        problems.append(Problem("name", NO_NAME))
    if hub_proxy is None:
        problems.append(Problem("proxy", NO_PROXY_URL))
    if host_port is None or join_code is None or hub_proxy is None or problems:
        raise InvalidArgumentError(NOT_JOINED, tuple(problems))
    return *host_port, join_code, hub_proxy


def _split_url(text: str, scheme: str = "https") -> tuple[SplitResult, int] | None:
    """Return a URL, with that scheme if it has none, and its port, 0 if it names none."""
    try:
        parts = urlsplit(text if "://" in text else f"{scheme}://{text}")
        return parts, parts.port or 0
    except ValueError:
        return None


def read_address(text: str) -> tuple[str, int] | None:
    """Return host and port of HOST:PORT, or of the URL of a manager; None if it is neither. Without a
    port, it is that which is proposed for agents."""
    parts = _split_url(text.strip())
    if parts is None or parts[0].username or (parts[0].path.strip("/") or parts[0].query):
        return None
    split_url, port = parts
    host = split_url.hostname or ""
    return (host, port or PORT) if HOST.fullmatch(host) else None


def read_proxy(text: str) -> HubProxy | None:
    """Return the proxy that a URL names, none for ""; None if it is no such URL."""
    if not text.strip():
        return HubProxy()
    parts = _split_url(text.strip(), "http")
    if parts is None or parts[0].scheme != "http" or not parts[1]:
        return None
    split_url, port = parts
    host, user = split_url.hostname or "", unquote(split_url.username or "")
    if not HOST.fullmatch(host):
        return None
    password = Secret(unquote(split_url.password or "")) if user else None
    return HubProxy(address=authority(host, port), user=user, password=password)
