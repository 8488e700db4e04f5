"""A route's token is made anew once in an outage, whoever is refused and whenever."""

from noroshi.oauth.retry_token import RetryToken
from noroshi.vault import Secret


class Source:
    """An account whose token has ended: each forced one is another."""

    def __init__(self):
        self.forced, self.now = 0, "old"

    async def token(self, account, force, resource):
        if force:
            self.forced += 1
            self.now = f"new{self.forced}"
        return self.now


async def test_a_refusal_that_comes_after_the_fresh_token_was_taken_forces_no_second_one():
    source = Source()
    badge = RetryToken(source, "m365", "smtp")
    old = await badge.token()
    assert await badge.refresh_once(old) == Secret("new1")
    badge.mark_accepted()
    assert await badge.refresh_once(old) == Secret("new1")
    assert source.forced == 1


async def test_a_token_that_ends_after_another_was_good_is_made_anew():
    source = Source()
    badge = RetryToken(source, "m365", "smtp")
    await badge.refresh_once(await badge.token())
    badge.mark_accepted()
    assert await badge.refresh_once(await badge.token()) == Secret("new2")
    assert source.forced == 2
