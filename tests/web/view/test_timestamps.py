"""Times on pages say in which zone they are: once at the foot, and each of them when looked at."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from noroshi.core.translation import bilingual, plain
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_context import LANGUAGE
from noroshi.web.view.timestamps import Moment, full_time, timed, zone_of
from tests.service.clients import InProcessClient, apply_definitions

pytestmark = pytest.mark.logged_in
AT = datetime(2026, 11, 24, 7, 40, 12, tzinfo=timezone(timedelta(hours=9), "JST"))
ELEMENT = (
    '<time datetime="2026-11-24T07:40:12+09:00" title="2026-11-24 07:40:12 JST (UTC+09:00)">'
    "07:40</time>"
)
ZONES = {
    "with letters": (timezone(timedelta(hours=9), "JST"), "JST (UTC+09:00)"),
    "west, and half an hour": (timezone(-timedelta(hours=3, minutes=30)), "UTC-03:30"),
    "with a number for letters": (timezone(timedelta(hours=4), "+04"), "UTC+04:00"),
    "UTC itself": (UTC, "UTC"),
    "with letters, and now as UTC": (timezone(timedelta(), "GMT"), "GMT (UTC)"),
}


@pytest.mark.parametrize("case", ZONES)
def test_a_zone_is_told_by_its_letters_and_how_far_it_is_from_utc(case):
    zone, told = ZONES[case]
    assert zone_of(AT.replace(tzinfo=zone)) == told


def test_a_moment_is_short_to_read_and_whole_to_look_at():
    moment = Moment("07:40", AT)
    assert full_time(AT) == "2026-11-24 07:40:12 JST (UTC+09:00)"
    assert timed(moment) == ELEMENT
    told = plain("<since> {at}, by {who}").fill(at=moment, who="a&b, 07:40").say("en")
    assert timed(told) == f"&lt;since&gt; {ELEMENT}, by a&amp;b, 07:40"
    assert (timed(""), timed("never")) == ("", "never")


def test_a_moment_in_a_language_s_own_order_is_the_one_that_was_given():
    text = bilingual(en="{other}, {at}", ja="{at} ({other})")
    told = [text.fill(at=Moment("07:40", AT), other="07:40").say(one) for one in ("en", "ja")]
    assert list(map(timed, told)) == [f"07:40, {ELEMENT}", f"{ELEMENT} (07:40)"]


def test_a_moment_of_a_language_knows_its_instant():
    told = LOCALIZERS["ja"].moment(AT, AT)
    assert isinstance(told, Moment) and [one.meaning for one in told.marks] == [AT]


@pytest.mark.parametrize(("language", "foot"), [("ja", "時刻は "), ("en", "times in ")])
async def test_a_page_says_at_its_foot_in_which_zone_its_times_are(
    harness, browser, language, foot
):
    await apply_definitions(InProcessClient(harness))
    browser.session.cookie_jar.update_cookies({LANGUAGE: language})
    here = zone_of(harness.time.now.astimezone())
    for path in ("/", "/queue", "/settings/versions"):
        text = (await browser.get(path)).text
        assert f"{foot}{here}</footer>" in text, path
    assert f' {here}">' in text and '<time datetime="' in text
