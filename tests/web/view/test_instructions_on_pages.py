"""On a page no text sends anybody to the command line for what a page shows as well."""

import importlib
import pkgutil
import re

import pytest

from noroshi.core.translation import Medium, Message
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.web.view.stages import steps_of
from tests.service.clients import InProcessClient, apply_definitions
from tests.sweeps import sweep

PARTS = ("checks", "core", "oauth", "service", "transports", "web")
SHOWN_ELSEWHERE = ("status --all", "alarms?", "silence", "ledger", "queue (?!edit)", "versions")
SHOWN_ELSEWHERE += ("plan", "user", "apply --empty")
"""Commands for what a page shows, or does, as well."""
ELSEWHERE = re.compile(rf"noroshi (?:{'|'.join(SHOWN_ELSEWHERE)})\b")
HAS_A_FORM = re.compile(
    r"noroshi (?:authorize|cert|apply|secret set \{(?:secret|password|url_entry|header_entry|entry)\})"
)
ROWS = {**knowledge().cures, **knowledge().explanations}
JAPANESE = {"accept-language": "ja"}


def texts():
    yield from of(knowledge(), depth=6)
    for part in PARTS:
        package = importlib.import_module(f"noroshi.{part}")
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if one.name not in ("noroshi.core.instruction", "noroshi.web.__main__"):
                for value in vars(importlib.import_module(one.name)).values():
                    yield from of(value)


def of(value, depth=3):
    if isinstance(value, Message):
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


def on_pages():
    """Every text as a page has it, and its language."""
    return {
        (one.say(localizer, Medium.PAGE), localizer)
        for one in texts()
        for localizer in ("en", "ja")
    }


@sweep("command", [*SHOWN_ELSEWHERE, "authorize", "cert", "secret set"])
def test_whoever_reads_in_a_terminal_is_sent_to_each_of_these_commands(command):
    """Else no page would be either, whatever it says."""
    told = [one.say(tongue) for one in texts() for tongue in ("en", "ja")]
    assert [one for one in told if re.search(rf"noroshi {command}\b", one)]


def test_no_page_sends_anybody_to_the_command_line_for_what_another_page_shows():
    assert [one for one in on_pages() if ELSEWHERE.search(one[0])] == []


SIGNS_IN = re.compile(r"noroshi authorize\b")


def test_no_page_sends_anybody_to_the_command_line_to_sign_in():
    left = [one for one, _ in on_pages() if SIGNS_IN.search(one)]
    assert [one for one in left if "--read-mailbox" not in one] == []


CERTIFICATES, SECRETS = re.compile(r"noroshi cert\b"), re.compile(r"noroshi secret set\b")
WITHOUT_A_PAGE = (
    "secret_headers",
    "proxy",
    "プロキシ",
    "as a header",
    "ヘッダーとして",
    "{name}",
    "{who} refers to the entry",
    "{who} が指定する項目",
    "{who} logs in with the entry",
    "{who} がログインに使う項目",
)
"""Entries of the vault that no page has a field for: a monitor's, a proxy's password, one that may
be a proxy's, and a login over SSH."""


def test_no_page_sends_anybody_to_the_command_line_for_a_certificate_or_a_route_s_secret():
    shown = {one for one, _ in on_pages()}
    assert [one for one in shown if CERTIFICATES.search(one)] == []
    left = [one for one in shown if SECRETS.search(one)]
    assert [one for one in left if not any(part in one for part in WITHOUT_A_PAGE)] == []
    assert [part for part in WITHOUT_A_PAGE if not any(part in one for one in left)] == []


def of_a_row(row):
    """What a page has of a row: its texts, and the lines to copy."""
    cure = getattr(row, "cure", row)
    own = (row.meaning, row.action) if cure is not row else ()
    texts = (*own, *cure.steps, cure.delay)
    told = [text.say(localizer, Medium.PAGE) for text in texts for localizer in ("en", "ja")]
    lines = [line if isinstance(line, str) else line.en for line in cure.lines]
    return [*told, *lines]


@sweep("name", sorted(ROWS))
def test_what_the_page_of_a_route_has_a_form_for_is_not_copied(name):
    told = of_a_row(ROWS[name])
    assert [one for one in told if HAS_A_FORM.search(one)] == []
    assert [one for one in told if one.endswith(":")] == [] or getattr(
        ROWS[name], "cure", ROWS[name]
    ).lines


def test_two_entries_of_one_page_are_told_once():
    row = knowledge().explanations["webhooks.secret"]
    both = [step.both(Medium.PAGE) for step in row.cure.steps]
    assert len(both) == 2 and len(steps_of(lambda words: words["en"], both)) == 1


@pytest.mark.logged_in
async def test_who_looks_for_a_monitor_that_is_gone_is_sent_to_the_overview(harness, browser):
    await apply_definitions(InProcessClient(harness))
    await browser.get("/monitor/web1/base/gone", headers=JAPANESE)
    assert browser.status == 404
    assert '<a href="/">「概況」</a>で確認してください' in browser.text
    assert "noroshi status" not in browser.text
