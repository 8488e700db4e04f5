"""How a route's mark and its sign-in are shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from noroshi.cli.output.routes import arrival, join_routes, sign_in, with_mark
from noroshi.core.route_readiness import Sends
from noroshi.core.translation import NOTHING, bilingual
from noroshi.operations.mail_answers import Arrives
from noroshi.operations.status_answers import RouteStatus

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
AT = NOW - timedelta(minutes=1)
LAB = bilingual(en="lab", ja="ラボ")


class Reader:
    """Somebody who reads a language."""

    def __init__(self, language="en"):
        self.language = language

    def say(self, words):
        return words.say(self.language) if hasattr(words, "say") else words[self.language]


def route(**more):
    sends = Sends.PROVED
    return RouteStatus(name="r", title="", kind="smtp", state="well", sends=sends, **more)


@pytest.mark.parametrize(
    ("mark", "shown"),
    [
        pytest.param(LAB, "smtp [ラボ]", id="marked"),
        pytest.param(NOTHING, "smtp", id="no mark"),
    ],
)
def test_a_mark_stands_in_brackets(mark, shown):
    assert with_mark(Reader("ja"), "smtp", mark) == shown


def test_of_several_routes_those_are_marked_that_have_a_mark():
    assert join_routes(Reader(), ["a", "b"], {"b": LAB}, " > ") == "a > b [lab]"


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        pytest.param("2027-01-31", "", id="far away"),
        pytest.param(
            "2027-01-30", "expires on 2027-01-30 (60 days left)", id="from 60 days before"
        ),
        pytest.param("2026-12-01", "expires on 2026-12-01 (0 days left)", id="on its day"),
        pytest.param("2026-11-30", "expired on 2026-11-30", id="over"),
    ],
)
def test_an_end_is_told_in_time(ends, told):
    said = sign_in(Reader(), route(ends=date.fromisoformat(ends)), NOW)
    assert told in said if told else said == ""


def test_a_certificate_is_told_as_one():
    said = sign_in(Reader(), route(ends=date(2026, 12, 3), by_certificate=True), NOW)
    assert said == "certificate expires on 2026-12-03 (2 days left)"


def test_it_says_when_the_second_of_two_is_in_use():
    said = sign_in(Reader("ja"), route(by_next=True, renewed=AT), NOW)
    assert "サインイン更新" in said and "「次のクライアント シークレット」を使用中" in said
    assert "、" in said and ", " not in said


LOST = bilingual(en="it came back", ja="戻ってきました")


def arrives(seen=AT, took=0.0, why=NOTHING, by=""):
    return {"arrives": Arrives(seen=seen, took=took, why=why, by=by)}


@pytest.mark.parametrize(
    ("given", "en", "ja"),
    [
        pytest.param({"arrives": None}, "", "", id="never used"),
        pytest.param(
            {"arrives": None, "accepted": AT},
            "; arrival is not checked",
            "(毎日の到達確認は設定なし)",
            id="accepted",
        ),
        pytest.param(
            arrives(seen=None),
            "no arrival confirmed yet",
            "到達はまだ確認していません",
            id="not yet",
        ),
        pytest.param(arrives(took=8.2), " (took 8 s)", " (所要 8秒)", id="seen"),
        pytest.param(arrives(by="aki"), " (by aki)", " (aki が確認)", id="seen by a person"),
        pytest.param(
            arrives(took=180.0, why=LOST),
            " (took 3 min); it came back",
            " (所要 3分)。戻ってきました",
            id="seen, and the last one not",
        ),
    ],
)
def test_how_far_a_route_is_proved_is_told(given, en, ja):
    for language, ending in (("en", en), ("ja", ja)):
        told = arrival(Reader(language), route(**given), NOW)
        assert told.endswith(ending) and bool(told) is bool(ending)
