"""Examine the link of this node to the others on the database, what they answer, and their versions."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from noroshi.cluster.node_caller import ANSWER_TIMEOUT, NodeCaller
from noroshi.cluster.node_requests import NodeLinkError, OtherNodeError, Question
from noroshi.config.node_places import Cluster, Place, place_of
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.node_versions import may_share
from noroshi.core.translation import (
    NOTHING,
    SENTENCES,
    Message,
    _,
    joined,
    list_names,
    ngettext,
    pgettext,
)
from noroshi.hosts.threads import run_in_thread
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import NodeLease, StoreError
from noroshi.ports.examination import Cure, Exam, Step, StepError, StepResult, Whose

LINK, OTHERS, VERSIONS = _("Link to other nodes"), _("Other nodes"), _("Versions of the nodes")
NO_LINK = _("not set up (cluster.listen)")
NO_KEY = pgettext("doctor", "not examined: the key cannot be read")
ANSWERS = _("answers at {address}")
ALL_ANSWER = ngettext(
    "{count} other node answers: {names}", "{count} other nodes answer: {names}"
)
NOBODY = _("no other node is running")
NOT_ASKED = ngettext(
    "{count} other node is running: {names}", "{count} other nodes are running: {names}"
)
UNLINKED = _(
    "This node cannot ask the others whether they can reach the database. If only this node "
    "loses its connection to the database, it keeps monitoring alongside the others, and may "
    "send an alarm that another node sends as well. Set cluster.listen on each node."
)
HAS_NO_ADDRESS = _(
    "Node {node} has no link to the other nodes: set cluster.listen on it and restart it."
)
LACKS_DATABASE = _("Node {node} reports that it cannot reach the database.")
CLOCK_OFF = _(
    "The clock of node {node} differs from that of the database. Correct the clock of its "
    "computer."
)
OTHER_ANSWERS = _(
    "Node {other} answers at {address}, which is given as the address of node {node}"
)
NO_PROOF = _(
    "The service at {address} could not prove that it has the key of the nodes ({node})"
)
LATE = _("Node {node} did not answer at {address} within {seconds:g} s")
UNREACHABLE = _("Node {node} cannot be reached at {address}: {why}")
MEND_ADDRESS = _(
    "Set cluster.address on {node} to the address at which other nodes reach it, and restart it."
)
MEND_KEY = with_commands(
    _(
        "Give all nodes the same key ({backup}, {restore}) and restart them. If another program "
        "listens at {address}, use another port (cluster.listen)."
    ),
    backup=CommandText("key backup", "FILE"),
    restore=CommandText("key restore", "FILE"),
)
MEND_WAY = _(
    "Check that {node} is running and listening (if it cannot, its log says why), that "
    "cluster.address leads to it, and that firewalls let the nodes reach each other on this "
    "port."
)
UNUSABLE = _(
    "Node {node} cannot use version {version} of the definitions ({reason}), and goes on with the "
    "version before."
)
ALIGN = _(
    "Give {node} the same version of Noroshi and the same plug-ins as the other nodes, and restart "
    "it. Its log lists all problems."
)
ONE_VERSION = _("all run {version}")
OF_VERSION = _("{version} ({names})")
UPDATING = _("The nodes run different versions. Update them all to the same version soon.")
TOO_FAR_APART = _(
    "Nodes that share a database may be at most one minor version apart. This one runs "
    "{version}; too far apart: {names}."
)
STOP_THEM = _("Stop these nodes, and update them before they start again.")
AT_ONCE = _("immediately")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeIdentity:
    """Hold the name and the version of this node, and its settings of the link."""

    name: str
    version: str
    cluster: Cluster | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold what is wrong with one node, who can mend it, and how."""

    words: Message
    party: Whose
    step: Message


class NodesExamination:
    """Ask each node by the link, as it is asked when the database is away. `client_context` returns
    the TLS settings; None: the key cannot be read."""

    def __init__(
        self,
        node: NodeIdentity,
        nodes: Callable[[], Awaitable[Sequence[NodeLease]]],
        client_context: Callable[[], ssl.SSLContext | None],
    ) -> None:
        self._node, self._read_nodes, self._client_context = node, nodes, client_context

    def steps(self) -> Sequence[Step]:
        """Return the stages; all but the first need the database."""
        return (
            Step(name="link", title=LINK, take=self._look_at_link, is_independent=True),
            Step(name="nodes", title=OTHERS, take=self._look_at_others),
            Step(name="versions", title=VERSIONS, take=self._look_at_versions),
        )

    async def _look_at_link(self) -> StepResult:
        """Call this node at the address that the others use."""
        cluster = self._node.cluster
        if cluster is None:
            return StepResult(NO_LINK)
        caller = await self._caller({self._node.name: cluster.address})
        if caller is None:
            return StepResult(NO_KEY)
        fault, _remarks = await _ask(caller, self._node.name, cluster.address)
        if fault is not None:
            raise _step_error([fault])
        return StepResult(ANSWERS.fill(address=cluster.address))

    async def _look_at_others(self) -> StepResult:
        other_nodes = [one for one in await self._living_nodes() if one.name != self._node.name]
        names = list_names([one.name for one in other_nodes])
        if not other_nodes:
            return StepResult(NOBODY)
        places = {one.name: place_of(one.address) for one in other_nodes}
        linked = {name: place for name, place in places.items() if place is not None}
        caller = await self._caller(linked)
        if self._node.cluster is None or caller is None:
            summary = NOT_ASKED.fill(count=len(other_nodes), names=names)
            return StepResult(summary, (UNLINKED,) if self._node.cluster is None else (NO_KEY,))
        answers = await asyncio.gather(*(_ask(caller, *one) for one in linked.items()))
        if faults := [fault for fault, _remarks in answers if fault is not None]:
            raise _step_error(faults)
        unlinked = (HAS_NO_ADDRESS.fill(node=name) for name in places if name not in linked)
        remarks = (
            *unlinked,
            *(remark for _fault, node_remarks in answers for remark in node_remarks),
        )
        return StepResult(
            ALL_ANSWER.fill(count=len(linked), names=list_names(linked))
            if linked
            else NOT_ASKED.fill(count=len(other_nodes), names=names),
            remarks,
        )

    async def _look_at_versions(self) -> StepResult:
        nodes = await self._known_nodes()
        if faults := [_unusable_fault(one) for one in nodes if one.unusable_version]:
            raise _step_error(faults)
        version_by_node = {one.name: one.version for one in nodes if one.is_alive} | {
            self._node.name: self._node.version
        }
        distant = [
            f"{name} ({version or '?'})"
            for name, version in version_by_node.items()
            if not may_share(self._node.version, version)
        ]
        if distant:
            words = TOO_FAR_APART.fill(version=self._node.version, names=list_names(distant))
            raise _step_error([Fault(words, Whose.YOU, STOP_THEM)])
        if len(set(version_by_node.values())) == 1:
            return StepResult(ONE_VERSION.fill(version=self._node.version))
        return StepResult(_versions_text(version_by_node), (UPDATING,))

    async def _living_nodes(self) -> Sequence[NodeLease]:
        return [one for one in await self._known_nodes() if one.is_alive]

    async def _known_nodes(self) -> Sequence[NodeLease]:
        try:
            return await self._read_nodes()
        except StoreError as error:
            cure = Cure(party=Whose.YOU, delay=AT_ONCE)
            raise StepError(NOTHING, cure.remedy(error.words, Exam())) from None

    async def _caller(self, places: dict[str, Place]) -> NodeCaller | None:
        context = await run_in_thread(self._client_context)
        return None if context is None else NodeCaller(context, lambda: places)


async def _ask(
    caller: NodeCaller, node: str, address: Place
) -> tuple[Fault | None, Sequence[Message]]:
    """Return what is wrong with the way to a node, or what to know of what it answers."""
    try:
        has_database = await caller.ask(node, Question.HAS_DATABASE)
    except NodeLinkError as error:
        return _fault_of(error, node, address), ()
    remarks = [] if has_database else [LACKS_DATABASE.fill(node=node)]
    with suppress(NodeLinkError):  # an older node does not know the question
        if not await caller.ask(node, Question.CLOCK_AGREES):
            remarks.append(CLOCK_OFF.fill(node=node))
    return None, remarks


def _fault_of(error: NodeLinkError, node: str, address: Place) -> Fault:
    facts, cause = {"node": node, "address": address}, error.__cause__
    if isinstance(error, OtherNodeError):
        words = OTHER_ANSWERS.fill(other=error.name, **facts)
        return Fault(words, Whose.YOU, MEND_ADDRESS.fill(node=node))
    if isinstance(cause, ssl.SSLError):
        return Fault(NO_PROOF.fill(**facts), Whose.YOU, MEND_KEY.fill(address=address))
    if isinstance(cause, TimeoutError):
        words = LATE.fill(seconds=ANSWER_TIMEOUT, **facts)
    else:
        words = UNREACHABLE.fill(why=cause_text(cause or error), **facts)
    return Fault(words, Whose.NETWORK, MEND_WAY.fill(node=node))


def _unusable_fault(node: NodeLease) -> Fault:
    version, reason = node.unusable_version, node.unusable_reason
    words = UNUSABLE.fill(node=node.name, version=version, reason=reason)
    return Fault(words, Whose.YOU, ALIGN.fill(node=node.name))


def _step_error(faults: Sequence[Fault]) -> StepError:
    """Return one failure for all that is wrong; what is not the network's comes first."""
    party = next((one.party for one in faults if one.party is Whose.YOU), faults[0].party)
    steps = tuple(dict.fromkeys(one.step for one in faults))
    cure = Cure(party=party, steps=steps, delay=AT_ONCE)
    return StepError(
        NOTHING, cure.remedy(joined([one.words for one in faults], SENTENCES), Exam())
    )


def _versions_text(version_by_node: dict[str, str]) -> Message:
    count_by_version = Counter(version_by_node.values())
    texts = [
        OF_VERSION.fill(
            version=version or "?",
            names=list_names(name for name, one in version_by_node.items() if one == version),
        )
        for version in sorted(count_by_version)
    ]
    return joined(texts)
