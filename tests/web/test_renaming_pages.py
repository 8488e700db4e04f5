"""What has a name of its own is given another one on its page, and what names it follows."""

import html
import re

import pytest

from noroshi.core.levels import Level
from noroshi.core.model import Cause, Change, Event, ItemState, State
from noroshi.core.translation import bilingual
from noroshi.definitions.stable_ids import TYPES_WITH_ID
from noroshi.transports import BUILT_IN
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT, EXAMINED, POST, Harness
from tests.service.mail.test_ledger import alarm
from tests.service.test_renaming import NOTICE
from tests.web.browser import with_user
from tests.web.test_editing_pages import again, filled_in, saved

pytestmark = pytest.mark.logged_in

CLOUD = {"authority": "https://lab.example.com", "scope": "x", "smtp_host": "lab.example.com"}
TO_THE_LIST = ("networks", "accounts")
NETWORK = {"proxy": "proxy.example.com:8080"}
PAGES = [
    ("instances", "web1", "/settings/instance?name={}", "notifications/day", "silences"),
    (
        "rules",
        "all",
        "/settings/rule?name={}",
        "instances/web1",
        "Its notification history is kept",
    ),
    ("notifications", "day", "/settings/notification?name={}", "", "no other definition"),
    (
        "contacts",
        "ops",
        "/settings/contact?name={}",
        "rules/all",
        "Waiting messages keep their addresses",
    ),
    ("routes", "plain", "/mail/edit?key=routes/{}", "rules/all", "starts over"),
    (
        "networks",
        "proxy",
        "/mail/edit?key=networks/{}",
        "routes/plain",
        "accounts and monitors that refer to",
    ),
    (
        "accounts",
        "box",
        "/mail/edit?key=accounts/{}",
        "routes/m365",
        "nobody has to sign in again",
    ),
    ("clouds", "lab", "/settings/name?key=clouds/{}", "accounts/lab", "their sign-ins remain"),
    ("blueprints", "shop", "/settings/name?key=blueprints/{}", "", "do not refer to it"),
]


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(routes=(POST, EXAMINED, *BUILT_IN)))
    route = {"kind": "post", "network": "proxy"}
    await apply_definitions(
        InProcessClient(harness),
        notifications__day=NOTICE,
        networks__proxy=NETWORK,
        routes__plain=route,
        clouds__lab=CLOUD,
        accounts__lab=CONTENT["accounts/box"] | {"cloud": "lab"},
        blueprints__shop={"group": [{"name": "till", "monitor": []}]},
    )
    return harness


async def shown(harness):
    return (await InProcessClient(harness)("definition_show"))["documents"]


@pytest.mark.parametrize(("type", "name", "page", "names_it", "told"), PAGES)
async def test_it_is_renamed_with_what_names_it_and_says_before_what_that_means(
    harness, browser, type, name, page, names_it, told
):
    here, before = page.format(name), await shown(harness)
    await browser.get(here)
    assert filled_in(browser.text)["name"] == name and told in html.unescape(browser.text)
    await again(browser, here, "preview", name="renamed")
    assert browser.status == 200 and f"{type}/{name} → {type}/renamed</small>" in browser.text
    assert filled_in(browser.text)["name"] == "renamed" and await shown(harness) == before
    await again(browser, here)
    assert browser.status == 303 and ("renamed" in browser.to or type in TO_THE_LIST)
    assert (await browser.get(browser.to)).status == 200
    after = await shown(harness)
    kept = {"id": name} if type in TYPES_WITH_ID else {}
    assert f"{type}/{name}" not in after
    assert after[f"{type}/renamed"] == before[f"{type}/{name}"] | kept
    assert not names_it or "renamed" in str(after[names_it])


@pytest.mark.parametrize(("type", "name", "page", "_names_it", "_told"), PAGES)
async def test_a_name_that_cannot_be_is_told_at_its_field(
    harness, browser, type, name, page, _names_it, _told
):
    before = await shown(harness)
    await saved(browser, page.format(name), name="A b")
    assert browser.status == 400 and 'id="f-name-bad"' in browser.text
    assert filled_in(browser.text)["name"] == "A b" and await shown(harness) == before


async def test_a_name_that_is_taken_is_told_with_all_the_rest(harness, browser):
    await saved(browser, "/settings/contact?name=ops", name="boss", zone="Mars/Base")
    assert browser.status == 400 and "this name is already in use" in browser.text
    assert 'id="f-zone-bad"' in browser.text


async def test_what_was_typed_with_a_new_name_outlives_what_others_save(harness, browser):
    page = "/settings/contact?name=ops"
    await browser.get(page)
    theirs = (await shown(harness))["contacts/ops"] | {"title": "Theirs"}
    await InProcessClient(harness)("definition_change", put={"contacts/ops": theirs})
    await again(browser, page, name="night", zone="UTC")
    assert browser.status == 409 and filled_in(browser.text)["name"] == "night"
    assert "Discard my changes" in browser.text
    await again(browser, page)
    after = await shown(harness)
    assert after["contacts/night"]["title"] == "Theirs"
    assert after["contacts/night"]["zone"] == "UTC" and "contacts/ops" not in after


async def alarmed(harness, level, serial=1, told=True):
    """Volume /var came to that level, and a mail that says so waits if it is told."""
    store, now = harness.store, harness.time.now
    block = await store.lease_monitors(await store.begin("node", now), now)
    (group,) = (await shown(harness))["instances/web1"]["group"]
    id = group["monitor"][0]["id"]
    event = Event(
        id=f"{id}.{serial}",
        monitor=id,
        path="web1/base/disks",
        item="/var",
        at=now,
        before=Level.CRITICAL if level is Level.OK else Level.OK,
        after=level,
        since=now,
        cause=Cause(words=bilingual(en="It is full.", ja="満杯です。")),
    )
    how = ItemState(level=level, level_since=now, cause=event.cause)
    mail = alarm(f"{event.id}/all/ops", born=now)
    state = State(items={"/var": how}, serial=serial)
    change = Change(monitor=id, state=state, events=(event,), envelopes=(mail,) if told else ())
    assert await store.commit(block.fence, change)


async def test_an_open_alarm_shows_its_way_under_the_new_name_too(harness, browser):
    await alarmed(harness, Level.CRITICAL)
    await InProcessClient(harness)("definition_change", rename={"instances/web1": "shop1"})
    overview = (await browser.get("/")).text
    assert "shop1 › disks › /var" in overview
    assert "None of the newest alarms is about this problem" not in overview
    found = (await browser.get("/ledger?q=shop1/base/disks")).text
    assert "<small>web1/base/disks" in found  # what was told keeps the name of that time


async def test_an_open_alarm_that_no_mail_is_about_says_so(harness, browser):
    await alarmed(harness, Level.CRITICAL, told=False)
    overview = (await browser.get("/")).text
    assert "None of the newest alarms is about this problem" in overview


async def test_an_alarm_that_ended_leads_to_its_monitor_under_the_new_name(harness, browser):
    await alarmed(harness, Level.OK)
    await InProcessClient(harness)("definition_change", rename={"instances/web1": "shop1"})
    page = (await browser.get("/alarms")).text
    assert "/monitor/shop1/base/disks" in page and "/monitor/web1" not in page


async def test_an_alarm_in_the_ledger_leads_to_its_monitor_by_its_name_of_today(
    harness, browser
):
    await alarmed(harness, Level.CRITICAL)
    await InProcessClient(harness)("definition_change", rename={"instances/web1": "shop1"})
    found = (await browser.get("/ledger?q=shop1/base/disks")).text
    page = re.search(r'href="(/ledger/alarm\?id=[^"]+)"', found)[1]
    told = (await browser.get(page)).text
    assert 'href="/monitor/shop1/base/disks"' in told and "<span>web1/base/disks" in told


async def test_noroshi_itself_keeps_its_name_and_its_place(browser):
    await browser.get("/settings/instance?name=noroshi")
    assert browser.status == 200
    assert {"name", "address", "source"}.isdisjoint(filled_in(browser.text))
    await browser.get("/settings/instance?name=web1")
    assert {"name", "address", "source"} <= filled_in(browser.text).keys()


GONE = [
    ("contacts", "ops", "/settings/contact?name=ops", {"zone": "UTC"}),
    ("rules", "all", "/settings/rule?name=all", {"repeat": "3h"}),
    ("accounts", "box", "/mail/edit?key=accounts/box", {"tenant": "other"}),
    ("routes", "plain", "/mail/edit?key=routes/plain", {"title": "Mine"}),
]


def theirs_of(page):
    """The page of the same once it is called theirs."""
    for end in ("name=", "routes/", "accounts/"):
        start, there, _ = page.rpartition(end)
        if there:
            return f"{start}{end.replace('/', '%2F')}theirs"
    raise AssertionError(page)


def without_id(content):
    return {key: one for key, one in content.items() if key != "id"}


@pytest.mark.parametrize(("type", "name", "page", "typed"), GONE)
async def test_what_somebody_else_renamed_is_saved_all_the_same_by_its_own_name(
    harness, browser, type, name, page, typed
):
    before = (await shown(harness))[f"{type}/{name}"]
    await browser.get(page)
    await InProcessClient(harness)("definition_change", rename={f"{type}/{name}": "theirs"})
    await again(browser, page, **typed)
    assert browser.status == 409 and "This name no longer exists" in browser.text
    assert "Discard my changes" not in browser.text
    assert f'<a href="{theirs_of(page)}">theirs</a>' in browser.text
    assert typed.items() <= filled_in(browser.text).items()
    await again(browser, page, "preview")
    assert browser.status == 200 and typed.items() <= filled_in(browser.text).items()
    await again(browser, page)
    assert browser.status == 303
    after = await shown(harness)
    mine, theirs = after[f"{type}/{name}"], after[f"{type}/theirs"]
    assert without_id(mine) == before | typed and without_id(theirs) == before
    assert mine.get("id") != theirs.get("id") or type not in TYPES_WITH_ID


@pytest.mark.parametrize(("type", "name", "page", "typed"), GONE[1:3])
@pytest.mark.parametrize("now", ["theirs", "its first", ""], ids=["renamed", "back", "removed"])
async def test_what_had_other_names_before_is_saved_all_the_same_with_its_id_if_that_is_free(
    harness, browser, type, name, page, typed, now
):
    ask, key = InProcessClient(harness), f"{type}/mine"
    await ask("definition_change", rename={f"{type}/{name}": "mine"})
    page, before = page.replace(name, "mine"), await shown(harness)
    await browser.get(page)
    if now:
        await ask("definition_change", rename={key: "theirs" if now == "theirs" else name})
    else:
        unused = {
            "routes/m365": {"kind": "post"},
            "instances/web1": before["instances/web1"] | {"rules": []},
        }
        await ask("definition_change", remove=[key], put=unused)
    await again(browser, page, **typed)
    assert browser.status == 409
    await again(browser, page)
    assert browser.status == 303
    mine = (await shown(harness))[key]
    assert without_id(mine) == without_id(before[key]) | typed
    assert (mine.get("id") == name) is not bool(now)


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("/settings/instance?name=web1", {"title": "Mine"}),
        ("/settings/monitor?in=web1&group=base&name=disks", {"title": "Mine"}),
    ],
    ids=["instance", "monitor"],
)
async def test_no_monitor_is_there_twice_as_somebody_else_renamed_it(
    harness, browser, page, typed
):
    await browser.get(page)
    known = (await shown(harness))["instances/web1"]
    if "monitor" in page:
        (group,) = known["group"]
        (monitor,) = group["monitor"]
        theirs = known | {"group": [group | {"monitor": [monitor | {"name": "theirs"}]}]}
        await InProcessClient(harness)("definition_change", put={"instances/web1": theirs})
    else:
        await InProcessClient(harness)("definition_change", rename={"instances/web1": "theirs"})
    now = await shown(harness)
    await again(browser, page, **typed)
    assert browser.status == 409 and typed.items() <= filled_in(browser.text).items()
    assert f'<a href="{html.escape(theirs_of(page))}">' in browser.text
    await again(browser, page)
    assert browser.status == 400 and "is already used by" in html.unescape(browser.text)
    assert typed.items() <= filled_in(browser.text).items() and await shown(harness) == now


async def test_an_instance_that_somebody_else_removed_is_saved_with_all_that_was_in_it(
    harness, browser
):
    page, before = "/settings/instance?name=web1", (await shown(harness))["instances/web1"]
    day = NOTICE | {"instances": []}
    await browser.get(page)
    await InProcessClient(harness)(
        "definition_change",
        remove=["instances/web1"],
        put={"notifications/day": day},
        empty=True,
    )
    await again(browser, page, title="Mine")
    assert browser.status == 409
    await again(browser, page)
    assert browser.status == 303
    assert (await shown(harness))["instances/web1"] == before | {"title": "Mine"}


async def test_a_monitor_whose_group_is_gone_is_put_over_nothing(harness, browser):
    page = "/settings/monitor?in=web1&group=base&name=disks"
    await browser.get(page)
    known = (await shown(harness))["instances/web1"]
    theirs = known | {"title": "Theirs", "group": [{"name": "other", "monitor": []}]}
    await InProcessClient(harness)("definition_change", put={"instances/web1": theirs})
    now = await shown(harness)
    await again(browser, page, title="Mine")
    assert browser.status == 409 and "cannot be saved here" in browser.text
    await again(browser, page)
    assert browser.status == 409 and await shown(harness) == now
    assert filled_in(browser.text)["title"] == "Mine"


async def test_the_new_name_is_told_though_it_was_changed_with_it_and_twice(harness, browser):
    page = "/settings/contact?name=ops"
    await browser.get(page)
    ask, its = InProcessClient(harness), (await shown(harness))["contacts/ops"]
    changed = its | {"language": "en"}
    await ask(
        "definition_change", put={"contacts/ops": changed}, rename={"contacts/ops": "night"}
    )
    await ask("definition_change", rename={"contacts/night": "duty"})
    await again(browser, page, zone="UTC")
    assert browser.status == 409 and filled_in(browser.text)["zone"] == "UTC"
    assert "It is now here" in browser.text
    assert '<a href="/settings/contact?name=duty">duty</a>' in browser.text


async def test_of_what_was_removed_no_new_name_is_told_though_another_one_came(
    harness, browser
):
    page = "/settings/contact?name=boss"
    await browser.get(page)
    other = {"addresses": ["other@example.com"], "language": "en", "zone": "Europe/Rome"}
    await InProcessClient(harness)(
        "definition_change", put={"contacts/new": other}, remove=["contacts/boss"]
    )
    await again(browser, page, zone="UTC")
    assert browser.status == 409 and "This name no longer exists" in browser.text
    assert "It is now here" not in browser.text


async def test_a_monitor_is_found_whose_instance_or_group_has_another_name(harness, browser):
    page = "/settings/monitor?in=web1&group=base&name=disks"
    await browser.get(page)
    (group,) = (await shown(harness))["instances/web1"]["group"]
    its = (await shown(harness))["instances/web1"] | {"group": [group | {"name": "other"}]}
    ask = InProcessClient(harness)
    await ask("definition_change", put={"instances/web1": its})
    await ask("definition_change", rename={"instances/web1": "theirs"})
    await again(browser, page, title="Mine")
    there = html.escape("/settings/monitor?in=theirs&group=other&name=disks")
    assert browser.status == 409 and f'<a href="{there}">theirs/other/disks</a>' in browser.text
    assert filled_in(browser.text)["title"] == "Mine"


async def test_the_app_of_a_route_is_not_typed_in_vain_as_the_route_has_another_name(
    harness, browser
):
    page = "/mail/route/m365"
    await browser.get(page)
    form = filled_in(browser.text, 'id="app"') | {"mailbox": "mine@example.com", "do": "save"}
    await InProcessClient(harness)("definition_change", rename={"routes/m365": "theirs"})
    await browser.post(page, **form)
    assert browser.status == 409 and "routes/m365 is now routes/theirs" in browser.text
    assert 'href="/mail/route/theirs"' in browser.text
    form = filled_in(browser.text, 'id="app"')
    assert form["mailbox"] == "mine@example.com"
    await browser.post("/mail/route/theirs", **form, do="save")
    assert browser.status == 303
    assert (await shown(harness))["accounts/box"]["mailbox"] == "mine@example.com"


async def test_a_form_of_a_route_that_is_gone_is_told_so(harness, browser):
    await browser.get("/mail/route/m365")
    await browser.post("/mail/route/none", do="save", mailbox="mine@example.com")
    assert browser.status == 404
