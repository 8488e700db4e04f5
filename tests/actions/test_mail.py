from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi import schema
from noroshi.actions.mail import Options, try_out
from noroshi.actions.mail_draft import draft, finish
from noroshi.actions.phrases import REASONS, quantity, span
from noroshi.actions.template import TemplateFailed, TemplateRenderer
from noroshi.core.cadence import zone_of
from noroshi.core.date_text import moment
from noroshi.core.definitions.self_monitoring import OwnRule
from noroshi.core.levels import Reason, RuleTrigger
from noroshi.core.model import Cause, Instance, Limits, Reading
from noroshi.core.translation import bilingual, plain
from tests.actions.mails import CRITICAL, LINES, MAILS, OK, UNKNOWN, WARNING, drafted
from tests.actions.sample_alarms import AKI, NOW, READERS, SAM, alarm, rule, topic, used
from tests.sweeps import sweep


@sweep("name", MAILS)
@sweep("language", ["ja", "en"])
def test_a_mail_says_every_time_with_its_offset_and_names_every_alarm(name, language):
    text = drafted(name, language)["text"]
    ours = "\n".join(line for line in text.splitlines() if not line.startswith("  | "))
    ours = ours.replace(LINES[0], "")
    times = re.findall(r"\d\d:\d\d:\d\d(?: [+-]\d\d:\d\d)?", ours)
    assert times and all(len(time) == len("07:40:12 +09:00") for time in times)
    contact = READERS[language].id
    _, alarms = MAILS[name]
    assert all(f"{one.event.id}/ops/{contact}" in text for one in alarms)


def test_a_payload_says_what_the_route_needs():
    payload = drafted("alarm", "ja")
    rest = {k: v for k, v in payload.items() if k not in ("subject", "text", "html", "told")}
    assert rest == {
        "language": "ja",
        "importance": "high",
        "list": "FS01",
        "list_title": "ファイルサーバー",
        "zone": "Asia/Tokyo",
        "level": "critical",
    }


@pytest.mark.parametrize(
    ("after", "importance"),
    [(CRITICAL, "high"), (WARNING, "normal"), (UNKNOWN, "normal"), (OK, "low")],
    ids=lambda value: getattr(value, "value", value),
)
def test_importance_goes_by_level(after, importance):
    before = CRITICAL if after is OK else OK
    payload = draft(None, SAM, topic(), (alarm(used(91), before, after),))
    assert payload["importance"] == importance


def test_a_contact_whose_language_we_do_not_speak_reads_english():
    contact = schema.read(
        type(SAM), {"id": "x", "addresses": ["x@y.example"], "language": "fr"}
    )
    assert draft(None, contact, topic(), (alarm(used(91)),))["language"] == "en"


@pytest.mark.parametrize(
    ("language", "line"), [("ja", "測定元 エージェント FS01"), ("en", "Measured on agent FS01")]
)
def test_a_mail_about_what_an_agent_measures_names_the_agent(language, line):
    by_agent = replace(topic(language), runs_on="FS01", agent="FS01")
    payload = draft(None, READERS[language], by_agent, (alarm(used(91)),))
    assert line in " ".join(payload["text"].split())


# The subject


def test_what_the_title_says_is_not_said_again():
    whole = draft(None, AKI, topic(title="D: 共有 使用率"), (alarm(used(95.2), item="D:"),))
    assert whole["subject"] == "[危険] FS01 D: 共有 使用率 95.2% (危険 95% 以上)"
    part = draft(None, AKI, topic(title="D:\\使用率"), (alarm(used(95.2), item="D:"),))
    assert part["subject"] == "[危険] FS01 D:\\使用率 D: 使用率 95.2% (危険 95% 以上)"


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("memory", "[CRITICAL] FS01 memory: used 95.2% (limit 95%)"),
        ("memory used", "[CRITICAL] FS01 memory used 95.2% (limit 95%)"),
        ("D: share", "[CRITICAL] FS01 D: share used 95.2% (limit 95%)"),
    ],
)
def test_a_colon_stands_between_a_title_and_a_reading_that_it_does_not_name(title, subject):
    payload = draft(None, SAM, topic("en", title=title), (alarm(used(95.2, item="")),))
    assert payload["subject"] == subject


def test_a_falling_limit_is_said_as_one():
    cause = Cause(
        Reading("free", 2**30 * 3, "B", "/"), Limits(critical=2**30 * 5, rising=False)
    )
    payload = draft(None, AKI, topic(title="/ "), (alarm(cause, item="/"),))
    assert payload["subject"].endswith("空き容量 3 GB (危険 5 GB 以下)")


def test_a_reading_that_nobody_named_shows_its_own_name():
    payload = draft(None, SAM, topic("en"), (alarm(Cause(Reading("temp_cpu", 91, "C"))),))
    assert payload["subject"] == "[CRITICAL] FS01 D: share temp_cpu 91 C"


def test_an_item_that_is_told_in_words_is_followed_by_a_colon():
    note = bilingual(en="not running", ja="動いていません")
    stopped = alarm(Cause(Reading("count", 0, note=note)), item="orderd")
    subject = draft(None, AKI, topic(title="プロセス"), (stopped,))["subject"]
    assert subject == "[危険] FS01 プロセス orderd: 動いていません"


def test_a_very_long_fault_is_cut_in_the_subject_and_whole_in_the_text():
    fault = "no answer\n" * 100
    payload = draft(None, SAM, topic(), (alarm(Cause(words=plain(fault)), OK, UNKNOWN),))
    assert len(payload["subject"]) < 160 and payload["subject"].endswith("…")
    assert "\n" not in payload["subject"] and f"\n\n{fault}" in payload["text"]


def test_a_thousand_items_are_all_named():
    alarms = tuple(alarm(used(95, f"/v{n}"), item=f"/v{n}", serial=n) for n in range(1, 1001))
    payload = draft(None, AKI, topic(), alarms)
    assert payload["subject"].endswith(" ほか999件")
    assert all(f" /v{n} " in payload["text"] for n in range(1, 1001))


# When the next one comes


NEXT = [
    pytest.param(
        {"trigger": RuleTrigger.FIRST, "repeat": None, "notifies_recovery": False},
        "none (the rule notifies only once)",
        id="never",
    ),
    pytest.param(
        {"trigger": RuleTrigger.FIRST, "repeat": None}, "when the problem ends", id="first"
    ),
    pytest.param(
        {"repeat": None, "notifies_recovery": False},
        "when the level changes",
        id="on change alone",
    ),
    pytest.param(
        {"trigger": RuleTrigger.EACH, "repeat": None},
        "when the level changes, at each measurement in this state, or when the problem ends",
        id="each",
    ),
    pytest.param(
        {"repeat": timedelta(minutes=30)},
        "when the level changes, when the problem ends, or in 30 min (Tue 24 Nov 2026 00:10:12 +01:00) if the problem persists",
        id="repeat after midnight",
    ),
]


@pytest.mark.parametrize(("changed", "said"), NEXT)
def test_the_next_notice_is_what_the_rule_says(changed, said):
    alarms = (alarm(used(95), contact=SAM),)
    text = draft(None, SAM, topic("en", rule(**changed)), alarms)["text"]
    assert f"  Next message   {said}\n" in text


def test_a_repeat_on_another_day_says_which():
    alarms = (alarm(used(95), contact=AKI),)
    text = draft(None, AKI, topic("ja", rule(repeat=timedelta(days=1))), alarms)["text"]
    assert "異常が続けば1日後の 2026年11月25日(水) 07:40:12 +09:00" in text


def test_a_rule_that_is_gone_is_not_spoken_of():
    about, alarms = "You are receiving this message because", (alarm(used(95), contact=SAM),)
    assert about in draft(None, SAM, topic("en"), alarms)["text"]
    assert about not in draft(None, SAM, topic("en", rules=()), alarms)["text"]


# Phrases


def test_every_reason_is_said_in_both_languages():
    assert set(REASONS) == set(Reason)
    assert all(words.ja and words.en != words.ja for words in REASONS.values())


@sweep(
    ("value", "unit", "said"),
    [
        (95.2, "%", "95.2%"),
        (95.26, "%", "95.3%"),
        (60, "%", "60%"),
        (0.304, " ms", "0.304 ms"),
        (1.2345, "s", "1.23 s"),
        (1234567, "", "1,234,567"),
        (0, "", "0"),
        (-5, "C", "-5 C"),
        (0, "B", "0 B"),
        (1536, "B", "1.5 KB"),
        (2 * 2**40, "B", "2 TB"),
        (float("nan"), "", "nan"),
        (float("inf"), "ms", "inf ms"),
    ],
)
def test_a_number_is_told_as_short_as_it_can_be(value, unit, said):
    assert quantity(value, unit) == said


@pytest.mark.parametrize(
    ("unit", "said"), [("min", "0.1分"), ("h", "0.1時間"), ("d", "0.1日"), ("ms", "0.1 ms")]
)
def test_times_are_counted_in_japanese_for_who_reads_japanese(unit, said):
    assert quantity(0.1, unit, "ja") == said


@pytest.mark.parametrize(
    ("seconds", "en", "ja"),
    [
        (0, "0 s", "0秒"),
        (59.7, "1 min", "1分"),
        (5400, "1 h 30 min", "1時間30分"),
        (14400, "4 h", "4時間"),
        (86400 * 2 + 3600 * 5 + 60, "2 d 5 h", "2日5時間"),
        (86401, "1 d", "1日"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds, en, ja):
    assert span(timedelta(seconds=seconds)) == bilingual(en=en, ja=ja)


def test_a_moment_is_told_where_the_reader_is():
    assert moment(NOW, zone_of("Asia/Tokyo"), "ja") == "2026年11月24日(火) 07:40:12 +09:00"
    assert moment(NOW, zone_of("nowhere"), "en") == "Mon 23 Nov 2026 22:40:12 +00:00"


# Templates


PATIENT = 60.0  # seconds: a busy machine is no failure


@pytest.fixture
async def renderer():
    renderer = TemplateRenderer(wall=PATIENT)
    yield renderer
    await renderer.close()


class Broken:
    """A renderer of which every template fails."""

    async def render(self, parts, facts):
        raise TemplateFailed(bilingual(en="it takes too long", ja="処理が長すぎます"))


async def test_a_template_gets_plain_facts_in_the_contact_s_language(renderer):
    options = Options(
        subject="{{ level_word }} {{ instance }} {{ items[0].item }}",
        text="{% for i in items %}{{ i.since }} {{ i.words }} ({{ i.limit }}{{ i.unit }}) "
        "{{ i.before }} {{ i.reason }} {{ i.note }}{% endfor %}|{{ contact }}|{{ kind }}|"
        "{{ mark }}|{{ title }}|{{ group }} {{ group_title }} {{ runs_on }}|{{ level }}|{{ monitor }}|{{ instance_title }}",
    )
    payload = drafted("alarm", "ja", options)
    assert json.loads(json.dumps(payload)) == payload
    assert {"template", "facts"} <= payload.keys()
    finished = await finish(renderer, payload)
    assert finished["subject"] == "危険 FS01 D:"
    assert finished["text"] == (
        "2026年11月24日(火) 07:40:12 +09:00 使用率 95.2% (95%) 注意 レベルが変わったため "
        "空き 96 GB、全体 2.0 TB|情シス|ディスク容量|◆|D: 共有 使用率|disks ディスク kanri01|critical|disk-d|"
        "ファイルサーバー"
    )
    assert not {"template", "facts", "template_failed"} & finished.keys()


async def test_a_template_may_stand_round_the_built_in_text(renderer):
    payload = drafted("alarm", "en", Options(text="Call 555-0100.\n\n{{ text }}"))
    finished = await finish(renderer, payload)
    assert finished["text"] == f"Call 555-0100.\n\n{payload['text']}"
    assert finished["subject"] == payload["subject"]


@pytest.mark.parametrize(
    ("language", "note"),
    [
        (
            "en",
            "\nThis message uses the built-in text because the template failed: it takes too long.\n",
        ),
        (
            "ja",
            "\n設定された文面を使えないため、標準の文面で送信しています (処理が長すぎます)。\n",
        ),
    ],
)
async def test_a_template_that_fails_leaves_the_built_in_mail_and_says_why(language, note):
    payload = drafted("alarm", language, Options(subject="{{ x }}", text="{{ x }}"))
    finished = await finish(Broken(), payload)
    assert finished["subject"] == payload["subject"]
    assert finished["text"] == payload["text"] + note
    assert finished["template_failed"] == {"en": "it takes too long", "ja": "処理が長すぎます"}
    assert "template" not in finished and "facts" not in finished


async def test_a_text_of_one_s_own_stands_alone_unless_its_html_is_given_too(renderer):
    assert "html" not in drafted("alarm", "en", Options(text="{{ title }}"))
    assert "html" in drafted("alarm", "en", Options(subject="{{ title }}"))
    assert "html" not in drafted("alarm", "en", Options(html=False))
    both = Options(text="{{ title }}", html_template="<p>{{ title }}</p>")
    finished = await finish(renderer, drafted("hostile", "en", both))
    assert finished["html"].startswith("<p>T\r\nBcc: &lt;b onmouseover=&#34;x()&#34;&gt;all")
    assert finished["text"].startswith('T\r\nBcc: <b onmouseover="x()">all')


async def test_a_template_that_fails_says_so_in_the_html_too():
    payload = drafted("alarm", "en", Options(html_template="{{ x }}"))
    finished = await finish(Broken(), payload)
    assert "the template failed: it takes too long." in finished["html"]
    assert payload["subject"] in finished["html"]


def test_a_template_for_html_that_is_not_wanted_is_refused():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Options, {"html": False, "html_template": "<p>"})
    assert "html_template would never be used" in str(caught.value)


async def test_a_mail_without_a_template_is_finished_as_it_is():
    payload = drafted("alarm", "en", Options())
    assert await finish(Broken(), payload) is payload


async def test_a_good_template_is_tried_on_every_sort_of_alarm_and_passes(renderer):
    text = "{% for i in items %}{{ i.item }} {{ i.value }} {{ i.limit }}{% endfor %}"
    assert await try_out(renderer, Options(subject="{{ level_word }}", text=text)) == ()
    assert await try_out(renderer, Options()) == ()
    assert await try_out(renderer, None) == ()


WRONG = [
    pytest.param({"text": "{{ nothing }}"}, "unknown name: nothing", 2, id="unknown name"),
    pytest.param({"text": "{% if %}"}, "line 1 is not valid", 2, id="syntax"),
    pytest.param({"html_template": "{{ nothing }}"}, "unknown name: nothing", 2, id="html"),
    pytest.param({"subject": "{{ text }}"}, "must be one line", 2, id="subject of many lines"),
    pytest.param(
        {"text": "{{ '%.1f'|format(items[0].value) }}"},
        "TypeError",
        2,
        id="no value in a fault",
    ),
    pytest.param(
        {"text": "{% if level_word == '失敗' %}{{ x }}{% endif %}"},
        "whose language is Japanese: unknown name",
        1,
        id="in one language alone",
    ),
]


@pytest.mark.parametrize(("given", "said", "count"), WRONG)
async def test_what_is_wrong_with_a_template_is_said_before_it_is_saved(
    renderer, given, said, count
):
    found = await try_out(renderer, Options(**given))
    assert len(found) == count
    assert all(said in words.en and words.ja for words in found)


def test_a_template_of_more_than_64_kib_is_refused():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Options, {"text": "x" * 70_000})
    assert "at most 64 KiB" in str(caught.value)


def test_names_that_hold_line_ends_cannot_break_a_draft():
    hostile = topic(
        "en", instance=Instance(name="a\r\nBcc: x", title="b\nc"), title="t\n{{ x }}"
    )
    payload = draft(None, SAM, hostile, (alarm(used(95), contact=SAM),))
    assert payload["subject"].startswith("[CRITICAL] ")


def test_why_somebody_gets_it_names_the_rule_by_its_title_and_its_file_by_its_name():
    its = rule(name="night", title="Night duty")
    payload = draft(None, SAM, topic("en", its), (alarm(used(96.5), contact=SAM),))
    assert "rule “Night duty” notifies contact “Operations”" in payload["text"]
    assert "under Settings › Rules, or in rules/night.toml" in payload["text"]


def test_a_mail_by_a_rule_that_has_no_file_names_the_file_that_changes_it():
    its = OwnRule(id="ops", action="mail", contacts=(SAM,), routes=("smtp1",))
    payload = draft(None, SAM, topic("en", its), (alarm(used(96.5), contact=SAM),))
    assert "under Settings, or in instances/noroshi.toml" in payload["text"]
    assert "rules/" not in payload["text"]


def subject_of(words, language="en"):
    cause = Cause(Reading("down", 6, note=words), Limits(warning=5))
    one = alarm(cause, OK, WARNING, item="", contact=READERS[language])
    return draft(None, READERS[language], topic(language), (one,))["subject"]


def test_a_subject_ends_with_a_whole_sentence_where_there_are_more_than_it_has_room_for():
    more = (
        "Your administrator makes a new one, which you put in, and all that waits leaves then."
    )
    words = bilingual(
        en=f"The client secret has ended (AADSTS7000222). {more}",
        ja="クライアント シークレットの期限が切れました (AADSTS7000222)。"
        + "新しく作ります" * 20,
    )
    assert subject_of(words).endswith(": The client secret has ended (AADSTS7000222)")
    assert subject_of(words, "ja").endswith("期限が切れました (AADSTS7000222)")


def test_a_subject_without_room_for_a_sentence_ends_with_a_whole_word():
    assert subject_of(plain("word " * 30)).endswith(" word word…")


# What Noroshi finds of itself


def own_mail(kind, name, title, reading, after=CRITICAL, language="en", limits=None):
    own = {"instance": Instance(name="noroshi", title="Noroshi"), "kind": kind, "name": name}
    before = OK if after is not OK else CRITICAL
    one = alarm(Cause(reading, limits), before, after, contact=READERS[language])
    about = topic(language, group_title="Mail", title=title, **own)
    return draft(None, READERS[language], about, (one,))


WHY = bilingual(
    en="mx.example:25 refuses connections. A firewall may be in between.",
    ja="mx.example:25 が接続を拒否しました。途中のファイアウォールかもしれません。",
)
DOWN = ("noroshi-route", "route-smtp1", "smtp1", Reading("blocked", 1, note=WHY))
SIGN_IN = (
    "noroshi-account",
    "account-m365",
    "アカウント m365",
    Reading("sign_in", 1, note=WHY),
)


@pytest.mark.parametrize(
    ("found", "en", "ja"),
    [
        (
            DOWN,
            "delivery route smtp1: messages cannot be sent",
            "送信経路 smtp1: メールを送信できません",
        ),
        (SIGN_IN, "account m365: cannot sign in", "アカウント m365: サインインできません"),
    ],
)
def test_the_subject_says_what_is_wrong_with_which_and_the_mail_says_why(found, en, ja):
    english, japanese = own_mail(*found), own_mail(*found, language="ja")
    assert english["subject"] == f"[CRITICAL] Noroshi {en}"
    assert japanese["subject"] == f"[危険] Noroshi {ja}"
    assert WHY.en in english["text"] and WHY.ja in japanese["text"]


def test_the_node_s_own_instance_is_named_once():
    text = own_mail(*DOWN)["text"]
    assert text.startswith("◆ CRITICAL  Noroshi > Delivery route smtp1\n")


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("noroshi-route", "blocked", "messages can be sent again"),
        ("noroshi-route", "retiring", "no longer signs in with a password"),
        ("noroshi-account", "sign_in", "can sign in again"),
        ("noroshi-queue", "lost", "0 alarms lost"),
        ("noroshi-node", "store", "the store works again"),
    ],
)
def test_what_the_node_found_of_itself_is_over_in_words_and_not_as_a_zero(kind, name, said):
    mail = own_mail(kind, "x", "x", Reading(name, 0), OK)
    assert mail["subject"].endswith(f": {said}")
    assert f"\n\n{said}\n\n" in mail["text"]


def test_a_time_span_in_a_japanese_sentence_stands_without_a_blank():
    waited = Reading("oldest", 72, "min", note=plain("9"))
    mail = own_mail(
        "noroshi-queue",
        "queue",
        "Mail queue",
        waited,
        language="ja",
        limits=Limits(warning=15, critical=60),
    )
    assert "72分です。" in mail["text"] and "危険 60分以上" in mail["text"]
    assert "72分 " not in mail["text"] and "60分 " not in mail["text"]


def test_a_latin_name_in_a_japanese_sentence_stands_before_a_blank():
    cause = replace(used(7), reading=Reading("load", 7, "min"))
    mail = draft(None, AKI, topic(title="x"), (alarm(cause),))
    assert "load は7分です。" in mail["text"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (13.05, "secret or certificate expires in 14 days"),
        (1.2, "secret or certificate expires in 2 days"),
        (0.4, "secret or certificate expires in less than a day"),
        (-0.1, "secret or certificate has expired"),
    ],
)
def test_the_subject_counts_the_days_of_a_credential_as_its_monitor_does(days, said):
    mail = own_mail(
        "noroshi-account", "account-m365", "x", Reading("left_14", days, note=plain("long"))
    )
    assert mail["subject"] == f"[CRITICAL] Noroshi account m365: {said}"


# What nobody recorded


def test_a_mail_of_what_the_store_does_not_have_names_no_queue_and_no_ledger():
    one = alarm(used(95), contact=SAM)
    about = replace(topic("en"), is_recorded=False)
    text = draft(None, SAM, about, (one,))["text"]
    assert "You are receiving this message because rule “ops”" in text
    assert "queue show" not in text and "ledger" not in text and "Queued" not in text
    assert one.id not in text


def test_a_mail_without_a_foot_ends_without_a_line():
    about = replace(topic("en", rules=()), is_recorded=False)
    text = draft(None, SAM, about, (alarm(used(95), contact=SAM),))["text"]
    assert "--" not in text


# Several at once


def test_the_next_notice_of_several_is_that_of_any_of_them():
    alarms = tuple(alarm(used(95), item=item, contact=SAM) for item in ("D:", "E:"))
    text = draft(None, SAM, topic("en"), alarms)["text"]
    assert (
        "  Next message   when the level of an item changes, when a problem ends, or in 4 h"
    ) in text
    assert "if a problem persists\n" in text
