"""A mail by hand is queued for all who shall have it, or for nobody."""

from __future__ import annotations

import pytest

from noroshi.ports import Document
from noroshi.stores.memory import MemoryStore
from noroshi.testing import FaultyStore, Killed
from tests.service.desk import AKI, Desk, documents

TO = ("ops", "x@example.com", "y@example.com")


@pytest.mark.parametrize("written", [True, False], ids=["written", "not written"])
async def test_whichever_call_the_node_dies_in_all_have_the_mail_or_nobody(written):
    found, calls = set[int](), 0
    while True:
        inner = MemoryStore()
        await Desk(inner).service.apply(AKI, [Document(**one) for one in documents()])
        calls += 1
        desk = Desk(FaultyStore(inner, dies_at=calls, answer_lost=written))
        try:
            await desk.service.send(AKI, TO, "s", "t")
        except Killed:
            found.add(len(await inner.waiting()))
            continue
        break
    assert calls > 1 and found <= {0, len(TO)}
    assert len(await inner.waiting()) == len(TO)
