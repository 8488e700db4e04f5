"""A route that was removed and defined again has nothing of the one before it."""

import logging

import pytest

from tests.flow.whole_node import AKI, FIRST, SECOND, life, sides

WITHOUT_FIRST = {
    "routes/first": None,
    "rules/ops": {"action": "mail", "contacts": ["ops"], "routes": [SECOND]},
}


@pytest.fixture
async def both(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    async with sides(tmp_path) as both:
        yield both


async def of_first(it):
    """What status says of the route, and of its own monitor."""
    status = await it.app.service.status.status(AKI)
    (route,) = [one for one in status.routes if one.name == FIRST]
    (own,) = [one for one in status.monitors if one.path.endswith(f"/route-{FIRST}")]
    return route, own


async def refused(it):
    """Signed in, and ill: what it should send waits."""
    await it.begin()
    await it.wait(minutes=1)
    it.turn("mailbox-smtp-auth", "off")
    await it.app.service.queue.send(AKI, ("ops",), "waits", "text", (FIRST,))
    await it.wait(minutes=1)


async def removed(it):
    await it.define(WITHOUT_FIRST)
    await it.wait(minutes=1)


async def test_a_route_that_is_defined_again_rests_since_its_own_first_fault(both):
    async with life(*both) as it:
        await refused(it)
        await removed(it)
        again = it.time.now
        await it.define()
        await it.wait(minutes=1)
        route, own = await of_first(it)
        assert route.since >= again
        assert all(item.since >= again for item in own.items)


async def test_mail_that_met_no_route_tells_nothing_of_the_one_defined_after_it(both):
    async with life(*both) as it:
        await refused(it)
        await removed(it)
        told = set(it.subjects)
        it.turn("mailbox-smtp-auth", "inherit")
        it.lab.faults.silent = True
        await it.define()
        await it.app.engine.hold()
        assert (await of_first(it))[0].state == "well"
        await it.wait(minutes=1)
        assert not [one for one in it.subjects if "no route" in one and one not in told]


async def test_nor_does_it_where_a_node_starts_with_the_one_defined_after_it(both):
    async with life(*both) as it:
        await refused(it)
        await removed(it)
    async with life(*both) as it:
        await it.define()
        await it.app.engine.hold()
        route, _ = await of_first(it)
        assert (route.state, route.waiting) == ("well", 1)
