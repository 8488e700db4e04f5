"""What is written into headers, mails and files stays where it belongs: no second line, no header
more, no path that leads out."""

import json
from urllib.parse import quote

import pytest

from noroshi.definitions.folder import write_folder
from noroshi.ports import Document
from noroshi.schema import Invalid
from noroshi.service import run_as_json
from noroshi.service.operation_list import OFFERED
from tests.service.harness import AKI, documents
from tests.web.filled_queue import ROUTES, envelope, filled
from tests.web.hostile import csrf_of, paths_of

pytestmark = pytest.mark.logged_in

SPLIT = "x\r\nX-Evil: 1\r\nSet-Cookie: noroshi=evil\r\n\r\nbody"
BCC = "x\r\nBcc: evil@evil.example\r\n\r\nbody"
FIELDS = ("id", "next", "back", "name", "number", "q", "do", "language", "theme", "to", "note")


@pytest.fixture
async def harness():
    return await filled()


# Headers of answers


async def test_no_page_has_a_header_more_because_of_what_was_asked(harness, browser):
    asked = "&".join(f"{name}={quote(SPLIT)}" for name in FIELDS)
    for path in [p for p in paths_of(harness, "GET") if p != "/live"]:
        await browser.get(f"{path}?{asked}")
        check_whole(browser, path)


async def test_no_page_has_a_header_more_because_of_what_was_sent(harness, browser):
    for path in [p for p in paths_of(harness, "POST") if p != "/logout"]:
        form = dict.fromkeys(FIELDS, SPLIT)
        await browser.post(path, csrf=csrf_of(browser), **form)
        check_whole(browser, path)


def check_whole(browser, path):
    assert browser.status != 500, path
    assert "x-evil" not in {name.lower() for name in browser.headers}, path
    assert all("evil" not in one for one in browser.headers.getall("set-cookie", [])), path
    where = browser.headers.get("location", "/")
    assert where.startswith("/") and not where.startswith(("//", "/\\")), path


# Headers of mails


@pytest.mark.parametrize(
    ("op", "given"),
    [
        ("send", {"to": ["ops"], "subject": BCC, "text": "t"}),
        ("send", {"to": ["a@example.com\r\nBcc: e@evil.example"], "subject": "s", "text": "t"}),
        ("queue_edit", {"id": "", "to": ["a@example.com\nBcc: e@evil.example"]}),
        ("queue_edit", {"id": "", "to": ["a@example.com>\r\nRCPT TO:<e@evil.example"]}),
    ],
)
async def test_a_line_break_in_what_becomes_a_header_is_refused_in_words(harness, op, given):
    given = given | ({"id": harness.ids[2]} if "id" in given else {})
    told = await run_as_json(harness.service, AKI, op, given)
    assert told["error"] == "invalid" and told["problems"], told


@pytest.mark.parametrize("field", ["addresses", "sender"])
async def test_a_line_break_in_an_address_of_the_definitions_is_refused(harness, field):
    bad = "a@example.com\r\nBcc: e@evil.example"
    contact = {"addresses": [bad]} if field == "addresses" else {"addresses": ["a@example.com"]}
    account = {
        "cloud": "microsoft365",
        "tenant": "example.onmicrosoft.com",
        "client_id": "11111111-2222-3333-4444-555555555555",
        "mailbox": bad if field == "sender" else "noroshi@example.com",
    }
    changed = documents(**ROUTES, contacts__ops=contact, accounts__box=account)
    told = await run_as_json(harness.service, AKI, "apply", {"documents": changed})
    assert told["error"] == "invalid", told


async def test_whatever_a_mail_is_made_of_it_has_no_header_more(harness):
    names = ("subject", "text", "list", "list_title", "importance", "language", "level", "at")
    bad = envelope(9, BCC, payload=dict.fromkeys(names, BCC), born=harness.time.now)
    await harness.store.post(bad)
    told = (await run_as_json(harness.service, AKI, "queue_mail", {"id": bad.id}))["ok"]
    assert "Bcc" not in told["headers"] and told["headers"]["Subject"]
    assert not any("\n" in value or "\r" in value for value in told["headers"].values())


# Paths


@pytest.fixture
def canary(tmp_path):
    file = tmp_path / "canary" / "secret.txt"
    file.parent.mkdir()
    file.write_text("canary-of-the-house")
    return file


async def test_no_operation_reads_or_writes_a_file_by_a_path_that_was_given_for_a_name(
    harness, canary
):
    for path in (str(canary), f"../../../..{canary}", f"x/../../../../..{canary}", "..\\..\\x"):
        for name, one in OFFERED.items():
            given = {arg: filled_with(kind, path) for arg, kind in one.arguments.items()}
            given = {arg: value for arg, value in given.items() if value is not None}
            told = json.dumps(await run_as_json(harness.service, AKI, name, given))
            assert (
                "canary-of-the-house" not in told and "Internal error in Noroshi" not in told
            ), name
    assert canary.read_text() == "canary-of-the-house"
    assert [file.name for file in canary.parent.iterdir()] == ["secret.txt"]


def filled_with(kind, text):
    if kind is str:
        return text
    return [text] if kind in (list[str], tuple[str, ...]) else None


@pytest.mark.parametrize(
    "path", ["/queue/mail?id=", "/ledger/alarm?id=", "/monitor/", "/tree/"]
)
async def test_no_page_leads_to_a_file(browser, canary, path):
    for where in (str(canary), f"../../../../../..{canary}", "../../../etc/passwd"):
        await browser.get(f"{path}{quote(where, safe='')}")
        assert browser.status in (400, 404) and "canary-of" not in browser.text


@pytest.mark.parametrize(
    "key", ["contacts/../../x", "../x", "/etc/x", "contacts/..", "contacts/a/b"]
)
async def test_definitions_have_no_path_for_a_name(harness, tmp_path, key):
    """Nor does an export of a node that lies write beside the folder that was given."""
    bad = {"key": key, "body": '{"addresses": ["a@example.com"]}'}
    told = await run_as_json(
        harness.service, AKI, "apply", {"documents": [*documents(**ROUTES), bad]}
    )
    assert told["error"] == "invalid", told
    folder = tmp_path / "out" / "of" / "it"
    with pytest.raises(Invalid):
        write_folder(folder, (Document(key, bad["body"]),))
    assert not (tmp_path / "out").exists()
