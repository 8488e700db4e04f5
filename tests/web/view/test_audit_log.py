"""The audit log field by field: what came, what went, what became another, in both languages."""

from datetime import UTC, datetime

import pytest

from noroshi.service.operation_list import OFFERED
from noroshi.web.view.audit_log import Line, lines
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.setting_names import ARGUMENT_NAMES, SETTING_NAMES
from tests.sweeps import sweep

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def told(before, after, language="en"):
    return [
        (one.sign, one.name, one.old_value, one.new_value)
        for one in lines(before, after, LOCALIZERS[language], NOW)
    ]


def defined(line, language="en"):
    (one,) = told({"version": 1}, {"version": 1, "changed": [line]}, language)
    return one


@sweep(
    ("before", "after", "expected"),
    [
        ({"role": "viewer"}, {"role": "operator"}, ("~", "Role", "viewer", "operator")),
        ({"state": "held"}, {"state": "set aside"}, ("~", "State", "held", "undeliverable")),
        (None, {"kept": True}, ("", "In the vault", "", "stored")),
        ({"role": "viewer", "by": "sato"}, None, ("-", "Role", "viewer", "")),
        ({"a": 1}, {"a": 1, "b": 2}, ("+", "b", "", "2")),
        ({"a": {"to": ["x"]}}, {"a": {"to": ["x", "y"]}}, ("~", "a › To", "x", "x, y")),
        (None, {"until": "2026-11-25T12:30:00Z"}, ("", "Until", "", "12:30")),
        (None, "done", ("", "Result", "", "done")),
        (None, {"sort": "acknowledged"}, ("", "Operation", "", "Acknowledged")),
        (None, {"secrets": ["smtp"]}, ("", "Secrets sent to this agent", "", "smtp")),
        (None, {"words": "on my way"}, ("", "Comment", "", "on my way")),
        (None, {"host": "10.0.0.1"}, ("", "Name or IP address", "", "10.0.0.1")),
        (None, {"expires_at": "2026-11-25T12:30:00Z"}, ("", "Expires", "", "12:30")),
        (None, {"name": ""}, ("", "Name", "", "none")),
    ],
)
def test_each_field_is_told_by_itself(before, after, expected):
    assert told(before, after)[0] == expected


@sweep(
    ("operation", "before", "after", "expected"),
    [
        (
            "alarm_acknowledge",
            {"": None},
            {"": "aki"},
            ("~", "Acknowledged by", "nobody", "aki"),
        ),
        (
            "alarm_unacknowledge",
            {"/var": "aki"},
            {"/var": None},
            ("~", "Acknowledged by (/var)", "aki", "nobody"),
        ),
        ("alarms_remark", None, {"web/http": "mine"}, ("", "web/http", "", "mine")),
    ],
)
def test_who_took_care_of_an_alarm_is_told_as_such(operation, before, after, expected):
    (line,) = lines(before, after, LOCALIZERS["en"], NOW, operation)
    assert (line.sign, line.name, line.old_value, line.new_value) == expected


def test_what_stayed_as_it_was_is_not_told():
    assert told({"role": "viewer"}, {"role": "viewer"}) == told(None, None) == []


@sweep(
    ("line", "expected"),
    [
        (
            "~ instances/web1: base/disks limits.used.warning 80 → 90",
            ("~", "監視インスタンス「web1」 › base/disks › used 注意", "80", "90"),
        ),
        (
            "~ instances/web1: enabled true → false",
            ("~", "監視インスタンス「web1」 › 監視する", "はい", "いいえ"),
        ),
        (
            '~ rules/ops: contacts ["a", "b"] → ["a"]',
            ("~", "実行条件「ops」 › 通知先", '["a", "b"]', '["a"]'),
        ),
        (
            '~ routes/m365: title nothing → "a → b"',
            ("~", "送信経路「m365」 › 表示名", "なし", '"a → b"'),
        ),
        (
            '~ routes/m365: title "a → b" → "c → d"',
            ("~", "送信経路「m365」 › 表示名", '"a → b"', '"c → d"'),
        ),
        (
            '~ routes/m365: title "a \\" → b" → nothing',
            ("~", "送信経路「m365」 › 表示名", '"a \\" → b"', "なし"),
        ),
        ("~ routes/smtp1 → routes/mx1", ("~", "送信経路 › 名前", "smtp1", "mx1")),
        (
            '~ instances/web1: base/disks group "base" → "more"',
            ("~", "監視インスタンス「web1」 › base/disks › グループ", '"base"', '"more"'),
        ),
        ("+ contacts/boss", ("+", "通知先「boss」", "", "")),
        (
            "- instances/web1: base/disks",
            ("-", "監視インスタンス「web1」 › base/disks", "", ""),
        ),
        ("something else", ("", "変更", "", "something else")),
    ],
)
def test_a_change_of_the_definitions_names_the_setting_as_its_form_does(line, expected):
    assert defined(line, "ja") == expected


def test_a_state_a_level_and_a_role_have_words():
    before, after = {"state": "waiting", "level": "ok"}, {"state": "held", "level": "critical"}
    assert told(before, after, "ja") == [
        ("~", "状態", "待機", "送信停止中"),
        ("~", "レベル", "正常", "危険"),
    ]
    assert told(None, {"state": "well"}, "ja")[0][3] == "使用可能"
    assert told(None, {"role": "operator"}, "ja")[0][3] == "運用担当"


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_somebody_typed_like_a_moment_that_no_calendar_has_is_told_as_it_is(text):
    assert told(None, {"comment": text})[0][3] == text


def test_what_was_said_of_several_alarms_has_words_in_every_language():
    given = {"sort": "taken back", "words": "mine", "options": {}}
    names = {
        language: [row[1] for row in told(None, given, language)] for language in LOCALIZERS
    }
    assert not {"sort", "words", "options"} & {*names["en"], *names["ja"]}
    assert not set(names["en"]) & set(names["ja"])
    assert told(None, given, "ja")[0][3] == "確認の取り消し"


def test_a_long_value_is_folded():
    assert Line("~", "text", "a", "b" * 200).long and not Line("~", "text", "a", "b").long


def test_a_very_long_value_is_cut_and_says_so():
    ((_, _, before, after),) = told({"text": "a" * 5000}, {"text": "b" * 600})
    assert before == "a" * 600 + "…" and after == "b" * 600
    ((_, _, _, after),) = told({}, {"changed": [f'~ routes/a: title nothing → "{"c" * 9000}"']})
    assert len(after) == 601


def arguments():
    for one in OFFERED.values():
        if one.changes:
            yield from (one.arguments.keys() - one.declaration.secret)


@sweep("name", sorted(set(arguments())))
def test_whatever_an_operation_was_given_has_a_name_in_every_language(name):
    assert name in {**ARGUMENT_NAMES, **SETTING_NAMES}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"days": 90}, "有効日数"),
        ({"path": "/srv/a.backup"}, "ファイル"),
        ({"wanted": ["system/disk"]}, "監視対象"),
        ({"user": "aki"}, "ユーザー"),
    ],
)
def test_what_forms_call_otherwise_is_named_as_it_is_meant_here(given, expected):
    assert told(None, given, "ja")[0][1] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {
                "sign": "~",
                "key": "instances/web1",
                "table": "base/disks",
                "setting": "limits.used.warning",
                "before": "80",
                "after": "90",
            },
            ("~", "監視インスタンス「web1」 › base/disks › used 注意", "80", "90"),
        ),
        (
            {"sign": "~", "key": "routes/m365", "setting": "title", "after": '"a → b"'},
            ("~", "送信経路「m365」 › 表示名", "なし", '"a → b"'),
        ),
        (
            {"sign": "~", "key": "routes/mx1", "renamed": "routes/smtp1"},
            ("~", "送信経路 › 名前", "smtp1", "mx1"),
        ),
        ({"sign": "+", "key": "routes/mx1"}, ("+", "送信経路「mx1」", "", "")),
    ],
)
def test_a_change_that_is_kept_by_its_values_reads_as_one_that_was_kept_as_a_line(
    change, expected
):
    assert defined(change, "ja") == expected
