"""Forms drawn from the schema of options and of definitions, and read back."""

import re

import pytest

from noroshi import schema
from noroshi.checks import BUILT_IN
from noroshi.core.definitions.monitors import BOTH
from noroshi.core.definitions.schema import (
    ContactDef,
    GroupDef,
    InstanceDef,
    LimitsDef,
    MonitorDef,
    NotificationDef,
    RuleDef,
)
from noroshi.core.definitions.schema_mail import AccountDef, RouteDef
from noroshi.core.translation import Medium
from noroshi.ports import options
from noroshi.transports import BUILT_IN as TRANSPORTS
from noroshi.web.forms.fields import Drawing, fields_of, merged, problems_elsewhere, read
from noroshi.web.view.templates import templates
from tests.sweeps import sweep


@options
class OfPlugin:
    port: int = 1

    def __post_init__(self):
        if not self.port:
            raise ValueError("port must be {above} 0 / 0 より大きい port が要ります")


@options
class Stage:
    word: str
    """Trigger / きっかけ

    What it begins with. / 始まりです。"""


@options
class Labelled:
    span: int = 1
    """Look-back
    period / さかのぼる期間

    How far back it looks. / どこまで見るかです。"""
    stages: tuple[Stage, ...] = ()
    """How it goes on. / その続きです。"""
    count: int = 1
    """Rounds / 回数

    How often. / 何回かです。"""


KNOWN = {
    "rules": ["ops", "boss"],
    "contacts": ["ops", "boss"],
    "routes": ["m365", "smtp2", "pickup"],
    "instances": ["web1"],
}
MONITOR = {
    "name": "disks",
    "kind": "disk",
    "title": "ディスク",
    "at": "07:30",
    "days": ["tue"],
    "may_vanish": False,
    "rules": ["boss"],
    "timeout": "20s",
}
RULE = {
    "action": "mail",
    "contacts": ["boss"],
    "routes": ["smtp2", "m365"],
    "on": ["critical"],
    "nth": 3,
}
GIVEN = [
    pytest.param(MonitorDef, MONITOR, id="monitor"),
    pytest.param(MonitorDef, {"name": "x", "kind": "port", "rules": []}, id="no rules"),
    pytest.param(MonitorDef, {"name": "x", "kind": "port"}, id="short"),
    pytest.param(InstanceDef, {"zone": "Asia/Tokyo", "every": "5m"}, id="instance"),
    pytest.param(RuleDef, RULE, id="rule"),
    pytest.param(NotificationDef, RULE | {"events": ["started"], "at": ["08:00"]}, id="notice"),
    pytest.param(LimitsDef, {"warning": 80, "rising": False, "margin": 0.5}, id="limits"),
    pytest.param(ContactDef, {"addresses": ["a@b.c", "d@e.f"], "one_by_one": 3}, id="contact"),
    pytest.param(RouteDef, {"kind": "smtp", "connections": 2}, id="route"),
    pytest.param(
        AccountDef, {"cloud": "google", "mailbox": "x", "connections": 0}, id="account"
    ),
]


def drawn(**more):
    return Drawing(say=lambda words: words.ja, names_by_setting=KNOWN, **more)


def posted(fields):
    """What a browser sends of a form that nobody touched."""
    form = {}
    for one in fields:
        if one.sort == "choices":
            form[one.name] = one.value
            form |= {c.name: "yes" for c in one.choices if c.is_chosen}
        elif one.sort == "order":
            form |= dict(one.places)
        elif one.sort == "rows":
            for name, which, text in one.rows:
                form |= {f"{name}.which": which, f"{name}.text": text}
        elif one.sort == "table":
            cells = [cell for entry in one.entries for cell in entry]
            form |= {cell.name: cell.value for cell in cells if not cell.boxes}
            form |= {c.name: "yes" for cell in cells for c in cell.boxes if c.is_chosen}
        else:
            form[one.name] = one.value.replace("\n", "\r\n")
    return form


@options
class Window:
    title: str = ""
    """What. / 何です。"""
    begins: str
    """From. / いつからです。"""
    days: tuple[str, ...] = ()
    """On. / 曜日です。"""


@sweep(("wanted", "content"), GIVEN)
def test_what_nobody_touched_stays_as_it_was_byte_for_byte(wanted, content):
    form = schema.form(wanted)
    sent = posted(fields_of(form, content, drawing=drawn()))
    assert read(form, sent, content, names_by_setting=KNOWN) == content


@sweep("check", BUILT_IN, ids=lambda check: check.kind)
def test_the_options_of_every_kind_are_drawn_with_help_in_both_languages(check):
    form = schema.form(check.options)
    fields = fields_of(
        form, {}, drawing=drawn(kind=check.kind), prefix="options.", leave_out=()
    )
    assert [one.code for one in fields] == list(form["properties"])
    assert all(one.help and one.label != one.code for one in fields)
    page = templates("en").from_string(
        '{% from "form_parts.html" import fields %}{{ fields(all) }}'
    )
    html = page.render(all=fields)
    assert all(f'name="{one.name}' in html and one.label in html for one in fields)
    assert read(form, posted(fields), {}, prefix="options.", leave_out=()) == {}


@sweep(
    ("wanted", "typed", "found"),
    [
        (MonitorDef, {"every": " 5m "}, {"every": "5m"}),
        (MonitorDef, {"patience": "3"}, {"patience": 3}),
        (MonitorDef, {"patience": "three"}, {"patience": "three"}),
        (MonitorDef, {"patience": ""}, {}),
        (MonitorDef, {"may_vanish": "yes"}, {"may_vanish": True}),
        (MonitorDef, {"at": "07:30\r\n\r\n 12:00"}, {"at": ["07:30", "12:00"]}),
        (MonitorDef, {"rules": "own", "rules.ops": "yes"}, {"rules": ["ops"]}),
        (MonitorDef, {"rules": "own"}, {"rules": []}),
        (MonitorDef, {"rules": "", "rules.ops": "yes"}, {}),
        (
            RuleDef,
            {"routes.1": "", "routes.2": "m365", "routes.10": "x"},
            {"routes": ["m365", "x"]},
        ),
        (RuleDef, {"on": "own", "on.critical": "yes"}, {"on": ["critical"]}),
        (RuleDef, {"when": "each"}, {"when": "each"}),
        (RuleDef, {"when": "change"}, {}),
        (
            LimitsDef,
            {"warning": "80.5", "critical": "1e400"},
            {"warning": 80.5, "critical": "1e400"},
        ),
        (LimitsDef, {"rising": "no"}, {"rising": False}),
        (LimitsDef, {"rising": ""}, {}),
    ],
)
def test_what_was_typed_becomes_a_content(wanted, typed, found):
    assert read(schema.form(wanted), typed, {}, names_by_setting=KNOWN) == found


def test_what_has_a_shape_of_its_own_is_written_as_in_toml():
    (logfile,) = (one for one in BUILT_IN if one.kind == "logfile")
    (script,) = (one for one in BUILT_IN if one.kind == "script")
    rows = (("word", "error"), ("toml", '{ any = [{ word = "a" }] }'), ("toml", "no toml"))
    typed = {"terms.9.text": " ", "terms.9.which": "word"}
    for n, (which, text) in enumerate(rows, 10):
        typed |= {f"terms.{n}.which": which, f"terms.{n}.text": text}
    form = schema.form(logfile.options)
    found = read(form, typed, {}, leave_out=())
    assert found["terms"] == [{"word": "error"}, {"any": [{"word": "a"}]}, "no toml"]
    found["terms"].pop()
    sent = posted(fields_of(form, found, drawing=drawn(), leave_out=()))
    assert read(form, sent, found, leave_out=()) == found
    typed = {"env": "A=1\r\nB = x=y", "argv": "/bin/x\r\n-a b"}
    found = read(schema.form(script.options), typed, {}, leave_out=())
    assert found == {"env": {"A": "1", "B": "x=y"}, "argv": ["/bin/x", "-a b"]}
    form = schema.form(script.options)
    sent = posted(fields_of(form, found, drawing=drawn(), leave_out=()))
    assert read(form, sent, found, leave_out=()) == found


def test_what_is_emptied_is_left_out_and_what_is_not_asked_for_stays():
    before = {"name": "disks", "kind": "disk", "every": "5m", "options": {"include": ["/"]}}
    found = read(schema.form(MonitorDef), {"every": "", "id": "x", "options": "y"}, before)
    assert found == {"name": "disks", "kind": "disk", "options": {"include": ["/"]}}


def test_a_problem_stands_at_its_field_and_every_other_above_the_form():
    problems = (("every", "bad"), ("at.2", "worse"), ("evening", "stray"), ("", "all of it"))
    fields = fields_of(schema.form(MonitorDef), {}, problems, drawing=drawn())
    told = {one.name: one.problems for one in fields if one.problems}
    assert told == {"every": ("bad",), "at": ("worse",)}
    stray = problems_elsewhere(problems, [one.name for one in fields], "en")
    assert stray == ["evening: stray", "all of it"]


@sweep(
    ("kind", "options", "setting"),
    [
        ("heartbeat", {"job": "???", "every": "1d"}, "job"),
        ("heartbeat", {"job": "nightly"}, "every"),
        ("heartbeat", {"job": "nightly", "every": "1d", "days": ["sun"]}, "days"),
        ("process", {}, "name"),
        ("port", {"port": 0}, "port"),
        ("reach", {"count": 99}, "count"),
        ("reach", {"by": "tcp", "ports": []}, "by"),
        ("logfile", {"path": "/a", "terms": [{"word": "a"}, {"word": "b"}]}, "match"),
        ("script", {"argv": []}, "argv"),
        ("pickup", {"folder": "here", "sender": "a@b.example"}, "folder"),
        ("webhook", {}, "url"),
        ("webhook", {"url": "https://a.example/", "header": "X"}, "header"),
    ],
)
@sweep("language", ["en", "ja"])
def test_what_an_option_says_of_itself_stands_at_its_field(kind, options, setting, language):
    plugins = {one.kind: one for one in (*BUILT_IN, *TRANSPORTS)}
    with pytest.raises(schema.Invalid) as wrong:
        schema.read(plugins[kind].options, options, "options")
    problems = [
        (one.where, one.what.say(language, Medium.PAGE)) for one in wrong.value.problems
    ]
    form = schema.form(plugins[kind].options)
    fields = fields_of(form, options, problems, drawing=drawn(), prefix="options.")
    assert [one.code for one in fields if one.problems] == [setting]
    assert problems_elsewhere(problems, [one.name for one in fields], language) == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_does_not_fit_together_stands_at_the_first_of_it(language):
    problems = (("", BOTH.say(language, Medium.PAGE)),)
    fields = fields_of(schema.form(MonitorDef), {}, problems, drawing=drawn())
    assert [one.code for one in fields if one.problems] == ["every"]


def test_a_sentence_of_the_whole_that_has_a_word_like_a_setting_in_it_stays_above_the_form():
    for text in ("the document has a fault at the end of every list", "every one is bad"):
        fields = fields_of(schema.form(MonitorDef), {}, (("", text),), drawing=drawn())
        assert [one for one in fields if one.problems] == []


def test_a_plug_in_s_sentence_stands_at_the_setting_that_it_begins_with():
    with pytest.raises(schema.Invalid) as wrong:
        schema.read(OfPlugin, {"port": 0}, "options")
    (problem,) = wrong.value.problems
    assert problem.what.both() == {
        "en": "port must be {above} 0",
        "ja": "0 より大きい port が要ります",
    }
    for language in ("en", "ja"):
        problems = ((problem.where, problem.what.say(language, Medium.PAGE)),)
        fields = fields_of(
            schema.form(OfPlugin), {}, problems, drawing=drawn(), prefix="options."
        )
        assert [one.code for one in fields if one.problems] == ["port"]


@sweep(
    ("language", "labels", "column"),
    [
        ("en", ["Look-back period", "stages", "Rounds"], "Trigger"),
        ("ja", ["さかのぼる期間", "stages", "回数"], "きっかけ"),
    ],
)
def test_an_option_declares_its_label_before_a_blank_line(language, labels, column):
    """Before that of all settings of its name, as `count`; without one it is called as in a file."""
    look = Drawing(say=lambda words: words.say(language), kind="plug-in")
    fields = fields_of(schema.form(Labelled), {}, drawing=look)
    assert [one.label for one in fields] == labels
    assert fields[0].help in ("How far back it looks.", "どこまで見るかです。")
    assert [label for label, _ in fields[1].columns] == [column]
    assert [cell.label for cell in fields[1].entries[0]] == [column]
    problems = (("stages.1.word", "is missing"),)
    located = fields_of(schema.form(Labelled), {}, problems, drawing=look)[1].problems
    assert located == (f"1 › {column}: is missing",)


def test_of_two_editors_the_second_keeps_what_they_typed_and_gets_the_rest_of_the_first():
    form = schema.form(MonitorDef)
    before, now = {"every": "5m", "timeout": "20s"}, {"every": "1m", "timeout": "9s"}
    sent = posted(fields_of(form, before, drawing=drawn())) | {"every": "10m", "patience": "2"}
    both = merged(form, sent, before, now, names_by_setting=KNOWN)
    assert read(form, both, now, names_by_setting=KNOWN) == {
        "every": "10m",
        "timeout": "9s",
        "patience": 2,
    }
    fields = fields_of(form, before, drawing=drawn(typed_form=both, now=now))
    assert {one.name: one.now for one in fields if one.now} == {"every": "1m", "timeout": "9s"}


def test_what_was_typed_is_shown_again_as_it_was_typed():
    typed = {"patience": "<b>", "rules": "own", "rules.boss": "yes", "every": "5 minutes"}
    fields = {
        one.name: one
        for one in fields_of(schema.form(MonitorDef), {}, drawing=drawn(typed_form=typed))
    }
    assert (fields["patience"].value, fields["every"].value) == ("<b>", "5 minutes")
    assert [c.value for c in fields["rules"].choices if c.is_chosen] == ["boss"]


def test_names_that_people_gave_are_never_translated():
    known = {"rules": ["all", "critical"]}
    drawn = Drawing(say=lambda words: words.ja, names_by_setting=known)
    fields = {one.name: one for one in fields_of(schema.form(MonitorDef), {}, drawing=drawn)}
    assert [one.label for one in fields["rules"].choices] == ["all", "critical"]
    assert fields["days"].choices[0].label == "月"


def test_a_cloud_that_noroshi_knows_has_its_name():
    known = {"cloud": ["microsoft365-gcc-high", "lab"]}
    drawn = Drawing(say=lambda words: words.ja, names_by_setting=known)
    fields = {one.name: one for one in fields_of(schema.form(AccountDef), {}, drawing=drawn)}
    assert [one.label for one in fields["cloud"].choices] == [
        "Microsoft 365 GCC High (米国政府)",
        "lab",
    ]
    assert [one.label for one in fields["sign_in"].choices] == [
        "ユーザーがサインイン",
        "アプリのみ",
    ]


@options
class Windows:
    windows: tuple[Window, ...] = ()
    """When. / いつです。"""


def test_entries_of_texts_are_a_table_with_an_empty_row():
    form = schema.form(Windows)
    before = {"windows": [{"begins": "22:00", "days": ["sat", "sun"]}]}
    (field,) = fields_of(form, before, (("windows.1.begins", "bad"),), drawing=drawn())
    assert [one[0].name for one in field.entries] == ["windows.1.title", "windows.2.title"]
    assert field.problems == ("1 › 開始: bad",)
    sent = posted([field])
    assert read(form, sent, before) == before
    chosen = {f"windows.2.days.{day}": "yes" for day in ("wed", "mon")}
    sent |= {"windows.2.begins": " 7:00 ", **chosen}
    both = read(form, sent, before)["windows"]
    assert both[1] == {"begins": "7:00", "days": ["mon", "wed"]}
    assert read(form, {"windows.1.begins": "", "windows.1.title": " "}, before) == {}


def test_days_of_a_table_s_entries_are_boxes_and_what_is_no_day_is_kept_to_be_told():
    form = schema.form(Windows)
    before = {"windows": [{"begins": "22:00", "days": ["sun", "someday"]}]}
    (field,) = fields_of(form, before, drawing=drawn())
    days = field.entries[0][2]
    assert [one.label for one in days.boxes] == [*"月火水木金土日", "someday"]
    assert [one.value for one in days.boxes if one.is_chosen] == ["sun", "someday"]
    assert not any(one.is_chosen for one in field.entries[1][2].boxes)
    sent = posted([field])
    assert read(form, sent, before) == before
    del sent["windows.1.days.someday"]
    assert read(form, sent, before)["windows"][0]["days"] == ["sun"]
    page = templates("en").from_string(
        '{% from "form_parts.html" import fields %}{{ fields(all) }}'
    )
    text = page.render(all=[field])
    assert text.count('name="windows.1.days.') == 8 and 'name="windows.1.days"' not in text


DEFINED = (InstanceDef, GroupDef, MonitorDef, ContactDef, RuleDef, NotificationDef, RouteDef)
OPTIONS = [one.options for one in (*BUILT_IN, *TRANSPORTS)]
AS_IN_FILES = re.compile(r'\b(?:true|false)\b|\[\]|""|"\d|`[a-z]+`|networks/')
SYNTAX = ("job", "terms", "id", "options")
"""What is typed as it is written (a command's argument, a group of terms), or has no field."""


@sweep("language", ["en", "ja"])
@sweep("wanted", [*DEFINED, *OPTIONS], ids=str)
def test_the_help_of_a_field_speaks_of_what_the_form_shows(wanted, language):
    form, names = schema.form(wanted), {"source": ("ssh", "winrm", "network")}
    look = Drawing(say=lambda words: words.say(language), names_by_setting=names)
    for one in fields_of(form, {}, drawing=look, leave_out=SYNTAX):
        assert not AS_IN_FILES.search(one.help), one.name


@sweep("wanted", [*DEFINED, *OPTIONS], ids=str)
def test_the_help_of_a_field_names_no_choice_that_is_shown_by_another_word(wanted):
    form, look = schema.form(wanted), Drawing(say=lambda words: words.ja)
    for one in fields_of(form, {}, drawing=look, leave_out=SYNTAX):
        shown = re.sub(r"\((?:auto|all|any)\b", "(", one.help)
        for choice in one.choices:
            named = re.search(rf"(?<![a-z-]){choice.value}(?![a-z-])", shown)
            assert choice.label == choice.value or not named, one.name


@pytest.mark.parametrize("text", ["{{ {}a = 1 }}", "1\n{}a = 1"])
def test_a_text_that_would_take_long_to_read_as_toml_stays_a_text(text):
    """The forms are read on the loop that the watch shares."""
    long = text.format("a." * 100_000)
    typed = {"terms.1.which": "toml", "terms.1.text": long}
    (logfile,) = (one for one in BUILT_IN if one.kind == "logfile")
    assert read(schema.form(logfile.options), typed, {})["terms"] == [long]
