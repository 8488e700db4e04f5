"""What an input method leaves in a field: figures of full width, marks between addresses."""

import pytest

from noroshi.core.translation import NOTHING
from noroshi.web.forms.field_values import from_fields
from noroshi.web.forms.normalize import addresses, figures
from noroshi.web.forms.schema import Shape
from tests.service.clients import InProcessClient
from tests.sweeps import sweep
from tests.web.browser import GOOD


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("９９．９", "99.9"),
        ("１０ｓ", "10s"),
        ("１０s", "10s"),
        ("０７：３０", "07:30"),
        ("４４３ ", "443"),
        ("－５", "-5"),
        ("ＷＥＢ１", "ＷＥＢ１"),
        ("第１", "第１"),
    ],
)
def test_figures_of_full_width_are_figures_and_all_else_stays(written, meant):
    assert figures(written) == meant


@pytest.mark.parametrize(
    ("name", "sort", "written", "meant"),
    [
        ("warning", "number", "９９．９", 99.9),
        ("patience", "number", "３", 3),
        ("every", "text", "１０s", "10s"),
        ("at", "list", "０７：３０\n19:30", ["07:30", "19:30"]),
        ("title", "text", "１０", "１０"),
    ],
)
def test_a_form_reads_numbers_and_times_of_full_width(name, sort, written, meant):
    shape = Shape(name=name, sort=sort, help=NOTHING)
    assert from_fields(shape, name, {name: written}) == meant


@pytest.mark.logged_in
async def test_the_days_of_a_token_are_a_number_in_either_width(harness, browser):
    given = {"do": "token_new", "name": "zabbix", "role": "viewer", "password": GOOD}
    await browser.get("/settings/tokens")
    await browser.post("/settings/tokens", **given, days="abc")
    assert browser.status == 400 and "must be a whole number" in browser.text
    await browser.post("/settings/tokens", **given, days="９０")
    assert browser.status == 200, browser.text


@sweep("mark", [",", "，", "、", ";", "；", " ", "\u3000", "\n", "\r\n", " 、\n"])
def test_mail_addresses_stand_apart_by_any_mark_or_line(mark):
    written, meant = (
        f"a@example.com{mark}b@example.com{mark}",
        ["a@example.com", "b@example.com"],
    )
    assert addresses(written) == meant
    shape = Shape(name="addresses", sort="list", help=NOTHING)
    assert from_fields(shape, "addresses", {"addresses": written}) == meant


@pytest.mark.logged_in
async def test_the_first_person_s_addresses_may_stand_apart_by_a_japanese_comma(
    harness, browser
):
    await browser.get("/first/person")
    given = {"title": "情シス", "addresses": "a@example.com、b@example.com", "zone": "UTC"}
    await browser.post("/first/person", **given, language="ja", etag="")
    shown = await InProcessClient(harness)("definition_show")
    told = [one["addresses"] for one in shown["documents"].values() if "addresses" in one]
    assert ["a@example.com", "b@example.com"] in told, browser.text
