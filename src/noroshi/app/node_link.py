"""Hold this node's link to the other nodes on the database, as long as the process lives."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from noroshi import imports
from noroshi.app.shared_work import OwnWork, SharedWork
from noroshi.background_task import run_beside
from noroshi.cluster.node_caller import NodeCaller
from noroshi.cluster.node_listener import NodeAnswers, NodeListener
from noroshi.cluster.node_requests import NodeLinkError, Opening, Question
from noroshi.cluster.node_stream import NodeStream
from noroshi.cluster.node_tls import PURPOSE, NodeTls, node_tls
from noroshi.config.config import Config
from noroshi.config.node_places import Cluster, Place, place_of
from noroshi.core.database_absence import PeerAnswer
from noroshi.knowledge.os_errors import cause_text
from noroshi.vault import VaultError

LISTEN_RETRY_SECONDS = 10.0
"""Seconds between two attempts to listen."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NodeLink:
    """Call the other nodes, and hold this node's answers to them. `sender` returns the name of the
    other node that sends now; "" if none is known."""

    caller: NodeCaller
    node_answers: NodeAnswers
    sender: Callable[[], str]

    async def pass_on(self, opening: Opening) -> NodeStream:
        """Pass a connection on to the node that sends. Raise NodeLinkError."""
        return await self.caller.open_stream(self.sender(), opening)

    async def ask_for_database(self, nodes: Collection[str]) -> Mapping[str, PeerAnswer]:
        """Ask these nodes, all at once, whether they have the database; leave out nodes that do not
        answer."""
        answers = await asyncio.gather(*map(self._has_database, nodes))
        return {node: one for node, one in zip(nodes, answers, strict=True) if one is not None}

    async def _has_database(self, node: str) -> PeerAnswer | None:
        try:
            has_it = await self.caller.ask(node, Question.HAS_DATABASE)
        except NodeLinkError as error:
            log.debug("node %s does not say whether it has the database: %s", node, error)
            return None
        return PeerAnswer.HAS_IT if has_it else PeerAnswer.LACKS_IT


@asynccontextmanager
async def linked_to_nodes(
    config: Config, work: SharedWork | OwnWork
) -> AsyncIterator[NodeLink | None]:
    """Answer the other nodes while the block runs, and yield the link. Yield None if `cluster.listen`
    is not set, if the store is a file, or if the shared key cannot be read."""
    tls = None if config.cluster is None else await asyncio.to_thread(_tls, config)
    if config.cluster is None or tls is None or not isinstance(work, SharedWork):
        yield None
        return
    answers = NodeAnswers(
        {
            Question.HAS_DATABASE: work.contact.has_database,
            Question.CLOCK_AGREES: work.clock_agrees,
        }
    )
    listener = NodeListener(tls.server, answers)
    caller = NodeCaller(tls.client, lambda: _places_of_others(work, config.name))
    try:
        async with run_beside(_open_with_retries(listener, config.cluster)):
            yield NodeLink(caller, answers, lambda: _sender(work, config.name))
    finally:
        await listener.close()


def client_context(config: Config) -> ssl.SSLContext | None:
    """Return the TLS settings by which this node calls others; None: the shared key cannot be read."""
    tls = _tls(config)
    return None if tls is None else tls.client


def _tls(config: Config) -> NodeTls | None:
    with imports.ONE_AT_A_TIME:
        from noroshi.vault import find_keys
    folder = os.environ.get("CREDENTIALS_DIRECTORY")  # systemd.exec(5)
    try:
        keys = find_keys(config.key, Path(folder) if folder else None)
        return node_tls(keys.box.derived_key(PURPOSE), config.name)
    except (VaultError, OSError) as error:
        log.warning("no link to the other nodes: %s", error)
        return None


def _places_of_others(work: SharedWork, own_name: str) -> Mapping[str, Place]:
    places = {one.name: place_of(one.address) for one in work.places if one.name != own_name}
    return {name: place for name, place in places.items() if place is not None}


def _sender(work: SharedWork, own_name: str) -> str:
    return next((one.name for one in work.places if one.sends and one.name != own_name), "")


async def _open_with_retries(listener: NodeListener, cluster: Cluster) -> None:
    """Try until the listener is open: after a boot the address may not exist yet."""
    is_reported = False
    while True:
        try:
            listener.open(cluster.listen)
            return
        except OSError as error:
            if not is_reported:
                reason = cause_text(error).en
                log.warning("cannot listen for other nodes at %s: %s", cluster.listen, reason)
            is_reported = True
        await asyncio.sleep(LISTEN_RETRY_SECONDS)
