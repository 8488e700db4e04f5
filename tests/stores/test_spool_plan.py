"""Nothing that was settled long ago makes the spool slow: no question reads the whole table."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.stores.sqlite import arrivals, deferral, digests, leases, ledger, spool
from noroshi.stores.sqlite.store import SqliteStore

OF_THE_QUESTION = (
    "SCAN CONSTANT ROW",
    "SCAN json_each",
    "SCAN j ",
    "SCAN row ",
    "SCAN lent ",
    "SCAN due",
)
"""What stands in the question itself, not in a table."""
FEW = ("SCAN arrival", "SCAN back", "SCAN returned", "SCAN last", "SCAN before", "SCAN answer")
"""A row for each mail that came back or was looked for, and what is found from them; the last
tries of one mail, and what one of them brought."""
QUESTIONS = {
    "what is due": leases.DUE,
    "lend": leases.LEND,
    "whether it is held": leases.HELD,
    "settle": leases.SETTLE,
    "put": spool.PUT,
    "give back": spool.RELEASE_LEASES,
    "what was never tried": spool.NEVER_TRIED,
    "what waits": spool.WAITING_ROWS,
    "the oldest of an order key": spool.OLDEST,
    "what holds up an order key": spool.HEAD,
    "what a route put off": deferral.HASTEN,
    "what becomes of members": spool.SHARE,
    "what waits for a contact": digests.PENDING,
    "whether it waits still": digests.WAIT_STILL,
    "joining": digests.REPLACE,
    "giving back": spool.RELEASE_LEASE,
    "what was taken": digests.ACCEPTED_MAILS,
    "the sum by fate": ledger.BY_STATE,
    "the sum of what came back": ledger.CAME_BACK,
    "what is old": ledger.OLD_MAILS,
    "whose Message-ID it is": arrivals.BY_MESSAGE_ID,
    "the last of a name": arrivals.BY_PREFIX,
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_no_question_reads_every_envelope_there_ever_was(tmp_path, question):
    path = tmp_path / "noroshi.db"
    await SqliteStore.open(path, reserve=0).close()
    with closing(driver.connect(path)) as db:
        names = re.findall(r":(\w+)", question)
        given = dict.fromkeys(names, 1) or (1,) * question.count("?")
        plan = [row[-1] for row in db.execute(f"explain query plan {question}", given)]
    whole = [step for step in plan if step.startswith("SCAN") and "spool_" not in step]
    assert [step for step in whole if not step.startswith((*OF_THE_QUESTION, *FEW))] == []
