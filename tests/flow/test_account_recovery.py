"""What the node says of its own accounts, in the moment in which somebody mends one."""

import logging

import pytest

from tests.flow.whole_node import AKI, FIRST, HOUR, whole


@pytest.fixture
async def it(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    async with whole(tmp_path) as it:
        yield it


async def levels(it):
    status = await it.app.service.status.status(AKI)
    mail = [one for one in status.monitors if one.path.startswith("noroshi/mail/")]
    return {one.path.rpartition("/")[2]: one.level.name for one in mail}


async def test_an_account_that_was_mended_is_not_called_ill_until_its_next_turn(it):
    await it.begin()
    await it.wait(minutes=1)
    it.turn("sign-ins", "revoked")
    await it.now_and_then(1, 2 * HOUR)  # until the token that it has is over
    await it.app.service.queue.send(AKI, ("ops",), "by the ill one", "text", (FIRST,))
    await it.wait(minutes=1)
    ill = {name for name, level in (await levels(it)).items() if level != "OK"}
    assert ill == {"account-lab", "route-first"}
    await it.sign_in(FIRST, (it.card.user, it.card.password))
    it.app.engine.wake_up()  # as the door says it of all that changes something
    await it.work()
    assert (await levels(it))["account-lab"] == "OK"
    it.time.pass_by(seconds=5)
    await it.work()  # what waited has left by it
    assert set((await levels(it)).values()) == {"OK"}
