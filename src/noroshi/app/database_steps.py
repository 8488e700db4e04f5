"""Put together how `noroshi doctor` examines the database and the nodes on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from noroshi import __version__, imports
from noroshi.app.node_link import client_context
from noroshi.config.config import Config
from noroshi.hosts.nodes_examination import NodeIdentity, NodesExamination
from noroshi.ports import Store
from noroshi.ports.examination import Step


def database_steps_of(
    config: Config, store: Store, wall: Callable[[], datetime]
) -> Callable[[], Sequence[Step]] | None:
    """Return a way to examine the database and the nodes on it; None: the store is a file."""
    database = config.database
    if database is None:
        return None

    def steps() -> Sequence[Step]:
        with imports.ONE_AT_A_TIME:
            from noroshi.stores.postgres.examination import DatabaseExamination

        node = NodeIdentity(name=config.name, version=__version__, cluster=config.cluster)
        nodes = NodesExamination(node, store.nodes, lambda: client_context(config))
        return (*DatabaseExamination(database, wall).steps(), *nodes.steps())

    return steps
