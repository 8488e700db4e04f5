"""`noroshi doctor` of a route whose stages are all passed while its mails still wait."""

from tests.cli.typed import a_node, typed
from tests.service.asking import NearBy, applied
from tests.service.desk import DOWN, Desk


async def looked_at(tmp_path, *argv, early):
    """What doctor says of a route that refused a mail, and that mail's id."""
    desk = Desk()
    ask = NearBy(desk)
    await applied(ask, routes__seen={"kind": "examined"})
    sent = await ask("send", to=["ops"], subject="s", text="t", routes=["seen"])
    await desk.attempted("seen", DOWN, "it says no", 535, early=early)
    async with a_node(tmp_path, desk.service):
        told = await typed(*argv, "doctor", "seen", home=tmp_path, COLUMNS="200")
    assert (told.code, told.err) == (0, "")
    return told.out, sent["ids"][0]


async def test_a_fault_that_its_stages_find_looks_mended_once_all_are_passed(tmp_path):
    out, mail = await looked_at(tmp_path, "--lang", "en", early=True)
    assert "cannot see this" not in out and "All stages are passed" in out
    assert out.endswith(f"To send now: noroshi queue retry {mail}\n")
    assert "▲ seen looks mended. Next try: " in out


async def test_a_fault_that_mails_alone_meet_is_told_with_what_tries_one_again(tmp_path):
    out, mail = await looked_at(tmp_path, "--lang", "ja", early=False)
    assert "この問題は見つかりません" in out and "直ったようです" not in out
    assert out.endswith(f"直してからすぐに送るには: noroshi queue retry {mail}\n")
