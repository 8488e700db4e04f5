"""`noroshi first`: the first start, as a person types it."""

import json
import re

import pytest

from noroshi.checks import BUILT_IN
from tests.cli.command_process import a_node, typed
from tests.service.clients import InProcessClient
from tests.service.harness import Harness
from tests.service.setup.test_first_steps import CONTACT, FOUND, ROUTE


@pytest.fixture
async def harness(tmp_path):
    found = Harness(host=FOUND, checks=BUILT_IN)
    async with a_node(tmp_path, found.service):
        yield found


async def test_the_first_start_is_walked_by_commands(harness, tmp_path):
    async def type_(*argv):
        return await typed("first", *argv, home=tmp_path)

    assert "system/disk" in (await type_("suggest")).out
    assert "Version 1 is in effect" in (await type_("take", "system/disk")).out
    assert "Version 2 is in effect" in (await type_("take")).out
    assert (await type_("alarm")).code == 5
    await InProcessClient(harness)("definition_change", put=CONTACT | ROUTE)
    assert "is being sent to ops@example.com" in (await type_("alarm")).out
    mail = json.loads((await type_("look", "--json")).out)["mail"]
    text = (await InProcessClient(harness)("queue_mail", id=mail))["text"]
    assert (await type_("seen", "0000")).code == 3
    number = re.search(r"\b(\d{4})$", text, re.MULTILINE)[1]
    assert "reached ops@example.com" in (await type_("seen", number)).out
    assert re.search(r"arrival confirmed  .+ \((\w+\\)?\w+\)", (await type_("look")).out)
    assert (await type_("end")).code == 0


async def test_the_first_start_is_told_in_japanese(harness, tmp_path):
    told = await typed("--lang", "ja", "first", "suggest", home=tmp_path)
    assert "ディスク容量" in told.out and "「注意」80%" in told.out
    assert "未完了" in (await typed("--lang", "ja", "first", "look", home=tmp_path)).out
