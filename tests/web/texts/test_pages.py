"""The pages' texts: every one in both languages, none missing and none left over."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import noroshi.web
from noroshi.definitions import TYPES
from noroshi.hosts.footprint import SORTS
from noroshi.service.sign_in.authorization import SIGNED_IN
from noroshi.web.forms.fields import EACH
from noroshi.web.http.reauthenticate import SECRETS
from noroshi.web.http.static_files import NAMES, known
from noroshi.web.pages import (
    contacts,
    first_mail,
    first_sign_in,
    first_steps,
    instances,
    mail,
    queue,
    route_edit,
    route_new,
    rules,
    users,
)
from noroshi.web.pages.ledger import PARTS
from noroshi.web.pages.route_live import CHECKS
from noroshi.web.texts.audit_log import DEEDS, NAMED
from noroshi.web.texts.forms import CHOICES, OPTIONS, SETTINGS
from noroshi.web.texts.mail import MAILING_FIELDS
from noroshi.web.texts.pages import TEXTS
from noroshi.web.view.mail import LEVELS, STATES, VERDICTS, key
from noroshi.web.view.route import WAYS
from noroshi.web.view.routes import TELLERS
from noroshi.web.view.settings_index import GROUPS

HOUSE = Path(noroshi.web.__file__).parent
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
TEMPLATES = sorted((HOUSE / "templates").glob("*.html"))
SAME = {"language.en", "language.ja", "foot", "form.unset", "telling.comma", "audit.field.id"}


def used():
    for path in [*TEMPLATES, *HOUSE.rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r'(?:\bt|\btext)\(\s*"([a-z0-9_.]+)"', text)
    yield "first.forbidden"
    yield from (f"first.of.{type}" for type in TYPES)
    for labels in (
        *first_mail.LABELS.values(),
        first_sign_in.SIGNING,
        first_steps.LABELS,
        *route_new.LABELS.values(),
    ):
        yield from labels.values()
    yield from re.findall(r'"(error\.[a-z_]+)"', (HOUSE / "asgi.py").read_text())
    yield from ("language.en", "language.ja", "theme.auto", "theme.light", "theme.dark")
    yield from (key("state", name) for name in STATES)
    yield key("state", SIGNED_IN)  # in the audit log
    yield from (key("level", name) for name in LEVELS)
    yield from (key("verdict", name) for name in VERDICTS)
    yield from (f"sum.{name}" for name in PARTS)
    yield from (f"did.{name}" for name in queue.DEEDS)
    yield from (f"did.{name}" for name in instances.DONE)
    yield from (f"deed.{name}" for name in queue.DEEDS)
    yield from (f"door.{name}" for name in users.DOORS)
    yield from SECRETS.values()
    yield from DEEDS
    yield from (f"long.{name}" for name in ("seconds", "minutes", "hours", "days"))
    yield from (group.key for group in GROUPS)
    pages = [one for group in GROUPS for one in group.pages]
    yield from (f"{one.key}.{part}" for one in pages for part in ("title", "short"))
    yield from (f"first.{step}.step" for step in first_steps.STEPS)
    yield from (f"first.protection.{one}" for one in first_mail.PROTECTIONS)
    yield from (f"first.app.{n}" for n in "1234")
    yield from (f"first.{way}" for way in first_sign_in.WAYS)
    for sort in (rules.RULES, rules.NOTIFICATIONS, contacts.CONTACTS):
        yield from (f"{sort.type}.{name}" for name in ("title", "about", "none"))
        yield from (f"{sort.one}.{name}" for name in ("add", "new", "title", "about", "remove"))
        yield from (f"{sort.one}.{name}" for name in sort.sections)
    yield from (
        *SETTINGS,
        *OPTIONS,
        *CHOICES,
        *MAILING_FIELDS,
        *NAMED,
    )  # drawn by the names of settings
    yield from (f"places.{sort}" for sort in SORTS)
    yield from (f"form.each.{sort}" for sort in EACH)
    yield from ("alarm.held", "alarm.dropped")
    yield from (f"mailing.did.{name}" for name in mail.DID)
    yield from (f"route.way.{name}" for name in WAYS)
    yield from (f"route.check.{name}" for name in CHECKS)
    yield from (f"mailing.edit.{name}" for name in route_edit.SORTS)
    yield from (f"mailing.new.{name}" for name in route_new.SORTS)
    yield from (f"mailing.new.about.{name}" for name in route_new.SORTS)
    yield from (*TELLERS.values(), "mailing.signed", "route.check.known", "route.check.taken")
    yield from ("post.made", "post.raised", "post.queued", "post.tried", "post.accepted")


def test_every_text_that_is_shown_is_there_and_none_is_left_over():
    found = {key for key in used() if not key.endswith(".")} - {"error.html"}
    assert found == set(TEXTS)


@pytest.mark.parametrize("key", sorted(set(TEXTS) - SAME))
def test_a_text_is_in_both_languages(key):
    assert JAPANESE.search(TEXTS[key].ja) and not JAPANESE.search(TEXTS[key].en)
    places = [
        sorted(re.findall(r"\{(\w+)(?::[^{}|]+\|[^{}|]+)?\}", text))
        for text in (TEXTS[key].en, TEXTS[key].ja)
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_text_script_or_style_of_its_own(path):
    text = path.read_text(encoding="utf-8")
    assert not JAPANESE.search(text)
    assert "style=" not in text and "<style" not in text and "|safe" not in text
    assert re.findall(r"<script(?! src=\"/static/)", text) == []
    assert re.findall(r"\bon[a-z]+=|https?://", text) == []


def test_what_is_vendored_is_what_was_taken():
    folder = HOUSE / "static" / "vendor" / "htmx"
    told = json.loads((folder / "vendor.json").read_text())
    for name, digest in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert f"vendor/htmx/{name}" in NAMES
    assert "Zero-Clause BSD" in (folder / "LICENSE").read_text()
    assert set(known()) == set(NAMES)
