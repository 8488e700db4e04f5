"""The queue and the ledger in a browser: what is shown, who may do what, and what cannot be done."""

import html
import re
from urllib.parse import quote

import pytest

from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from tests.web.browser import browsing
from tests.web.filled_queue import EVIL, EVIL_HTML, envelope, filled

pytestmark = pytest.mark.logged_in

WAITING, ASIDE, HELD, CAME_BACK, DEFERRED = 5, 2, 4, 1, 3
PAGES = (
    "/queue",
    "/queue/mail?id=",
    "/ledger",
    "/ledger/alarm?id=",
    "/settings/versions",
    "/settings/version?number=1",
    "/settings/users",
    "/settings/tokens",
    "/settings/audit",
)
ENGLISH = re.compile(r"(?<![\w@.:/\-_=\"])[A-Za-z]{3,}(?![\w@.:/\-_=\"])")
NAMES = set(  # of things, people, headers; what the other side said stays as it said it
    re.findall(
        r"\w+",
        """Noroshi English API OpenAPI HTML JSON Authorization Bearer node sato boss ops plain all box first
        addresses user noroshi queue release check store UTC From Subject Date Message Content Type MIME
        Version Importance Auto Submitted auto generated normal multipart alternative boundary
        Suppress Response All Wed Apr such Concurrent connections limit exceeded
        Ctrl Enter Esc Tab""",
    )
)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")


def mail_of(harness, n):
    return f"/queue/mail?id={quote(harness.ids[n], safe='')}"


def seen(text):
    """All that a reader sees or hears: the text, and what attributes say."""
    told = re.findall(r'(?:aria-label|placeholder|title|data-th)="([^"]*)"', text)
    body = re.sub(r"<(script|code|samp|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *told]))


@pytest.fixture
async def harness():
    return await filled()


async def inside(harness, browser, page, language):
    path = f"{page}{quote(harness.ids[3], safe='')}" if page.endswith("id=") else page
    await browser.get(path, headers={"Accept-Language": language})
    assert browser.status == 200
    return seen(browser.text)


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_in_english_holds_no_japanese(harness, browser, page):
    told = await inside(harness, browser, page, "en")
    assert set(JAPANESE.findall(told)) <= {"日本語"}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_in_japanese_holds_no_word_left_in_english(harness, browser, page):
    told = await inside(harness, browser, page, "ja")
    assert set(ENGLISH.findall(told)) <= NAMES


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_has_one_heading_a_name_for_each_field_and_no_id_twice(
    harness, browser, page
):
    await inside(harness, browser, page, "en")
    assert len(re.findall("<h1", browser.text)) == 1
    ids = re.findall(r'\bid="([^"]+)"', browser.text)
    assert len(ids) == len(set(ids))
    named = set(re.findall(r'\bfor="([^"]+)"', browser.text))
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", browser.text):
        id = re.search(r'\bid="([^"]+)"', field)
        within = f"<label>{browser.text.split(field)[0].rpartition('<label')[2]}"
        wrapped = "</label>" not in within and "<label" in browser.text.split(field)[0]
        assert (
            'type="hidden"' in field
            or "aria-label=" in field
            or wrapped
            or (id and id.group(1) in named)
        ), field


@pytest.mark.parametrize("path", ["/", "/mail", "/settings/health", "/queue"])
async def test_a_number_of_what_waits_says_whether_it_is_mails_or_alarms(browser, path):
    """A newcomer read "waiting 2" here and "waiting 5" there."""
    page = (await browser.get(path)).text
    assert "<span>Alarms lost <b>" in page and not re.search(r">(?i:waiting)</dt>", page)
    assert (
        "Waiting messages" in page
        or "Messages waiting" in page
        or re.search(r"\d messages? (is |are )?waiting", page)
    )


async def test_a_route_without_an_account_is_offered_no_sign_in(browser):
    told = " ".join(seen((await browser.get("/mail")).text).split())
    assert "Settings, diagnosis : plain" in told
    assert "Settings, sign-in, diagnosis : m365" in told


async def test_the_queue_says_what_waits_why_and_when_it_is_tried(harness, browser):
    await browser.get("/queue")
    told = seen(browser.text)
    assert (
        "2 messages are waiting. 1 held manually. 1 undeliverable; a decision is required."
        in told
    )
    assert "4.3.2 Concurrent connections limit exceeded" in browser.text
    assert "held by boss" in told and "12 min" in told


async def test_a_text_leads_to_the_page_that_it_names(browser):
    await browser.get("/queue/mail?id=<b>none")
    assert browser.status == 404
    assert "There is no message “&lt;b&gt;none” in the queue." in browser.text
    assert 'See <a href="/queue">the queue</a>.' in browser.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 4),
        ("fs01 jd0005", 1),
        ("CONCURRENT", 1),
        ("ops@example", 4),
        ("boss", 1),
        ("nowhere", 0),
    ],
)
async def test_the_queue_is_searched_by_subject_recipient_and_reason(browser, query, found):
    await browser.get(f"/queue?q={quote(query)}")
    assert browser.text.count('href="/queue/mail?id=') == found
    assert ("Nothing in the queue matches." in browser.text) == (not found)


async def test_a_mail_that_was_tried_and_not_taken_waits_where_the_overview_says(
    harness, browser
):
    await browser.get(mail_of(harness, DEFERRED))
    posts = re.findall(r'<li(?: class="([a-z-]*)")?><b>', browser.text)
    assert posts == ["is-lit", "is-lit", "is-stuck", "", ""]


async def test_a_mail_is_shown_with_its_way_its_answers_and_its_headers(harness, browser):
    await browser.get(mail_of(harness, CAME_BACK))
    told = seen(browser.text)
    assert "250 2.0.0 OK <y@example.com>" in html.unescape(browser.text)
    assert "550 5.1.10 no" in browser.text and "bounced" in told
    assert len(re.findall(r'<li class="is-lit"><b>', browser.text)) == 4
    await browser.get(mail_of(harness, WAITING))
    assert "noroshi@example.com" in seen(browser.text)
    assert "Message-ID" in browser.text and "FS01 D: 95.2% 5" in browser.text


async def test_a_mail_is_held_and_released_by_the_page(harness, browser):
    await browser.get(mail_of(harness, WAITING))
    for deed, state in (("hold", "held"), ("release", "waiting"), ("retry", "waiting")):
        await browser.post("/queue/mail", id=harness.ids[WAITING], do=deed)
        assert browser.status == 303
        assert browser.to == f"{mail_of(harness, WAITING)}&did={deed}"
        await browser.get(browser.to)
        assert 'role="status"' in browser.text
        shown = await harness.done("queue_show", id=harness.ids[WAITING])
        assert shown["queued"]["state"] == state


async def test_all_waiting_mails_are_retried_by_the_page(harness, browser):
    await browser.get("/queue")
    assert "Retry all now" in browser.text
    assert "Retrying all waiting messages now." not in browser.text
    await browser.post("/queue", do="retry_all")
    assert (browser.status, browser.to) == (303, "/queue?did=retry_all")
    await browser.get(browser.to)
    assert "Retrying all waiting messages now." in browser.text
    for state, n in (("waiting", WAITING), ("held", HELD), ("set aside", ASIDE)):
        shown = await harness.done("queue_show", id=harness.ids[n])
        assert shown["queued"]["state"] == state
    (row, *_) = [one for one in await harness.store.audit_log(9) if one.op == "queue_retry_all"]
    assert (row.who, row.after) == ("sato", {"ids": 2})


async def test_who_searches_is_not_offered_to_retry_what_was_not_found(browser):
    await browser.get("/queue?q=95.2")
    assert "Retry all now" not in browser.text


async def test_a_viewer_is_not_offered_to_retry_all_and_refused(tmp_path):
    harness = await filled("viewer")
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/queue")
        assert "Retry all now" not in browser.text
        await browser.post("/queue", do="retry_all")
        assert browser.status == 403


async def test_the_queue_does_nothing_that_it_does_not_know(browser):
    await browser.get("/queue")
    await browser.post("/queue", do="drop_all")
    assert browser.status == 404


async def test_an_address_and_routes_are_changed_and_a_mistake_is_told(harness, browser):
    await browser.get(mail_of(harness, ASIDE))
    form = {"id": harness.ids[ASIDE], "do": "edit"}
    assert '<option value="m365">' in browser.text  # a choice of what there is
    ways = {"route.0": "nowhere", "route.1": ""}
    await browser.post("/queue/mail", to="a@b@c", **ways, **form)
    assert browser.status == 400 and '<details class="more" open>' in browser.text
    assert 'value="a@b@c"' in browser.text and "nowhere" in seen(browser.text)
    assert '<option value="plain">' in browser.text
    await browser.post("/queue/mail", to="a@b@c", **{f"route.{'9' * 5000}": "m365"}, **form)
    assert browser.status == 400
    ways = {"route.0": "", "route.2": "plain", "route.1": "m365", "route.3": "m365"}
    await browser.post("/queue/mail", to="x@example.com, y@example.com", **ways, **form)
    assert browser.status == 303
    queued = (await harness.done("queue_show", id=harness.ids[ASIDE]))["queued"]
    assert list(queued["to"]) == ["x@example.com", "y@example.com"]
    assert list(queued["routes"]) == ["m365", "plain"]
    await browser.get(mail_of(harness, ASIDE))
    first, second = re.findall(r'<select name="route.[^<]*<.*?</select>', browser.text)[:2]
    assert '<option value="m365" selected>' in first
    assert '<option value="plain" selected>' in second


async def test_a_mail_is_given_up_once(harness, browser):
    await browser.get(mail_of(harness, HELD))
    csrf = browser.csrf
    await browser.post("/queue/mail", id=harness.ids[HELD], do="drop")
    assert browser.status == 303
    await browser.post("/queue/mail", csrf=csrf, id=harness.ids[HELD], do="drop")
    assert browser.status == 409 and 'role="alert"' in browser.text
    (row, *_) = [one for one in await harness.store.audit_log(9) if one.op == "queue_drop"]
    assert (row.who, row.door) == ("sato", "web")


@pytest.mark.parametrize(
    ("role", "shown", "refused"),
    [
        (VIEWER, (), ("hold", "release", "retry", "drop", "edit")),
        (OPERATOR, ("hold", "retry"), ("drop", "edit")),
        (ADMIN, ("hold", "retry", "drop", "edit"), ()),
    ],
)
async def test_each_role_is_offered_what_it_may_and_refused_the_rest(
    tmp_path, role, shown, refused
):
    harness = await filled(role)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get(mail_of(harness, WAITING))
        assert set(re.findall(r'name="do" value="(\w+)"', browser.text)) == set(shown)
        csrf = browser.csrf
        for deed in refused:
            await browser.post("/queue/mail", csrf=csrf, id=harness.ids[WAITING], do=deed)
            assert browser.status == 403
        state = (await harness.done("queue_show", id=harness.ids[WAITING]))["queued"]["state"]
        assert state == "waiting"


@pytest.mark.parametrize("csrf", ["", "0" * 64])
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/queue/mail", {"do": "drop"}),
        ("/settings/version", {"number": "1", "base": "2"}),
        ("/settings/users", {"do": "user_remove", "name": "boss"}),
        ("/settings/tokens", {"do": "token_new", "name": "x", "days": "0"}),
    ],
)
async def test_a_form_that_is_not_ours_changes_nothing(harness, browser, path, form, csrf):
    await browser.post(path, csrf=csrf, id=harness.ids[WAITING], **form)
    assert browser.status == 403
    assert (await harness.done("queue_show", id=harness.ids[WAITING]))["queued"][
        "state"
    ] == "waiting"
    assert (await harness.store.current()).number == 2
    assert "boss" in await harness.store.users() and await harness.store.api_tokens() == {}


@pytest.mark.parametrize("page", ["/queue", "/ledger", "/settings/versions"])
async def test_nothing_is_shown_to_who_is_not_logged_in(harness, tmp_path, page):
    async with browsing(harness, tmp_path) as browser:
        for path in (page, "/queue/mail/html?id=x"):
            await browser.get(path)
            assert browser.status == 303 and browser.to.startswith("/login")


async def test_what_subjects_texts_and_answers_hold_is_shown_as_text(tmp_path):
    """XSS: by subject, by the provider's answer, by a version's note, by what was searched."""
    harness = await filled(subject=EVIL, note=EVIL)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        for page in PAGES:
            path = (
                f"{page}{quote(harness.ids[ASIDE], safe='')}" if page.endswith("id=") else page
            )
            await browser.get(f"{path}{'&' if '?' in path else '?'}q={quote(EVIL)}")
            assert browser.status == 200 and "<script>alert" not in browser.text
        await browser.get("/queue")
        assert "&lt;script&gt;alert(1)" in browser.text


async def test_a_monitors_name_is_shown_as_text(tmp_path):
    group = [
        {
            "name": "base",
            "title": EVIL,
            "monitor": [{"name": "d", "title": EVIL, "kind": "disk"}],
        }
    ]
    harness = await filled(instances__web1={"rules": ["all"], "title": EVIL, "group": group})
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        for page in ("/settings/versions", "/settings/version?number=2", "/settings/audit"):
            await browser.get(page)
            assert browser.status == 200 and "<script>alert" not in browser.text


async def test_a_mails_html_stands_in_a_frame_in_which_nothing_can_act(harness, browser):
    """Template output: whatever HTML a mail has, it has no script, origin, picture or form."""
    bad = envelope(
        9, "s", payload={"subject": "s", "text": "t", "html": EVIL_HTML}, born=harness.time.now
    )
    await harness.store.post(bad)
    await browser.get(f"/queue/mail?id={quote(bad.id, safe='')}")
    assert EVIL not in browser.text
    frame = re.search(r"<iframe[^>]*>", browser.text).group()
    assert re.search(r"\bsandbox(?!=)", frame) and "allow-" not in frame
    policy = browser.headers["content-security-policy"]
    assert "frame-src 'self'" in policy and "unsafe" not in policy
    src = html.unescape(re.search(r'src="([^"]+)"', frame).group(1))
    await browser.get(src)
    assert browser.text == EVIL_HTML
    rules = {rule.strip() for rule in browser.headers["content-security-policy"].split(";")}
    assert {
        "default-src 'none'",
        "sandbox",
        "frame-ancestors 'self'",
        "form-action 'none'",
    } <= rules
    assert not any(rule.startswith("script-src") for rule in rules)


async def test_other_pages_have_no_frames(browser):
    await browser.get("/queue")
    assert "frame-src" not in browser.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/queue/mail?id=x",
        "/queue/mail",
        "/queue/mail/html?id=x",
        "/ledger/alarm?id=x",
        "/ledger/alarm",
    ],
)
async def test_what_is_not_there_is_told(browser, path):
    await browser.get(path)
    assert browser.status == 404


async def test_a_mail_that_was_posted_with_an_unknown_deed_is_left(harness, browser):
    await browser.get(mail_of(harness, WAITING))
    await browser.post("/queue/mail", id=harness.ids[WAITING], do="send")
    assert browser.status == 404


async def test_the_ledger_adds_up_and_tells_that_none_is_lost(browser):
    await browser.get("/ledger")
    numbers = [int(n) for n in re.findall(r"<dd>(\d+)</dd>", browser.text)]
    raised, *parts = numbers
    assert raised == 6 and sum(parts) == raised and parts[-1] == 0
    assert "No alarms have been lost." in browser.text


@pytest.mark.parametrize(
    ("query", "count"),
    [("", "6 alarms"), ("?q=Concurrent", "1 alarm found"), ("?q=nowhere", "0 alarms found")],
)
async def test_the_ledger_tells_of_found_alarms_only_after_a_search(browser, query, count):
    await browser.get(f"/ledger{query}")
    assert re.search(r'role="status">([^<]*?)\s*</span>', browser.text).group(1) == count


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=Concurrent", [3]),
        ("state=held", [4]),
        ("state=came+back&q=5.1.10", []),
        ("state=came+back", [1]),
        ("q=fs01+01JD0005", [5]),
        ("q=01jd0002", [2]),
        ("q=nowhere", []),
        ("state=nonsense&q=y%40example.com", [1]),
    ],
)
async def test_the_ledger_is_searched_by_alarm_answer_and_state(harness, browser, query, found):
    await browser.get(f"/ledger?{query}")
    shown = re.findall(r'href="/ledger/alarm\?id=01JD000(\d)', browser.text)
    assert [int(n) for n in shown] == found


async def test_an_alarm_leads_to_its_mail_and_back(harness, browser):
    await browser.get(f"/ledger/alarm?id={quote(harness.ids[0], safe='')}")
    assert f'href="{mail_of(harness, 0)}"' in browser.text
    await browser.get(mail_of(harness, 0))
    assert "/ledger/alarm?id=01JD0000" in browser.text


async def test_of_thousands_that_wait_the_page_shows_those_that_want_a_decision(
    harness, browser
):
    many = [envelope(n, f"m {n}", born=harness.time.now) for n in range(100, 1100)]
    await harness.store.post(*many)
    await browser.get("/queue")
    shown = re.findall(r'href="/queue/mail\?id=01JD(\d+)', browser.text)
    assert len(shown) == 200 and shown[0] == "0002"
    assert "Showing 200 of 1004" in browser.text


async def test_a_held_alarm_says_who_held_it_and_names_no_command(harness, browser):
    for path in (
        f"/ledger/alarm?id={quote(harness.ids[HELD], safe='')}",
        mail_of(harness, HELD),
    ):
        await browser.get(path)
        assert "held by boss" in browser.text and "noroshi queue" not in browser.text
