"""Many alarms acknowledged, taken back or commented on in one step, the same by every door."""

import pytest

from noroshi.core.people import Person
from noroshi.core.roles import ADMIN, roles_up_to
from noroshi.service import run_as_json
from noroshi.service.alarms.bulk import MOST
from noroshi.stores.memory.store import MemoryStore
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import Harness

DISKS = "web1/base/disks"
ITEMS = ("/var", "/srv", "/opt")


class Counting(MemoryStore):
    """Counts how often something is written that people said."""

    def __init__(self):
        super().__init__()
        self.writes = 0

    async def remark_all(self, remarks):
        self.writes += 1
        return await super().remark_all(remarks)


def named(*items):
    return [{"monitor": DISKS, "item": item} for item in items]


async def bad(ask):
    await apply_definitions(ask)
    await ask.harness.measured(more=ITEMS[1:])


async def holders(ask):
    return {
        row["item"]: row["acknowledged"] and row["acknowledged"]["words"]
        for row in (await ask("alarms"))["rows"]
    }


async def remarked(ask, sort, *items, words=""):
    told = await ask("alarms_remark", sort=sort, alarms=named(*items), words=words)
    return {one["item"]: one["refused"]["en"] for one in told}


async def test_they_are_acknowledged_commented_and_taken_back_together(ask):
    await bad(ask)
    assert await remarked(ask, "acknowledged", *ITEMS, words="mine") == dict.fromkeys(ITEMS, "")
    assert await holders(ask) == dict.fromkeys(ITEMS, "mine")
    assert await remarked(ask, "comment", "/var", "/srv", words="#1") == {
        "/var": "",
        "/srv": "",
    }
    assert await remarked(ask, "taken back", "/var", "/srv") == {"/var": "", "/srv": ""}
    assert await holders(ask) == {"/var": None, "/srv": None, "/opt": "mine"}
    said = (await ask("log", monitor=DISKS))["remarks"]
    assert [one["sort"] for one in said] == [
        *["taken back"] * 2,
        *["comment"] * 2,
        *["acknowledged"] * 3,
    ]


async def test_what_cannot_be_is_told_of_each_and_the_rest_is_done(ask):
    await bad(ask)
    await remarked(ask, "acknowledged", "/srv")
    told = await ask(
        "alarms_remark",
        sort="acknowledged",
        alarms=[*named("/var", "/srv", "/gone"), {"monitor": "web9/a/b", "item": ""}],
    )
    assert [one["kind"] for one in told] == ["", "conflict", "not found", "not found"]
    assert "has already acknowledged this alarm" in told[1]["refused"]["en"]
    assert "no item “/gone”" in told[2]["refused"]["en"]
    assert (await holders(ask))["/opt"] is None


async def test_an_alarm_that_is_named_twice_is_acknowledged_once(ask):
    await bad(ask)
    told = await ask("alarms_remark", sort="acknowledged", alarms=named("/var", "/var"))
    assert [one["kind"] for one in told] == ["", "conflict"]


@pytest.mark.parametrize(
    ("sort", "count", "words", "where"),
    [("comment", 1, " ", "words"), ("acknowledged", MOST + 1, "", "alarms")],
)
async def test_what_cannot_be_said_of_any_is_said_of_none(ask, sort, count, words, where):
    await bad(ask)
    with pytest.raises(ErrorAnswer) as told:
        await ask("alarms_remark", sort=sort, alarms=named(*["/var"] * count), words=words)
    assert told.value.kind == "invalid" and told.value.problems[0][0] == where


async def test_it_is_one_write_and_one_row_of_the_audit_log_that_names_them_all():
    harness = Harness(store=Counting())
    await bad(InProcessClient(harness))
    sato = Person("sato", roles_up_to(ADMIN), "web")
    given = {"sort": "acknowledged", "alarms": named(*ITEMS, "/gone"), "words": "mine"}
    assert "ok" in await run_as_json(harness.service, sato, "alarms_remark", given)
    assert harness.store.writes == 1
    rows = [one for one in await harness.store.audit_log(50) if one.op == "alarms_remark"]
    assert [one.after for one in rows] == [{f"{DISKS} {item}": "sato" for item in ITEMS}]
    assert rows[0].given == {"sort": "acknowledged", "words": "mine"}
    nothing = given | {"alarms": named("/gone")}
    await run_as_json(harness.service, sato, "alarms_remark", nothing)
    rows = [one for one in await harness.store.audit_log(50) if one.op == "alarms_remark"]
    assert len(rows) == 1
