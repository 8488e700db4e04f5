"""On a page no text sends anybody to the command line for what a page shows as well."""

import importlib
import pkgutil
import re

import pytest

from noroshi.core.words import Words
from noroshi.web.instead import PLACES, on_page
from tests.service.asking import NearBy, applied

PARTS = ("checks", "core", "oauth", "service", "transports", "web")
DEEDS = ("queue", "alarm", "silence", "ledger", "user", "apply --empty")
ELSEWHERE = re.compile(rf"noroshi (?:{'|'.join((*PLACES, *DEEDS))})\b")
JAPANESE = {"accept-language": "ja"}


def texts():
    for part in PARTS:
        package = importlib.import_module(f"noroshi.{part}")
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if one.name.rpartition(".")[2] != "__main__":
                for value in vars(importlib.import_module(one.name)).values():
                    yield from of(value)


def of(value, depth=3):
    if isinstance(value, Words):
        yield value
    elif depth and isinstance(value, dict):
        for inner in value.values():
            yield from of(inner, depth - 1)
    elif depth and isinstance(value, tuple | list):
        for inner in value:
            yield from of(inner, depth - 1)
    elif depth and hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in value.__dataclass_fields__:
            yield from of(getattr(value, name, None), depth - 1)


def test_every_text_that_names_such_a_command_names_the_page():
    told = {(one.say(tongue), tongue) for one in texts() for tongue in ("en", "ja")}
    named = {one for one in told if ELSEWHERE.search(one[0])}
    assert len(named) > 30
    assert [one for one in named if ELSEWHERE.search(on_page(*one))] == []


@pytest.mark.parametrize("name", ["noroshi secret set mail", "noroshi check-store", "Noroshi"])
def test_what_has_no_page_is_left_as_it_is(name):
    assert on_page(f"Do: {name}", "en") == f"Do: {name}"


@pytest.mark.logged_in
async def test_who_looks_for_a_monitor_that_is_gone_is_sent_to_the_overview(desk, browser):
    await applied(NearBy(desk))
    await browser.get("/monitor/web1/base/gone", headers=JAPANESE)
    assert browser.status == 404
    assert "「概況」で確かめてください" in browser.text
    assert "noroshi status" not in browser.text
