"""The pages' texts: every one in both languages, none missing where a table of them is asked."""

import hashlib
import json
import re
from pathlib import Path

import noroshi.web
from noroshi.core.notices.event_names import EVENT_NAMES
from noroshi.core.notices.notice import Happening
from noroshi.core.state_names import ROUTE_STATE_NAMES, STATE_NAMES
from noroshi.core.translation import Message
from noroshi.definitions.document_content import TYPES
from noroshi.hosts.footprint import SORTS
from noroshi.service.sign_in.authorization import SIGNED_IN
from noroshi.web import health
from noroshi.web.forms.fields import EACH
from noroshi.web.http.static_files import NAMES, load_files
from noroshi.web.pages import node, queue, route_edit, rules
from noroshi.web.view import mail, route
from noroshi.web.view.language import LANGUAGE_NAMES
from noroshi.web.view.page_context import LANGUAGES
from noroshi.web.view.setting_names import TYPE_NAMES
from noroshi.web.view.templates import templates
from tests.sweeps import sweep
from tools.catalogue import template_calls, texts

HOUSE = Path(noroshi.web.__file__).parent
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
TEMPLATES = sorted((HOUSE / "templates").glob("*.html"))
SAME = {
    *(
        "{one} {other}",
        "{first} {second}",
        "–",
        "{type} “{name}”",
        "{one} › {other}",
        ", ",
        "—",
        " {sort} “{name}” ",
        "“{setting}” set to “{choice}”",
    ),
    *(
        "{what} › {setting}: {before} → {after}",
        "{what}: {became}",
        "{when} ({days})",
        "expires {day}",
    ),
    *(
        "{begins} to {ends}",
        "CPU",
        "English",
        "Google",
        "ID",
        "Microsoft 365",
        "Microsoft Graph",
    ),
    *("Noroshi", "SMTP", "SSH", "URL", "WinRM", "Webhook"),
}
"""Texts that are the same in both languages: patterns, and names of others."""


def shown(template, language="en", **values):
    return templates(language).from_string(template).render(**values)


def without_texts(template):
    given = [one for _name, found in template_calls(template) for one in found]
    for literal in reversed([literal for one in given for literal in one.literals]):
        template = template[: literal.begin] + template[literal.end :]
    return template


@sweep(
    ("table", "expected"),
    [
        (STATE_NAMES, mail.STATES),
        (ROUTE_STATE_NAMES, [*health.STATES, SIGNED_IN]),
        (TYPE_NAMES, TYPES),
        (EVENT_NAMES, Happening),
        (queue.DONE, queue.DEEDS),
        (node.PLACES, SORTS),
        (route.WAY_NAMES, route.WAYS),
        (route_edit.TITLES, route_edit.SORTS),
        (rules.LISTS, ["rules", "notifications"]),
        (LANGUAGE_NAMES, LANGUAGES),
    ],
)
def test_whatever_is_shown_by_a_table_of_texts_stands_in_it(table, expected):
    assert set(table) == set(expected)


def test_every_sort_of_field_of_several_lines_says_how_they_are_typed():
    text = (HOUSE / "templates/form_parts.html").read_text()
    assert re.findall(r'field\.item_sort == "(\w+)"', text) == list(EACH)


def test_every_text_of_the_manager_reads_otherwise_in_japanese():
    messages = [
        Message(one.id, context=one.context, several=one.several, by="n")
        for one in texts()
        if one.file.startswith("src/noroshi/web/")
    ]
    assert {one.id for one in messages if not JAPANESE.search(one.ja)} == SAME
    assert not any(JAPANESE.search(one.en) for one in messages if one.id != "日本語")


def test_a_template_says_its_texts_in_the_language_that_it_is_made_for():
    assert shown('{{ _("Log in") }}', "en") == "Log in"
    assert shown('{{ _("Log in") }}', "ja") == "ログイン"


def test_a_number_decides_between_the_forms_of_a_text():
    template = '{{ ngettext("{n} mail", "{n} mails", by="n", n=n) }}'
    assert [shown(template, n=n) for n in (0, 1, 2)] == ["0 mails", "1 mail", "2 mails"]


def test_a_text_with_a_context_is_found_by_it():
    assert shown('{{ pgettext("no such context", "Log in") }}', "ja") == "Log in"


def test_a_text_is_escaped_with_all_that_fills_it():
    template = '<p title="{{ _("{name} & more", name=name) }}">{{ pgettext("c", "<b>") }}</p>'
    assert shown(template, name='"<i>') == (
        '<p title="&#34;&lt;i&gt; &amp; more">&lt;b&gt;</p>'
    )


def test_a_macro_that_is_imported_without_context_says_texts_too():
    template = '{% from "showing.html" import breadcrumb %}{{ breadcrumb(title) }}'
    assert "設定" in shown(template, "ja", title="<b>")
    assert "&lt;b&gt;" in shown(template, "ja", title="<b>")


@sweep("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_script_style_or_japanese_of_its_own(path):
    whole = path.read_text(encoding="utf-8")
    text = without_texts(whole)
    assert not JAPANESE.search(whole)
    assert "style=" not in text and "<style" not in text and "|safe" not in text
    assert re.findall(r"<script(?! src=\"/static/)", text) == []
    assert re.findall(r"\bon[a-z]+=|https?://", text) == []


def test_what_is_vendored_is_what_was_taken():
    folder = HOUSE / "static" / "vendor" / "htmx"
    told = json.loads((folder / "vendor.json").read_text("utf-8"))
    for name, digest in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert f"vendor/htmx/{name}" in NAMES
    assert "Zero-Clause BSD" in (folder / "LICENSE").read_text("utf-8")
    assert set(load_files()) == set(NAMES)
