"""On a page no text sends anybody to the command line for what a page shows as well."""

import importlib
import pkgutil
import re

import pytest

from noroshi.core.translation import Medium, Message
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.web.view.remedy_links import left_to_copy, not_led, on_page
from tests.service.clients import InProcessClient, apply_definitions

PARTS = ("checks", "core", "oauth", "service", "transports", "web")
ELSEWHERE = re.compile(
    r"noroshi (?:status --all|alarms?|silence|ledger|queue (?!edit)|versions|plan|user|apply --empty)\b"
)
OF_A_SIGN_IN = ("entra.", "oauth.", "settings.", "google.")
"""Remedies of these files are shown on the page of a route."""
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
    told = {
        (one.say(tongue, Medium.PAGE), tongue) for one in texts() for tongue in ("en", "ja")
    }
    return {(on_page(*one), one[1]) for one in told}


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
)
"""Entries of the vault that no page has a field for: a monitor's, a proxy's password."""


def test_no_page_sends_anybody_to_the_command_line_for_a_certificate_or_a_route_s_secret():
    shown = {one for one, _ in on_pages()}
    assert [one for one in shown if CERTIFICATES.search(one)] == []
    left = [one for one in shown if SECRETS.search(one)]
    assert [one for one in left if not any(part in one for part in WITHOUT_A_PAGE)] == []


ROUTES = {
    "a certificate that nobody uploaded": (
        "いま使っている証明書を管理者が登録してください。noroshi cert show m365 で証明書と拇印を表示できます。",
        "いま使っている証明書を管理者が登録してください。経路の画面で証明書の保存と拇印の確認ができます。",
    ),
    "no certificate": (
        "「m365」の証明書「m365-cert」が保管庫にありません。noroshi cert new m365 で作れます。",
        "「m365」の証明書「m365-cert」が保管庫にありません。経路の画面で作れます。",
    ),
    "a wrong secret, by the wizard": (
        "正しい値を入力してください: noroshi authorize smtp1 --secret-file ファイル",
        "正しい値を入力してください",
    ),
    "a wrong secret, at the route": (
        "正しい値を入力してください: noroshi secret set m365",
        "正しい値を入力してください",
    ),
    "an ended secret": (
        "新しいものを作ってもらい、noroshi secret set m365 で入れると、送られます。",
        "新しいものを作ってもらい、経路の画面で入れると、送られます。",
    ),
    "nobody signed in": (
        "まだ誰もサインインしていません。noroshi authorize graph1 を実行してください",
        "まだ誰もサインインしていません。経路の画面でサインインしてください",
    ),
}


@pytest.mark.parametrize("case", ROUTES)
def test_what_a_route_needs_is_done_on_its_page(case):
    text, shown = ROUTES[case]
    assert on_page(text, "ja") == shown


def test_what_the_page_of_a_route_has_a_button_for_is_not_copied():
    lines = ["noroshi authorize graph1", "noroshi secret set m365", "df -h"]
    assert left_to_copy(lines, ["m365"]) == ["df -h"]
    assert left_to_copy(lines, ["m36"]) == ["noroshi secret set m365", "df -h"]
    certificate = ["noroshi cert show m365 --out noroshi.cer"]
    assert left_to_copy(certificate, [], certificates=True) == []
    assert left_to_copy(certificate, []) == certificate
    assert not_led(["a", "Put it in:"], [], "en") == ["a", "Put it in."]
    assert not_led(["入れます:"], [], "ja") == ["入れます。"]
    assert not_led(["入れます:"], ["df -h"], "ja") == ["入れます:"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_leads_to_a_command_leads_to_the_page_of_the_route_instead(language):
    told = [
        not_led([words.say(language) for words in one.how], (), language)
        for name, one in knowledge().cures.items()
        if name.startswith(OF_A_SIGN_IN)
        and one.lines
        and not left_to_copy(one.lines, ["{secret}"], certificates=True)
    ]
    assert len(told) > 5
    for how in told:
        assert not [
            one for one in how if one.endswith(":") or "into a file" in one or "書き出し" in one
        ]
        assert not [one for one in how if "accounts/" in one]


@pytest.mark.parametrize("name", ["noroshi secret set mail", "noroshi check-store", "Noroshi"])
def test_what_has_no_page_is_left_as_it_is(name):
    assert on_page(f"Do: {name}", "en") == f"Do: {name}"


@pytest.mark.logged_in
async def test_who_looks_for_a_monitor_that_is_gone_is_sent_to_the_overview(desk, browser):
    await apply_definitions(InProcessClient(desk))
    await browser.get("/monitor/web1/base/gone", headers=JAPANESE)
    assert browser.status == 404
    assert "概況か設定から探してください" in browser.text
    assert "noroshi status" not in browser.text
