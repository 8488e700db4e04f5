"""`noroshi health` and `places`, as a person types them."""

import json
import re

import pytest

from tests.cli.command_process import a_node, typed
from tests.e2e.world import Home
from tests.service.clients import apply_definitions
from tests.service.node.stores_of_nodes import StoreOfNodes
from tests.service.node.test_node import Own, asking


@pytest.fixture
async def node(tmp_path):
    ask = asking(tmp_path, Own(lateness=0.25, clock_set=4.0))
    await apply_definitions(ask)
    async with a_node(tmp_path, ask.harness.service):
        yield ask


async def test_the_node_tells_how_it_is_in_the_persons_language(node, tmp_path):
    told = await typed("health", home=tmp_path)
    assert told.code == 0 and "○ OK" in told.out and "at most 0.25 s" in told.out
    assert "uptime" in told.out
    assert "時刻の変更 4秒" in (await typed("--lang", "ja", "health", home=tmp_path)).out
    assert json.loads((await typed("health", "--json", home=tmp_path)).out)["late"] == 0.25


def test_without_a_node_it_says_so_and_calls_nothing_ok(tmp_path):
    home = Home(tmp_path)
    told = home.run("health", check=False)
    assert told.returncode == 4
    assert "No node is running, so nothing is being monitored or sent" in " ".join(
        told.stdout.split()
    )
    assert "OK" not in told.stdout and "uptime" not in told.stdout
    told = home.run("health", "--json", check=False)
    found = json.loads(told.stdout)
    assert (told.returncode, found["running"], found["level"]) == (4, False, "unknown")
    assert found["trouble"]["en"].startswith("No node is running")


async def test_ports_files_and_folders_are_listed(node, tmp_path):
    told = await typed("places", home=tmp_path)
    assert str(tmp_path / "noroshi.db") in told.out and "noroshi backup FILE" in told.out
    assert "データ ストア" in (await typed("--lang", "ja", "places", home=tmp_path)).out


async def test_status_shows_each_node_with_its_version_address_share_and_lease(tmp_path):
    ask = asking(tmp_path, store=StoreOfNodes())
    await apply_definitions(ask)
    async with a_node(tmp_path, ask.harness.service):
        shown = (await typed("status", home=tmp_path)).out
        answer = json.loads((await typed("status", "--json", home=tmp_path)).out)
        japanese = (await typed("--lang", "ja", "status", home=tmp_path)).out
    lines = " ".join(shown.partition("\nNodes\n")[2].split())
    alpha, beta, gamma, delta = re.split(
        r" (?=○ monitoring beta|－ stopped gamma|▨ cannot use)", lines.partition(" Routes ")[0]
    )
    assert alpha.startswith(
        "○ monitoring alpha 0.1.0 10.0.0.1:7665 30 monitors (75%) sends lease since "
    )
    assert beta.startswith("○ monitoring beta 0.2.0 not linked 10 monitors (25%) lease since ")
    assert gamma.startswith("－ stopped gamma 0 monitors until ")
    assert delta.startswith("▨ cannot use version 7 of the definitions delta")
    assert delta.endswith("the kind “tape” is not known")
    assert "監視項目 30件 (75%)" in japanese and "リンクなし" in japanese
    told = answer["nodes"][0]
    assert (told["version"], told["address"], told["share"]) == ("0.1.0", "10.0.0.1:7665", 0.75)
    assert told["held_since"] < told["renewed_at"]
