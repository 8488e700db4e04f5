"""The next mail of a route: the store is asked as often as there is something new to ask."""

from dataclasses import replace
from datetime import timedelta

from noroshi.core.mail import Answer, Lane, Receipt, Route, Verdict
from noroshi.engine.dispatch.parcel_selector import ParcelSelector
from noroshi.engine.dispatch.rate_limiter import RateLimiter
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from tests.flow.test_sending import LETTER

ROUTE = Route(name="smtp1")
WARNING = replace(LETTER, payload={"told": [{"level": "warning"}]}, lane=Lane.WARNING)
CRITICAL = replace(
    WARNING, id="m.2/r/ops", alarms=("m.2/r/ops",), lane=Lane.CRITICAL, thread=(WARNING.id,)
)


class Asked(MemoryStore):
    """Refuses to be asked without an end."""

    claims = 0

    async def claim_parcel(self, *given):
        self.claims += 1
        assert self.claims < 20, "it asks the store again and again"
        return await super().claim_parcel(*given)


async def test_a_warning_before_a_critical_alarm_that_a_person_holds_is_asked_for_once():
    clocks, store, limiter = ManualClocks(), Asked(), RateLimiter()
    limiter.configure({"smtp1": ROUTE}, ())
    now = clocks.clocks.wall()
    for n in range(8):
        mail = replace(LETTER, id=f"d{n}", members=("a",))
        at = now - timedelta(seconds=13) if n == 7 else now - timedelta(seconds=14)
        answers = {"ops@example.com": Answer(Verdict.ACCEPTED)}
        limiter.record("smtp1", mail, Receipt(at=at, answers=answers))
    node = await store.begin("node", now)
    await store.post(replace(WARNING, born=now), replace(CRITICAL, born=now))
    assert await store.hold(CRITICAL.id, "eva")
    selector = ParcelSelector(store, clocks.clocks, limiter, lambda *_: {}, lambda *_: ())
    parcel = await selector.claim(node, ROUTE)
    assert parcel is not None and parcel.envelope.id == WARNING.id
