"""`noroshi doctor` of a route whose stages are all passed while its mails still wait."""

import zipfile

import pytest

from tests.cli.command_process import a_node, typed
from tests.service.clients import (
    InProcessClient,
    apply_definitions,
    make_api_token,
    open_manager,
)
from tests.service.harness import DOWN, Harness


async def looked_at(tmp_path, *argv, early):
    """What doctor says of a route that refused a mail, and that mail's id."""
    harness = Harness()
    ask = InProcessClient(harness)
    await apply_definitions(ask, routes__seen={"kind": "examined"})
    sent = await ask("send", to=["ops"], subject="s", text="t", routes=["seen"])
    await harness.attempted("seen", DOWN, "it says no", 535, early=early)
    async with a_node(tmp_path, harness.service):
        told = await typed(*argv, "doctor", "seen", home=tmp_path, COLUMNS="200")
    assert (told.code, told.err) == (0, "")
    return told.out, sent["ids"][0]


MENDED = {
    "en": ("▲ seen seems to work again", "To send now: noroshi queue retry {}\n"),
    "ja": ("▲ seen は回復したようです", "すぐに送信するには: noroshi queue retry {}\n"),
}
NOT_FOUND = {
    "en": (
        "cannot detect this",
        "To send now, once the fault is fixed: noroshi queue retry {}\n",
    ),
    "ja": (
        "この問題は検出できません",
        "障害を解消したあと、すぐに送信するには: noroshi queue retry {}\n",
    ),
}
PASSED = {"en": "All stages passed", "ja": "すべての段階が正常に完了しました"}


@pytest.mark.parametrize("language", MENDED)
async def test_a_fault_that_its_stages_find_looks_mended_once_all_are_passed(
    tmp_path, language
):
    out, mail = await looked_at(tmp_path, "--lang", language, early=True)
    said, last = MENDED[language]
    assert said in out and NOT_FOUND[language][0] not in out
    assert PASSED[language] in out and out.endswith(last.format(mail))


@pytest.mark.parametrize("language", NOT_FOUND)
async def test_a_fault_that_mails_alone_meet_is_told_with_what_tries_one_again(
    tmp_path, language
):
    out, mail = await looked_at(tmp_path, "--lang", language, early=False)
    said, last = NOT_FOUND[language]
    assert said in out and MENDED[language][0] not in out
    assert out.endswith(last.format(mail))


async def test_of_a_node_elsewhere_nothing_of_this_computer_is_told(tmp_path):
    harness, rule = Harness(), {"action": "mail", "contacts": ["ops"], "routes": ["seen"]}
    routes = {"routes__seen": {"kind": "examined"}, "routes__m365": None, "routes__plain": None}
    await apply_definitions(InProcessClient(harness), rules__all=rule, **routes)
    token, home = await make_api_token(harness), tmp_path / "another"
    assert (await typed("init", "--name", "not-this-one", home=home)).code == 0
    async with open_manager(harness, tmp_path) as url:
        far = {"NOROSHI_URL": url, "NOROSHI_TOKEN": token, "COLUMNS": "200"}
        told = await typed("doctor", home=tmp_path / "nobody", **far)
        file = tmp_path / "doctor.zip"
        bundled = await typed("doctor", "--bundle", str(file), home=home, **far)
    assert told.err == bundled.err == ""
    assert f"running, answers at {url}" in told.out
    with zipfile.ZipFile(file) as found:
        assert {"noroshi.toml", "journal.txt"} <= set(found.namelist())
        for name in found.namelist():
            assert b"not-this-one" not in found.read(name), name
        assert b"on the node's own computer" in found.read("noroshi.toml")
