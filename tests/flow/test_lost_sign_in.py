"""A rotated token that was lost with its node's life: within a minute another route tells that
somebody must sign in anew, on a clock of our own."""

import logging
from datetime import timedelta

import pytest

from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import Killed
from tests.flow.whole_node import FIRST, SECOND, Whole, life, sides

MINUTE = timedelta(minutes=1)
WAITS = "by the second alone"
ILL_FIRST = {"action": "mail", "contacts": ["ops"], "routes": [SECOND, FIRST]}


class Punctual(Whole):
    """What is done takes no time: how fast the machine is, the story's clock does not see."""

    async def meanwhile(self, doing):
        return await doing


class Mortal:
    """The real store of a life that ends when a rotated token was given and is not kept yet."""

    def __init__(self, inner):
        self._inner, self.ends_at, self._dead = inner, None, False

    def __getattr__(self, name):
        call = getattr(self._inner, name)
        return call if name == "close" else self._living(name, call)

    def _living(self, name, call):
        async def wrapped(*given):
            self._dead |= (name, *given[:1]) == self.ends_at
            if self._dead:
                raise Killed
            return await call(*given)

        return wrapped


async def by_mail(it):
    """The token has ended as a mail wants to leave."""
    it.time.pass_by(hours=2)
    await it.send(WAITS, SECOND)
    await it.wait(minutes=1)


async def by_rest(it):
    """No mail left for so long that the sign-in is kept alive."""
    await it.silent(10)


@pytest.fixture
async def both(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    async with sides(tmp_path) as both:
        yield both


async def killed_before_it_is_kept(both, renewed):
    """A life in which the provider rotates the second route's token, and nobody has the new one."""
    time, lab, config = both
    store = Mortal(SqliteStore.open(config.store))
    async with life(time, lab, config, lambda path: store) as it:
        await it.begin({"rules/ops": ILL_FIRST})
        await it.job(ok=True)
        await it.wait(minutes=1)
        store.ends_at = ("put_secret", "refresh/elsewhere")
        with pytest.raises(Killed):
            await renewed(it)
        assert it.mails == ()


async def time_until_told(it):
    """From the first turn of a life to the first mail that was taken."""
    began = it.time.now
    while not it.mails and it.time.now - began < 2 * MINUTE:
        await it.wait(seconds=1)
    return it.time.now - began


def about(it, level):
    """Of what of the node's own the mails of that level tell."""
    found = (subject.partition(f"{level} Noroshi ")[2] for subject in it.subjects)
    return [one for one in found if one]


@pytest.mark.parametrize("renewed", [by_mail, by_rest])
async def test_a_sign_in_that_is_lost_with_a_life_is_told_by_another_route_within_a_minute(
    both, renewed
):
    await killed_before_it_is_kept(both, renewed)
    async with life(*both, kind=Punctual) as it:
        assert await time_until_told(it) <= MINUTE
        (told,) = it.subjects_by(FIRST)
        assert told == "[CRITICAL] Noroshi account elsewhere: cannot sign in"
        assert "The sign-in is no longer valid" in it.by(FIRST)[0].text
        assert (await it.route(SECOND)).state == "needs somebody"

        await it.wait(minutes=5)
        assert it.by(SECOND) == []
        assert about(it, "[CRITICAL]") == ["account elsewhere: cannot sign in"]
        await it.sign_in(SECOND, (it.card.elsewhere.user, it.card.elsewhere.password))
        await it.wait(minutes=2)
        assert about(it, "[CRITICAL]") == ["account elsewhere: cannot sign in"]
        assert about(it, "[RECOVERED]") == ["account elsewhere: can sign in again"]
        assert it.subjects.count(WAITS) == (1 if renewed is by_mail else 0)
        sum = await it.ledger()
        assert (sum.lost, sum.waiting) == (0, 0) and await it.queue() == ()
