"""A mail by hand is queued for all who shall have it, or for nobody."""

from __future__ import annotations

import pytest

from noroshi.core.delivery import decide_fate
from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.ports import Document
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN, FaultyStore, Killed
from tests.service.harness import AKI, Harness, documents

TO = ("ops", "x@example.com", "y@example.com")


@pytest.mark.parametrize("written", [True, False], ids=["written", "not written"])
async def test_whichever_call_the_node_dies_in_all_have_the_mail_or_nobody(written):
    found, calls = set[int](), 0
    while True:
        inner = MemoryStore()
        await Harness(inner).service.definitions.apply(
            AKI, [Document(**one) for one in documents()]
        )
        calls += 1
        harness = Harness(FaultyStore(inner, dies_at=calls, answer_lost=written))
        try:
            await harness.service.queue.send(AKI, TO, "s", "t")
        except Killed:
            found.add(len(await inner.queue()))
            continue
        break
    assert calls > 1 and found <= {0, len(TO)}
    assert len(await inner.queue()) == len(TO)


class SentMeanwhile(MemoryStore):
    """Between the look at a mail and its change one address of it was reached."""

    async def envelope(self, id):
        found = await super().envelope(id)
        self.envelope = super().envelope
        parcel = await self.claim_parcel(await self.begin("x", DAWN), "plain", DAWN)
        said = {"a@example.com": Verdict.ACCEPTED, "b@example.com": Verdict.DEFERRED}
        receipt = Receipt(
            at=DAWN, answers={to: Answer(verdict) for to, verdict in said.items()}
        )
        assert await self.settle(parcel, receipt, decide_fate(parcel, receipt, 0.0))
        return found


async def test_a_mail_whose_routes_are_mended_goes_to_nobody_who_was_reached_meanwhile():
    harness = Harness(SentMeanwhile())
    two = {"addresses": ["a@example.com", "b@example.com"]}
    await harness.service.definitions.apply(
        AKI, [Document(**one) for one in documents(contacts__ops=two)]
    )
    sent = await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    edited = await harness.service.queue.edit(AKI, sent.ids[0], routes=("m365",))
    assert (edited.to, edited.routes) == (("b@example.com",), ("m365",))
