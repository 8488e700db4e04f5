"""Definitions out and in as files, in a browser."""

import base64
import json
import random
import zipfile
from io import BytesIO

import pytest
from aiohttp import FormData

from noroshi.core.roles import OPERATOR
from noroshi.definitions.archive import pack
from noroshi.definitions.document_content import document
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import browsing, with_user
from tests.web.test_first_start import defined

pytestmark = pytest.mark.logged_in

BYTES = "application/octet-stream"
NEW = b'addresses = ["eri@example.com"]\nzone = "UTC"\n'


@pytest.fixture
async def harness():
    harness = await with_user()
    await apply_definitions(InProcessClient(harness))
    return harness


async def sent(browser, *files, how="some", sort="contacts"):
    await browser.get("/settings/files")
    form = FormData({"csrf": browser.csrf, "do": "look", "how": how, "sort": sort})
    for name, content in files:
        form.add_field("files", BytesIO(content), filename=name, content_type=BYTES)
    return await browser.ask("POST", "/settings/files", data=form)


async def took(browser, **more):
    """As the form with the differences sends it on."""
    names = ("packed", "base", "how")
    form = {
        n: browser.text.partition(f'name="{n}" value="')[2].partition('"')[0] for n in names
    }
    fields = FormData(
        {"csrf": browser.csrf, "do": "apply"} | form | more, default_to_multipart=True
    )
    return await browser.ask("POST", "/settings/files", data=fields)


async def bytes_of(browser):
    async with browser.session.get(f"{browser.url}/settings/files/definitions.zip") as answer:
        assert answer.headers["content-disposition"].startswith("attachment")
        return await answer.read()


async def test_what_goes_out_is_what_export_writes_and_comes_in_without_a_change(
    harness, browser
):
    raw = await bytes_of(browser)
    assert raw == pack((await harness.store.current()).documents)
    await sent(browser, ("all.zip", raw), how="whole")
    assert "Nothing would change" in browser.text
    assert raw == await bytes_of(browser)


async def test_a_file_is_shown_with_what_it_would_change_and_then_holds(harness, browser):
    await sent(browser, ("eri.toml", NEW))
    assert ">contacts/eri</small>" in browser.text and len(await defined(harness)) == 7
    await took(browser, note="eri is new")
    assert browser.to == "/settings/files?did=2"
    assert (await defined(harness))["contacts/eri"]["addresses"] == ["eri@example.com"]
    assert (await harness.store.current()).note == "eri is new"


async def test_of_which_sort_a_single_file_is_its_content_says(harness, browser):
    await sent(browser, ("eri.toml", NEW), sort="")
    assert ">contacts/eri</small>" in browser.text
    await browser.get("/settings/files")
    assert '<option value="">determined by their content</option>' in browser.text
    assert '<option value="instances">' in browser.text


async def test_a_file_whose_content_does_not_say_its_sort_is_told_as_such(harness, browser):
    await sent(browser, ("notes.toml", b"[tool]\n"), ("worse.toml", b"x = ["), sort="")
    assert browser.text.count("the content does not show the type") == 2
    assert "<b>notes.toml</b>" in browser.text and 'name="packed"' not in browser.text


async def test_all_problems_are_told_with_file_and_place(harness, browser):
    bad = ("eri.toml", b'addresses = ["nobody"]\nzone = "Mars"\n')
    await sent(browser, bad, ("worse.toml", b"addresses = ["))
    for told in (
        "contacts/eri.toml: addresses",
        "contacts/eri.toml: zone",
        "contacts/worse.toml",
    ):
        assert f"<b>{told}" in browser.text
    assert 'name="packed"' not in browser.text and len(await defined(harness)) == 7
    told = browser.text.partition('role="alert"')
    assert told[0].endswith('<div class="notice notice--critical" ')


async def test_whoever_was_overtaken_is_told_and_overwrites_nothing(harness, browser):
    await sent(browser, ("eri.toml", NEW))
    theirs = {"contacts/boss": {"addresses": ["new-boss@example.com"]}}
    await InProcessClient(harness)("definition_change", put=theirs)
    await took(browser)
    assert browser.status == 409 and "has since applied version 2" in browser.text
    assert "new-boss" not in browser.text
    await took(browser)
    assert browser.status == 303
    made = await defined(harness)
    assert (
        made["contacts/boss"]["addresses"] == ["new-boss@example.com"] and made["contacts/eri"]
    )


async def test_what_would_end_all_watching_has_to_be_meant(harness, browser):
    await sent(browser, ("contacts.toml", NEW), how="whole")
    assert 'name="empty"' in browser.text
    await took(browser)
    assert browser.status == 409 and len(await defined(harness)) == 7
    await took(browser, empty="yes")
    assert list(await defined(harness)) == ["contacts/contacts"]


async def test_a_zip_that_leads_elsewhere_changes_nothing(harness, browser):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("../../etc/cron.d/x", "x")
    await sent(browser, ("x.zip", out.getvalue()))
    assert "points outside the folder" in browser.text and len(await defined(harness)) == 7


def text_of(size):
    """A text that packs to about three quarters of its length."""
    return base64.b64encode(random.Random(5).randbytes(size * 3 // 4)).decode()


async def test_five_thousand_monitors_of_which_no_two_are_alike_come_in(harness, browser):
    words = text_of(5_000 * 250)
    monitors = [
        {"name": f"m{n}", "kind": "disk", "title": words[n * 250 : n * 250 + 190]}
        for n in range(5_000)
    ]
    groups = [{"name": f"g{n}", "monitor": monitors[n::100]} for n in range(100)]
    made = document("instances/many", {"rules": ["all"], "group": groups})
    raw = pack((made,))
    assert len(raw) > 600_000
    await sent(browser, ("many.zip", raw))
    assert ">instances/many</small>" in browser.text, browser.text[-2000:]
    await took(browser)
    assert browser.to == "/settings/files?did=2"
    assert len(json.dumps(await defined(harness))) > 1_000_000


async def test_what_a_page_cannot_carry_is_told_with_the_limit(harness, browser):
    kept = {"addresses": ["a@example.com"], "title": text_of(5 << 20)}
    await sent(browser, ("big.zip", pack((document("contacts/big", kept),))))
    assert "2 MiB" in browser.text and 'name="packed"' not in browser.text
    await sent(browser, ("huge.toml", b"#" * (9 << 20)))
    assert browser.status == 400 and "longer than 8 MiB" in browser.text
    assert len(await defined(harness)) == 7


async def test_several_zips_together_unpack_to_no_more_than_one(harness, browser):
    long = {"addresses": ["a@example.com"], "title": "x" * (5 << 19)}
    bombs = [(f"{n}.zip", pack((document(f"contacts/c{n}", long),))) for n in "abc"]
    assert sum(len(raw) for _, raw in bombs) < 100_000
    await sent(browser, *bombs)
    assert "c.zip" in browser.text and "6 MiB uncompressed" in browser.text
    assert 'name="packed"' not in browser.text


@pytest.mark.parametrize("packed", ["", "x", "UEsDBA==", "%%%"])
async def test_what_no_form_of_ours_sends_changes_nothing(harness, browser, packed):
    await browser.get("/settings/files")
    await browser.post("/settings/files", do="apply", packed=packed, base="1", how="whole")
    assert browser.status in (200, 409) and len(await defined(harness)) == 7


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n--x--", b"--x\r\nx\r\n\r\ny\r\n--x"]
)
async def test_a_broken_upload_is_refused(browser, body):
    kind = {"content-type": "multipart/form-data; boundary=x"}
    await browser.ask("POST", "/settings/files", data=body, headers=kind)
    assert browser.status == 403


async def test_nobody_sends_files_before_they_have_logged_in(harness, tmp_path):
    async with browsing(harness, tmp_path) as stranger:
        await sent(stranger, ("eri.toml", NEW))
        assert stranger.status == 303
        await stranger.get("/login")
        form = FormData({"csrf": stranger.csrf, "name": "sato"})
        form.add_field("password", b"x" * 100, filename="x")
        assert (await stranger.ask("POST", "/login", data=form)).status == 403


async def test_whoever_is_no_administrator_takes_nothing_out_or_in(tmp_path):
    async with browsing(await with_user(OPERATOR), tmp_path) as browser:
        await browser.log_in()
        for path in ("/settings/files", "/settings/files/definitions.zip"):
            assert (await browser.get(path)).status == 403
