"""What `noroshi doctor` finds of the link between nodes, and of the nodes."""

import asyncio
import ssl
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from noroshi.cluster.node_listener import NodeAnswers, NodeListener
from noroshi.cluster.node_requests import Question
from noroshi.cluster.node_tls import node_tls
from noroshi.config.node_places import Cluster, Place
from noroshi.core.translation import plain
from noroshi.hosts.nodes_examination import NodeIdentity, NodesExamination
from noroshi.ports import NodeLease, StoreError
from noroshi.ports.examination import Whose, run_steps
from noroshi.testing import DAWN
from tests.ports import free_port

KEY, OTHER_KEY = bytes(range(64)), bytes(range(1, 65))
WELL = {Question.HAS_DATABASE: lambda: True, Question.CLOCK_AGREES: lambda: True}


class RunningNodes:
    """Runs what answers for each node, and examines them as the node alpha."""

    def __init__(self, stack):
        self._stack, self._leases, self._address = stack, [], None

    async def run(self, name, questions=WELL, key=KEY, version="0.2.0", called=None):
        """Let something answer as that node; other nodes call it `called`."""
        listener = NodeListener(node_tls(key, name).server, NodeAnswers(dict(questions)))
        place = listener.open(Place("127.0.0.1", 0))
        self._stack.push_async_callback(listener.close)
        self.add(called or name, place, version)
        return place

    def add(self, name, place, version="0.2.0"):
        """Let a node live that is announced there."""
        if name == "alpha":
            self._address = place
        lease = NodeLease(
            name=name,
            monitor_count=1,
            renewed_at=DAWN,
            is_alive=True,
            sends=False,
            version=version,
            address="" if place is None else str(place),
        )
        self._leases.append(lease)

    def cannot_use(self, name, version, reason):
        """Let a node that runs be one that cannot use a version of the definitions."""
        self._leases = [
            replace(one, unusable_version=version, unusable_reason=plain(reason))
            if one.name == name
            else one
            for one in self._leases
        ]

    async def examine(self, *, is_linked=True, has_key=True):
        """Return the stages by their names."""

        async def nodes():
            return self._leases

        address = self._address or Place("127.0.0.1", free_port())
        cluster = Cluster(listen=address, address=address) if is_linked else None
        node = NodeIdentity(name="alpha", version="0.2.0", cluster=cluster)
        context = node_tls(KEY, "alpha").client if has_key else None
        steps = NodesExamination(node, nodes, lambda: context).steps()
        return {stage.name: stage async for stage in run_steps(steps, time.monotonic)}


@pytest.fixture
async def cluster():
    async with AsyncExitStack() as stack:
        yield RunningNodes(stack)


async def test_of_nodes_that_are_well_all_stages_are(cluster):
    place = await cluster.run("alpha")
    await cluster.run("beta")
    await cluster.run("gamma")
    stages = await cluster.examine()
    assert {one.state for one in stages.values()} == {"ok"}
    assert not any(one.remarks for one in stages.values())
    assert stages["link"].found.en == f"answers at {place}"
    assert stages["nodes"].found.en == "2 other nodes answer: beta, gamma"
    assert stages["versions"].found.en == "all run 0.2.0"


async def test_a_node_that_does_not_answer_at_its_own_address_is_told_and_the_rest_examined(
    cluster,
):
    await cluster.run("beta")
    stages = await cluster.examine()
    remedy = stages["link"].remedy
    assert "Node alpha cannot be reached at 127.0.0.1:" in remedy.meaning.en
    assert remedy.whose is Whose.NETWORK and "firewalls" in remedy.how[0].en
    assert [stages[name].state for name in ("link", "nodes", "versions")] == [
        "failed",
        "ok",
        "ok",
    ]


async def test_each_node_that_cannot_be_reached_or_has_another_key_or_name_is_told(cluster):
    await cluster.run("alpha")
    cluster.add("beta", Place("127.0.0.1", free_port()))
    foreign = await cluster.run("gamma", key=OTHER_KEY)
    await cluster.run("delta", called="epsilon")
    remedy = (await cluster.examine())["nodes"].remedy
    for told in (
        "Node beta cannot be reached",
        f"The service at {foreign} could not prove that it has the key of the nodes (gamma)",
        "Node delta answers at",
        "address of node epsilon",
    ):
        assert told in remedy.meaning.en
    steps = " ".join(one.en for one in remedy.how)
    assert "noroshi key backup" in steps and "cluster.address on epsilon" in steps
    assert remedy.whose is Whose.YOU and len(remedy.how) == 3


async def test_a_program_that_speaks_no_tls_is_no_node(cluster):
    async def greet(_reader, writer):
        writer.write(b"220 mail.example.com ESMTP\r\n" * 3)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    cluster.add("alpha", Place(*server.sockets[0].getsockname()))
    remedy = (await cluster.examine())["link"].remedy
    assert "could not prove" in remedy.meaning.en and "use another port" in remedy.how[0].en
    server.close()


async def test_remarks_name_nodes_without_a_link_without_the_database_or_with_a_wrong_clock(
    cluster,
):
    await cluster.run("alpha")
    cluster.add("beta", None)
    await cluster.run("gamma", {**WELL, Question.HAS_DATABASE: lambda: False})
    await cluster.run("delta", {**WELL, Question.CLOCK_AGREES: lambda: False})
    await cluster.run("old", {Question.HAS_DATABASE: lambda: True})
    stage = (await cluster.examine())["nodes"]
    told = [one.en for one in stage.remarks]
    assert stage.state == "ok" and len(told) == 3
    assert "Node beta has no link" in told[0] and "Node gamma reports that it cannot" in told[1]
    assert "The clock of node delta differs" in told[2]


async def test_a_node_without_a_link_is_told_what_it_cannot_do(cluster):
    await cluster.run("beta")
    stages = await cluster.examine(is_linked=False)
    assert stages["link"].found.en == "not set up (cluster.listen)"
    (remark,) = stages["nodes"].remarks
    assert "cannot ask the others" in remark.en and "beta" in stages["nodes"].found.en


async def test_alone_on_its_database_a_node_lacks_nothing(cluster):
    stages = await cluster.examine(is_linked=False)
    assert {one.state for one in stages.values()} == {"ok"}
    assert stages["nodes"].found.en == "no other node is running"
    assert not any(one.remarks for one in stages.values())


async def test_without_the_key_nothing_is_asked(cluster):
    await cluster.run("beta")
    stages = await cluster.examine(has_key=False)
    assert "the key cannot be read" in stages["link"].found.en
    assert "the key cannot be read" in stages["nodes"].remarks[0].en


async def test_versions_that_differ_are_shown_and_those_too_far_apart_fail(cluster):
    await cluster.run("beta", version="0.3.1")
    stage = (await cluster.examine())["versions"]
    assert (
        stage.found.en == "0.2.0 (alpha); 0.3.1 (beta)"
        and "Update them all" in stage.remarks[0].en
    )
    await cluster.run("gamma", version="0.4.0")
    await cluster.run("delta", version="")
    stage = (await cluster.examine())["versions"]
    assert stage.state == "failed"
    assert "too far apart: gamma (0.4.0), delta (?)" in stage.remedy.meaning.en


async def test_where_the_database_does_not_tell_who_lives_the_stage_says_why():
    async def nodes():
        raise StoreError("the database is away")

    node = NodeIdentity(name="alpha", version="0.2.0", cluster=None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    steps = NodesExamination(node, nodes, lambda: context).steps()
    states = [stage.state async for stage in run_steps(steps, time.monotonic)]
    assert states == ["ok", "failed", "not reached"]


async def test_a_node_that_cannot_use_the_definitions_is_told_with_the_reason(cluster):
    await cluster.run("alpha")
    await cluster.run("beta")
    await cluster.run("gamma")
    cluster.cannot_use("beta", 7, "the kind “tape” is not known")
    stage = (await cluster.examine())["versions"]
    assert stage.state == "failed" and stage.remedy.whose is Whose.YOU
    words = stage.remedy.meaning.en
    assert "Node beta cannot use version 7 of the definitions (the kind “tape” is" in words
    assert (
        "gamma" not in words
        and "Give beta the same version of Noroshi" in stage.remedy.how[0].en
    )
