"""`noroshi queue` of a mail that somebody holds."""

from dataclasses import replace

from noroshi.core.mail import Envelope, Verdict
from noroshi.testing import DAWN
from tests.cli.command_process import a_node, typed
from tests.service.harness import Harness

MAIL = "01J.18/all/ops"
ONE = Envelope(
    id=MAIL,
    routes=("plain",),
    contact="ops",
    to=("ops@example.com",),
    order=MAIL,
    alarms=(MAIL,),
    payload={"subject": "s"},
    born=DAWN,
)


async def test_a_held_mail_is_told_with_the_command_that_lets_it_go(tmp_path):
    harness = Harness()
    await harness.store.post(ONE)
    async with a_node(tmp_path, harness.service):
        await typed("queue", "hold", MAIL, home=tmp_path)
        for asked in (("list",), ("show", MAIL)):
            told = await typed("queue", *asked, home=tmp_path, COLUMNS="200")
            assert f"; to release it: noroshi queue release {MAIL}" in told.out


async def test_a_released_mail_is_not_called_a_retried_one(tmp_path):
    harness = Harness()
    await harness.store.post(ONE)
    async with a_node(tmp_path, harness.service):
        held = await typed("queue", "hold", MAIL, home=tmp_path)
        assert held.out == f"{MAIL} is held: s. The messages behind it wait too.\n"
        told = await typed("queue", "release", MAIL, home=tmp_path)
        assert f"Released {MAIL} for delivery: s\n" in told.out


async def test_the_routes_of_a_waiting_mail_are_listed_in_the_readers_language(tmp_path):
    harness = Harness()
    await harness.store.post(replace(ONE, routes=("plain", "smtp2")))
    async with a_node(tmp_path, harness.service):
        told = await typed("--lang", "ja", "queue", "list", home=tmp_path, COLUMNS="200")
        assert "    plain、smtp2 のいずれかで送信します。待機理由: " in told.out


async def test_who_has_a_mail_in_the_inbox_says_so(tmp_path):
    harness = Harness()
    await harness.store.post(replace(ONE, alarms=()))
    await harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    async with a_node(tmp_path, harness.service):
        told = await typed("queue", "seen", MAIL, home=tmp_path)
        assert f"Arrival of {MAIL} is confirmed: s" in told.out
        assert "arrival confirmed" in (await typed("queue", "show", MAIL, home=tmp_path)).out
