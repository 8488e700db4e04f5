"""The overview and the tree: what is wrong, how far its alarm has come, told live."""

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.own_instance import AGENT
from noroshi.core.route_readiness import RouteEvidence, Sends, sends
from noroshi.core.translation import bilingual, plain
from noroshi.operations.mail_answers import Arrived, Ledger, Sum
from noroshi.operations.status_answers import ItemStatus
from noroshi.ports import StoreError
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.overview import (
    items_not_ok,
    relay_of,
    remaining_validity,
    route_level,
    route_state,
    view,
)
from noroshi.web.view.templates import templates
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import AKI, Harness
from tests.web.browser import browsing, with_user
from tests.web.sample_answers import ledger_row, monitor_status, route_status, status, tried

NASTY = "<script>alert(1)</script>"


def group(name, *monitors, title=""):
    return {
        "name": name,
        "title": title or name,
        "monitor": [{"name": one, "kind": "disk"} for one in monitors],
    }


async def watched(harness):
    await apply_definitions(InProcessClient(harness))
    await harness.measured()


async def status_and_ledger(harness):
    service = harness.service
    return await service.status.status(AKI), await service.ledger.ledger(AKI)


async def test_what_is_wrong_is_told_in_words_with_its_level(browser, harness):
    await watched(harness)
    await browser.log_in()
    page = (await browser.get("/")).text
    assert "The only monitor needs attention" in page
    assert 'class="incident incident--critical"' in page
    assert "web1 › disks › /var" in page and "used 95.2% (limit 90%)" in page
    assert "data-since=" in page and "CRITICAL" in page
    assert "Every alarm ever raised is accounted for." in page


async def test_the_warning_that_nobody_is_told_leads_to_the_monitor(browser, harness):
    await apply_definitions(
        InProcessClient(harness), instances__web1={"group": [group("base", "disks")]}
    )
    await browser.log_in()
    page = (await browser.get("/")).text
    warning = page.split("notice--warning")[1].split("</p>")[0]
    assert "1 monitor has no rule" in warning
    assert 'href="/monitor/web1/base/disks"' in warning


async def test_it_speaks_japanese_too(browser, harness):
    await watched(harness)
    await browser.log_in()
    page = (await browser.get("/", headers={"accept-language": "ja"})).text
    assert "監視項目 (1件) に対応が必要です" in page and "使用率 95.2%" in page


async def test_nothing_that_was_not_measured_is_called_ok(browser, harness):
    await apply_definitions(InProcessClient(harness))
    await browser.log_in()
    page = (await browser.get("/")).text
    assert (
        "1 of 1 monitor not measured yet" in page and "mark--ok" not in page.split("<main")[0]
    )


@pytest.mark.parametrize(
    ("states", "head", "told"),
    [
        (("proved", "proved"), "No known problems.", ""),
        (("proved", "no"), "the routes need attention", "1 of 2 routes cannot send"),
        (("no", "no"), "the routes need attention", "no route can send now"),
        (("proved", "for now"), "the routes need attention", "1 of 2 routes needs action"),
        (("proved", "not proved"), "but nothing has been sent yet through 1 of 2 routes.", ""),
        (
            ("not proved", "diagnosis failed"),
            "but the last diagnosis of a route found a problem",
            "",
        ),
    ],
)
async def test_while_a_route_cannot_send_nobody_is_told_that_nothing_is_wrong(
    harness, states, head, told
):
    await apply_definitions(InProcessClient(harness))
    await harness.measured(level=Level.OK, used=12)
    status, ledger = await status_and_ledger(harness)
    routes = zip(status.routes, map(Sends, states), strict=True)
    status = replace(status, routes=tuple(replace(one, sends=sent) for one, sent in routes))
    shown = view(status, ledger, LOCALIZERS["en"])
    assert head in shown["head"] and told in shown["cannot_send"]
    assert bool(told) == bool(shown["cannot_send"])
    assert ("No known problems" in shown["head"]) is (set(states) == {"proved"})
    assert bool(shown["against"]) is (set(states) != {"proved"})
    monitors = tuple(replace(one, known=False) for one in status.monitors)
    new = view(replace(status, monitors=monitors), ledger, LOCALIZERS["en"])["head"]
    assert ("No problems so far" in new) is (set(states) == {"proved"}), new


class Missing(MemoryStore):
    """A store whose file was deleted."""

    async def trouble(self):
        return bilingual(
            en="The file of the store is missing.", ja="ストアのファイルがありません。"
        )


async def test_while_noroshi_itself_is_in_trouble_nobody_is_told_that_nothing_is_wrong(
    tmp_path,
):
    """As while the file of the store is missing: what became of alarms is not known then."""
    harness = await with_user(harness=Harness(store=Missing()))
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        new = (await browser.get("/")).text
        await harness.measured(level=Level.OK, used=12)
        page = (await browser.get("/")).text
    for told in (new, page):
        assert "The file of the store is missing." in told
        assert "Noroshi itself has a problem" in told and "inaccurate while Noroshi" in told
        assert "No problems so far" not in told and "No known problems" not in told
        assert "is accounted for" not in told
    assert "The monitors report no problems" in page


async def test_a_route_is_shown_with_its_state_and_the_alarms_lost_as_a_number(
    browser, harness
):
    await watched(harness)
    await browser.log_in()
    page = (await browser.get("/")).text
    assert "Old server" in page and "not signed in" in page
    assert '<span class="readout__number">0</span>' in page


async def test_a_name_that_is_a_script_stays_text(browser, harness):
    await apply_definitions(
        InProcessClient(harness),
        instances__web1={"group": [group("base", "disks", title=NASTY)], "rules": ["all"]},
    )
    await harness.measured()
    await browser.log_in()
    for path in ("/", "/tree/web1", "/monitor/web1/base/disks"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page


async def test_a_branch_is_sent_when_somebody_opens_it(browser, harness):
    groups = [group(f"g{n}", *[f"m{k}" for k in range(50)]) for n in range(20)]
    many = {f"instances__s{n:02}": {"group": groups} for n in range(5)}
    await apply_definitions(InProcessClient(harness), instances__web1=None, **many)
    await browser.log_in()
    page = (await browser.get("/")).text
    assert len(page) < 60_000 and "s04" in page and "m49" not in page
    branch = (await browser.get("/tree/s04")).text
    assert "g19" in branch and "m49" not in branch
    assert "/monitor/s04/g19/m49" in (await browser.get("/tree/s04/g19")).text
    assert "/monitor/s04/g19/m49" in (await browser.get("/?open=s04/g19")).text


async def test_a_branch_that_is_not_there_is_told(browser, harness):
    await watched(harness)
    await browser.log_in()
    for path in ("/tree/nobody", "/tree/web1/nobody", "/monitor/nobody"):
        assert (await browser.get(path)).status == 404


@pytest.mark.logged_in
@pytest.mark.parametrize("path", ["/nothing", "/monitor/web1/base/gone"])
async def test_a_page_that_is_not_there_says_so_and_where_to_go(browser, path):
    await browser.get(path)
    assert browser.status == 404 and "<h1>Page not found</h1>" in browser.text
    assert 'href="/"' in browser.text and 'href="/settings"' in browser.text
    assert "request failed" not in browser.text and "notice--critical" not in browser.text


@pytest.mark.logged_in
async def test_a_deed_on_what_is_not_there_did_not_work(browser):
    await browser.get("/")
    await browser.post("/switch", part="nothing", do="start")
    assert browser.status == 404 and "The request failed" in browser.text


async def test_nobody_sees_anything_before_they_log_in(browser, harness):
    await watched(harness)
    for path in ("/", "/tree/web1", "/tree/web1/base", "/monitor/web1/base/disks"):
        assert (await browser.get(path)).to.startswith("/login")
    assert (await browser.get("/live")).status == 401


@asynccontextmanager
async def following(browser, path):
    async with browser.session.get(browser.url + path) as answer:
        assert answer.status == 200 and answer.content_type == "text/event-stream"
        yield answer.content


async def heard(stream, word):
    text = ""
    while word not in text:
        part = await asyncio.wait_for(stream.readany(), 60)
        assert part, text
        text += part.decode()
    return text


def serial(page):
    return re.search(r"/live\?seen=([\w-]+)", page).group(1)


async def test_what_changes_is_told_live_and_nothing_else(browser, harness):
    await apply_definitions(InProcessClient(harness))
    await browser.log_in()
    page = (await browser.get("/")).text
    async with following(browser, f"/live?seen={serial(page)}") as stream:
        assert await heard(stream, "\n\n") == ":\n\n"
        await harness.measured()
        told = await heard(stream, "event: tree-web1")
    assert 'hx-target="#now"' in told and "used 95.2% (limit 90%)" in told
    assert 'hx-target="#s-web1"' in told
    assert 'hx-target="#queue"' not in told


async def test_who_was_away_is_told_all_that_is_now(browser, harness):
    await watched(harness)
    await browser.log_in()
    headers = {"last-event-id": "from-another-life-1"}
    async with browser.session.get(browser.url + "/live", headers=headers) as answer:
        told = await heard(answer.content, "event: tree-web1")
    parts = ("head", "now", "routes", "queue", "lamp")
    assert all(f'hx-target="#{name}"' in told for name in parts)


async def test_once_they_logged_out_nothing_more_is_told(browser, harness):
    await apply_definitions(InProcessClient(harness))
    await browser.log_in()
    page = (await browser.get("/")).text
    async with following(browser, f"/live?seen={serial(page)}") as stream:
        await heard(stream, "\n\n")
        await browser.post("/logout")
        await harness.measured()
        assert await stream.read() == b""
    assert (await browser.get("/live")).status == 401


class Leaving(MemoryStore):
    """A store that goes away."""

    away = False

    async def session(self, key):
        if self.away:
            raise StoreError("unable to open database file")
        return await super().session(key)


async def test_while_the_store_is_away_a_stream_just_ends(tmp_path, caplog):
    harness = await with_user(harness=Harness(store=Leaving()))
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        page = (await browser.get("/")).text
        async with following(browser, f"/live?seen={serial(page)}") as stream:
            await heard(stream, "\n\n")
            harness.store.away = True
            await harness.measured()
            assert "used 95.2%" not in (await stream.read()).decode()
    assert "request failed" not in caplog.text


async def test_new_definitions_are_told(browser, harness):
    await apply_definitions(InProcessClient(harness))
    await browser.log_in()
    page = (await browser.get("/")).text
    async with following(browser, f"/live?seen={serial(page)}") as stream:
        await heard(stream, "\n\n")
        await apply_definitions(
            InProcessClient(harness), instances__web2={"group": [group("base", "disks")]}
        )
        await heard(stream, "event: definitions")


async def test_a_monitor_is_shown_with_values_limits_and_events(browser, harness):
    await watched(harness)
    await browser.log_in()
    page = (await browser.get("/monitor/web1/base/disks")).text
    assert "95.2%" in page and "WARNING 80%, CRITICAL 90%" in page
    assert "every 1 min" in page and 'aria-current="page"' in page


def relay(**changed):
    now = DAWN + timedelta(hours=1)
    return [post.state for post in relay_of(ledger_row(**changed), now, LOCALIZERS["en"])]


def arrived(state):
    return (Arrived(at=DAWN, address="ops@example.com", state=state, said=""),)


def test_a_post_is_lit_only_after_the_one_before_it():
    taken, late = tried(), tried(verdict=Verdict.DEFERRED)
    seen, back = arrived("seen arrived"), arrived("came back")
    assert relay() == ["lit", "lit", "", "", ""]
    assert relay(tried=[late]) == ["lit", "lit", "stuck", "", ""]
    assert relay(state="held") == ["lit", "lit", "stuck", "", ""]
    assert relay(state="accepted", tried=[late, taken]) == ["lit"] * 4 + [""]
    assert relay(state="seen arrived", tried=[taken], arrived=seen) == ["lit"] * 5
    assert relay(state="came back", tried=[taken], arrived=back) == ["lit"] * 4 + ["stuck"]


def test_the_last_days_of_a_credential_are_told_by_level():
    now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert remaining_validity(None, now) is None
    for ends, days, level in (
        ("2027-11-25", 365, "ok"),
        ("2026-12-18", 23, "warning"),
        ("2026-11-30", 5, "critical"),
        ("2026-11-20", -5, "critical"),
    ):
        found = remaining_validity(date.fromisoformat(ends), now)
        assert (found.days, found.level) == (days, level) and 0 <= found.x <= 300


async def test_a_credential_that_ends_and_a_mark_stand_beside_the_route(harness):
    await watched(harness)
    status, ledger = await status_and_ledger(harness)
    mark = bilingual(en="lab", ja="ラボ")
    ends_today = {"ends": status.at.date(), "mark": mark}
    status = replace(status, routes=tuple(replace(one, **ends_today) for one in status.routes))
    for language, said in (("en", "0 days left"), ("ja", "あと0日")):
        localizer = LOCALIZERS[language]
        made = templates(language).get_template("overview_parts.html")
        html = made.module.routes(view(status, ledger, localizer))
        assert said in html and mark.say(language) in html and "ruler__left--critical" in html


async def test_of_very_many_problems_the_worst_come_first_and_the_rest_as_a_number(harness):
    await watched(harness)
    status, ledger = await status_and_ledger(harness)
    (one,) = status.monitors
    mild_items = (replace(one.items[0], level=Level.WARNING),)
    mild = replace(one, level=Level.WARNING, items=mild_items)
    many = replace(status, monitors=(*[mild] * 40, one))
    found = view(many, replace(ledger, rows=()), LOCALIZERS["en"])
    assert found["more"] == 11
    assert found["wrongs"][0].item.level is Level.CRITICAL


@pytest.mark.parametrize(
    ("accepted", "failed", "said"),
    [
        pytest.param(None, "", ("not verified yet", "送信実績なし", "paused"), id="never used"),
        pytest.param(
            None, "Name", ("diagnosis failed: Name", "診断で失敗: Name", "warning"), id="failed"
        ),
        pytest.param(DAWN, "", ("ready", "使用可能", "ok"), id="accepted"),
    ],
)
def test_a_route_by_which_nothing_has_gone_is_not_called_ready(accepted, failed, said):
    way = RouteEvidence(
        is_open=False,
        lacks_secret=False,
        is_signed_in=True,
        has_token=False,
        accepted=bool(accepted),
        failed=bool(failed),
    )
    route = route_status(
        "m365", accepted=accepted, examined_in_vain=plain(failed), sends=sends(way)
    )
    assert said[0] in route_state(route, LOCALIZERS["en"])
    assert said[1] in route_state(route, LOCALIZERS["ja"])
    assert route_level(route) == said[2]


def test_a_route_that_is_ready_is_marked_so_though_its_credential_ends_soon():
    """How long that is valid is marked beside it: a warning beside the word "ready" fits neither."""
    assert route_level(route_status("m365", accepted=DAWN, ends=DAWN.date())) == "ok"


async def test_a_server_has_its_values_and_its_day_in_one_row(browser, harness):
    await watched(harness)
    await browser.log_in()
    page = (await browser.get("/")).text
    row = page.partition('<li class="server" id="server-web1">')[2].partition("</li>")[0]
    assert '<a href="/instance/web1">' in row and "95%" in row
    assert "(warning limit 80%)" in row and 'class="lv-critical"' in row
    assert "CRITICAL since" in row


async def test_the_row_of_a_server_that_changed_is_told_live(browser, harness):
    await apply_definitions(InProcessClient(harness))
    await browser.log_in()
    page = (await browser.get("/")).text
    assert "Not measured yet." in page
    async with following(browser, f"/live?seen={serial(page)}") as stream:
        assert await heard(stream, "\n\n") == ":\n\n"
        await harness.measured()
        told = await heard(stream, "event: tree-web1")
    assert 'hx-target="#server-web1"' in told and 'hx-target="#servers"' not in told


def of_agent(path, level=Level.UNKNOWN, agent="fs01"):
    item = ItemStatus(item="", level=level, since=DAWN, words=plain("no longer known"))
    return monitor_status(
        path, level=level, items=(item,), agent=agent, agent_silent_since=DAWN
    )


def silence_of(*agents):
    items = tuple(
        ItemStatus(item=one, level=Level.CRITICAL, since=DAWN, words=plain("not heard"))
        for one in agents
    )
    return monitor_status("noroshi/node/agents", kind=AGENT, level=Level.CRITICAL, items=items)


def test_a_silent_agent_is_one_problem_and_names_what_it_hides():
    seen = status(
        monitors=(
            silence_of("fs01"),
            of_agent("files/base/cpu"),
            of_agent("files/base/disk"),
            of_agent("web/net/site", Level.CRITICAL),
        )
    )
    rows = items_not_ok(seen, (), LOCALIZERS["en"])
    assert [one.monitor.path for one in rows] == ["noroshi/node/agents", "web/net/site"]
    silent = rows[0].silent_agent
    assert (silent.name, silent.monitors) == ("fs01", 3)
    assert silent.instances == (("files", "/instance/files"), ("web", "/instance/web"))
    nothing_raised = Ledger(sum=Sum(**dict.fromkeys(Sum.__slots__, 0)), rows=())
    module = templates("en").get_template("overview_parts.html").module
    html = module.now(view(seen, nothing_raised, LOCALIZERS["en"]))
    assert "The noroshi service on fs01 has stopped" in html and "/instance/files" in html


def test_what_a_silent_agent_hides_stands_where_nothing_else_tells_of_the_silence():
    seen = status(monitors=(silence_of("db01"), of_agent("files/base/cpu")))
    paths = [one.monitor.path for one in items_not_ok(seen, (), LOCALIZERS["en"])]
    assert paths == ["noroshi/node/agents", "files/base/cpu"]
