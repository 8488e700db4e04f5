"""Servers in the manager: listed, added, renamed and removed."""

import re
from dataclasses import replace

import pytest

from noroshi import __version__
from noroshi.checks import BUILT_IN as CHECKS
from noroshi.core.agents import AgentState, Machine
from noroshi.core.levels import Level
from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.core.translation import plain
from noroshi.link.fingerprint_words import fingerprint_words
from noroshi.link.join_code import JoinCode
from noroshi.link.update_messages import UpdateReport
from noroshi.service import perform
from noroshi.service.agents.hub_endpoints import ListenerSetting, write_setting
from noroshi.vault import Secret
from tests.service.agents.fleet import PIN, heard, joined, opened
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import AKI, POST, Harness
from tests.web.browser import GOOD, browsing, with_user

pytestmark = pytest.mark.logged_in
GROUP = [{"name": "base", "rules": ["all"], "monitor": [{"name": "disks", "kind": "disk"}]}]
INVITE = {"do": "agent_invite", "servers": "1"}


def line_in(page):
    return re.search(r'<pre class="code" id="line"[^>]*>([^<]*)</pre>', page)


async def test_where_nobody_reaches_the_node_the_page_opens_an_address_first(browser):
    await browser.get("/servers/add")
    assert "Listen for agents" in browser.text
    assert 'value="agents_listen"' in browser.text
    assert 'value="agent_invite"' not in browser.text


async def test_an_address_is_opened_with_the_password_and_what_was_typed_stays(browser):
    await browser.get("/servers/add")
    place = {"host": "kanri01", "port": "7700", "address": "no address"}
    await browser.post("/servers/add?way=agent", do="agents_listen", **place)
    assert browser.status == 403 and 'id="password"' in browser.text
    assert 'value="kanri01"' in browser.text and 'value="7700"' in browser.text
    await browser.post("/servers/add?way=agent", do="agents_listen", password=GOOD, **place)
    assert browser.status == 400 and "must be an IP address" in browser.text


async def test_where_there_is_no_server_the_page_says_what_to_do(harness, browser):
    await browser.get("/servers")
    assert "There are no servers yet." in browser.text and "0 servers" not in browser.text
    assert re.search(r'<p class="empty">[^<]*<a href="/servers/add">', browser.text)


async def test_servers_with_their_count_stand_above_the_tree(harness, browser):
    for name in ("fs01", "fs02"):
        await joined(harness, name, invitation=name)
    await joined(harness, "old01", state=AgentState.REVOKED)
    await apply_definitions(InProcessClient(harness))
    await browser.get("/")
    head = browser.text[browser.text.index('<nav class="tree"') :]
    link = re.search(r'<a href="/servers">Servers <span class="tree__value">(\d+)<', head)
    assert link and link.start() < head.index("<ul>")
    await browser.get("/servers?view=list")
    assert int(link.group(1)) == len(re.findall(r"<tr>", browser.text)) - 2  # head, removed


async def test_the_instance_of_noroshi_itself_is_no_server(tmp_path):
    harness = await with_user(harness=Harness(checks=CHECKS))
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/instance/noroshi")
        count = re.search(r'<a href="/servers">Servers <span[^>]*>(\d+)<', browser.text)
        await browser.get("/servers?view=list")
        rows = re.findall(r"<tr>", browser.text)[1:]  # without the head
        assert count and int(count.group(1)) == len(rows)


async def test_the_address_is_changed_from_what_is_in_force(harness, browser):
    setting = ListenerSetting(address="127.0.0.2", port=7700, host="kanri.example.com")
    await write_setting(opened(harness).store, setting)
    await browser.get("/servers/add")
    for value in ("kanri.example.com", "7700", "127.0.0.2"):
        assert re.search(rf'<input [^>]*value="{value}"', browser.text)
    assert re.search(r'<details class="more" open>\s*<summary>Listen on one', browser.text)


async def test_the_line_is_shown_once_with_the_words_to_compare(harness, browser):
    opened(harness)
    await browser.get("/servers/add")
    assert 'value="agent_invite"' in browser.text and not line_in(browser.text)
    await browser.post("/servers/add?way=agent", **INVITE)
    assert "create the file there: make dist" in browser.text
    line = line_in(browser.text).group(1)
    code = line.split()[5]
    assert line == f"noroshi --lang en join kanri01:7664 {code}"
    assert JoinCode.read(code).pin == PIN
    for word in fingerprint_words(PIN, "en"):
        assert f"<li>{word}</li>" in browser.text
    await browser.get("/servers/add")
    assert not line_in(browser.text) and code not in browser.text
    assert "0 of 1" in browser.text


@pytest.mark.parametrize("servers", ["0", "501", "many", "1e3"])
async def test_a_wrong_number_of_servers_is_told_at_its_field(harness, browser, servers):
    opened(harness)
    await browser.get("/servers/add")
    await browser.post("/servers/add?way=agent", **INVITE | {"servers": servers})
    assert browser.status == 400 and not line_in(browser.text)
    assert f'value="{servers}"' in browser.text and 'aria-invalid="true"' in browser.text
    assert await harness.store.invitations() == {}


async def test_an_invitation_is_withdrawn(harness, browser):
    opened(harness)
    await browser.get("/servers/add")
    await browser.post("/servers/add?way=agent", **INVITE)
    (id,) = await harness.store.invitations()
    await browser.post("/servers/add?way=agent", do="agent_uninvite", id=id)
    assert "The invitation was withdrawn." in browser.text
    assert await harness.store.invitations() == {}


async def test_progress_goes_from_invited_to_the_first_contact(harness, browser):
    opened(harness)
    await browser.get("/servers/add/progress?id=i1")
    assert "expired without being used" in browser.text
    agent = await joined(harness, "fs02")
    await browser.get("/servers/add/progress?id=i1")
    assert browser.text.count("is-lit") == 2 and "fs02" in browser.text
    await heard(harness, agent)
    await browser.get("/servers/add/progress?id=i1")
    assert browser.text.count("is-lit") == 3 and "connected" in browser.text
    harness.time.pass_by(hours=1)
    await browser.log_in()
    await browser.get("/servers/add/progress?id=i1")
    assert "hx-get" not in browser.text and "no contact since <time" in browser.text


async def test_each_server_is_listed_as_a_card_and_as_a_row(harness, browser):
    fs02 = await joined(harness, "fs02")
    await joined(harness, "new01", invitation="i2")
    await heard(harness, fs02, backlog=12)
    for view in ("cards", "list"):
        await browser.get(f"/servers?view={view}")
        assert "fs02" in browser.text and "connected" in browser.text
        assert "joined, no contact yet" in browser.text and "12" in browser.text
        assert "1 agent is not reporting" in browser.text
    harness.time.pass_by(minutes=5)
    await browser.get("/servers")
    assert (
        "no contact since <time" in browser.text
        and "2 agents are not reporting" in browser.text
    )


async def test_the_list_says_where_nothing_is_monitored_yet(harness, browser):
    await joined(harness, "fs02")
    await joined(harness, "old01", state=AgentState.REVOKED)
    await browser.get("/servers?view=list")
    cells = re.findall(r'<td data-th="What is monitored">([^<]*)</td>', browser.text)
    assert sorted(cells) == ["nothing yet", "—"]


async def test_the_page_of_a_removed_agent_promises_no_instances(harness, browser):
    agent = await joined(harness, "old01", state=AgentState.REVOKED)
    await browser.get(f"/servers/agent/{agent.id}")
    assert "<dt>Instances</dt><dd>none</dd>" in browser.text


async def test_an_agent_is_renamed_and_removed_with_the_password(harness, browser):
    agent = await joined(harness, "fs02", secrets=("smtp",))
    page = f"/servers/agent/{agent.id}"
    await browser.get(page)
    await browser.post(page, do="agent_rename", name="files")
    assert browser.status == 403 and 'value="files"' in browser.text
    await browser.post(page, do="agent_rename", name="files", password=GOOD)
    assert "The agent is now called files." in browser.text
    await browser.post(page, do="agent_revoke")
    assert "files was removed" in browser.text and "Change these secrets" in browser.text
    assert (await harness.store.agents())[agent.id].state is AgentState.REVOKED
    assert 'value="agent_revoke"' not in browser.text


async def test_an_agent_that_is_none_is_not_there(browser):
    await browser.get("/servers/agent/nobody")
    assert browser.status == 404


async def test_a_deed_that_is_none_is_not_there(harness, browser):
    agent = await joined(harness, "fs02")
    await browser.get("/servers")
    for page in ("/servers/add", f"/servers/agent/{agent.id}"):
        await browser.post(page, do="agent_list")
        assert browser.status == 404


async def test_a_new_instance_is_offered_what_the_agent_is_called(harness, browser):
    agent = await joined(harness, "FS02")
    await heard(harness, agent)
    await browser.get(f"/servers/agent/{agent.id}")
    assert 'href="/servers/watch?agent=FS02"' in browser.text
    await browser.get("/servers/watch?agent=FS02")
    link = re.search(r'href="(/settings/instance\?source=[^"]*)"', browser.text).group(1)
    await browser.get(link.replace("&amp;", "&"))
    assert '<option value="FS02" selected>agent FS02</option>' in browser.text
    assert 'value="192.0.2.1"' in browser.text and 'value="fs02"' in browser.text
    for other in ("node", "network"):
        assert f'<option value="{other}">' in browser.text


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_others_see_servers_and_add_none(tmp_path, role):
    harness = opened(await with_user(role))
    agent = await joined(harness, "fs02")
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/servers")
        assert "fs02" in browser.text and "/servers/add" not in browser.text
        await browser.get(f"/servers/agent/{agent.id}")
        assert browser.status == 200 and 'value="agent_revoke"' not in browser.text
        for page in ("/servers/add", "/servers/add/progress?id=i1"):
            await browser.get(page)
            assert browser.status == 403


async def test_the_page_of_an_instance_names_its_agent_and_whether_it_reports(harness, browser):
    agent = await joined(harness, "FS02")
    await apply_definitions(
        InProcessClient(harness), instances__files={"source": "fs02", "group": GROUP}
    )
    await browser.get("/instance/files")
    assert "joined, no contact yet" in browser.text
    await heard(harness, agent)
    await browser.get("/instance/files")
    assert f'monitored by agent <a href="/servers/agent/{agent.id}">FS02</a>' in browser.text
    assert "connected" in browser.text
    await browser.get("/group/files/base")
    assert "connected" in browser.text


async def test_what_a_silent_agent_measures_is_never_shown_as_fine(harness, browser):
    agent = await joined(harness, "fs02")
    await apply_definitions(
        InProcessClient(harness), instances__web1={"source": "fs02", "group": GROUP}
    )
    await heard(harness, agent)
    await harness.measured(level=Level.OK)
    await browser.get("/servers")
    assert '<li class="level level--ok">' in browser.text
    assert "currently unknown" not in browser.text
    harness.time.pass_by(minutes=5)
    await browser.get("/servers")
    assert '<li class="level level--unknown">' in browser.text
    assert "currently unknown" in browser.text


async def test_a_removed_agent_is_deleted_from_the_list_with_its_secrets_told_before(
    harness, browser
):
    agent = await joined(harness, "old01", secrets=("smtp",))
    await perform(harness.service, AKI, "agent_revoke", {"agent": "old01"})
    await browser.get("/servers")
    assert "Secrets to change" in browser.text
    page = f"/servers/agent/{agent.id}"
    await browser.get(page)
    await browser.post(page, do="agent_forget")
    assert browser.to == "/servers"
    assert "old01" not in (await browser.get("/servers")).text


async def test_an_agent_without_a_route_of_its_own_is_offered_ways_to_one(harness, browser):
    agent = await joined(harness, "fs02")
    await browser.get(f"/servers/agent/{agent.id}")
    assert "fs02 does not have its own delivery route" in browser.text
    assert "noroshi setup microsoft365 --sign-in app" in browser.text
    assert "definition set routes/own" in browser.text and "own-hook" in browser.text
    assert "alarms are queued" in (await browser.get("/servers")).text


async def test_an_agent_with_a_route_of_its_own_sends_itself(harness, browser):
    agent = await joined(harness, "fs02", own_route=True)
    await browser.get(f"/servers/agent/{agent.id}")
    assert "fs02 sends the alarms itself" in browser.text and "own-hook" not in browser.text


async def test_an_agent_of_another_version_is_updated_with_the_password(harness, browser):
    agent = await joined(harness, "fs01")
    page = f"/servers/agent/{agent.id}"
    await browser.get(page)
    assert 'value="agent_update"' in browser.text
    await browser.post(page, do="agent_update")
    assert browser.status == 403 and "An update installs a program" in browser.text
    await browser.post(page, do="agent_update", password=GOOD)
    assert "make dist" in browser.text  # there is no file yet


async def test_an_agent_with_windows_is_told_in_the_words_of_windows(harness, browser):
    machine = Machine(host_name="srv1", system="Windows 2022Server AMD64")
    agent = await joined(harness, "srv1", machine=machine)
    await browser.get(f"/servers/agent/{agent.id}")
    assert "noroshi-setup.exe /S" in browser.text and "agent_update" not in browser.text
    assert "sudo" not in browser.text and "In PowerShell on srv1" in browser.text


async def test_an_update_that_failed_is_shown(harness, browser):
    agent = await joined(harness, "fs01")
    report = UpdateReport(phase="went-back", version="0.9.2", words=plain("it was away"))
    harness.service.context.agents_hub.update_reports()[agent.id] = report
    for page in (f"/servers/agent/{agent.id}", "/servers", "/servers?view=list"):
        await browser.get(page)
        assert "The update to version 0.9.2 failed: it was away." in browser.text


async def test_an_agent_of_this_version_needs_no_update(harness, browser):
    agent = await joined(harness, "fs01", version=__version__)
    await browser.get(f"/servers/agent/{agent.id}")
    assert 'value="agent_update"' not in browser.text


ROUTES = {
    "routes__relay": {"kind": "smtp", "title": "Relay", "options": {"password": "smtp"}},
    "routes__by_user": {"kind": "smtp", "title": "By user", "options": {"account": "box"}},
}


@pytest.fixture
async def fs02(harness, browser):
    """An agent that accepts routes, of a hub that has some."""
    harness.plugins.transports["smtp"] = replace(POST, kind="smtp")
    await harness.vault.put("smtp", Secret("geheim"))
    await apply_definitions(InProcessClient(harness), **ROUTES)
    return await joined(harness, "fs02", accepts_routes=True)


async def test_a_route_is_shared_on_the_page_of_an_agent_with_the_password(
    harness, browser, fs02
):
    page = f"/servers/agent/{fs02.id}"
    await browser.get(page)
    assert '<option value="relay">Relay</option>' in browser.text
    assert "By user</a></dt><dd>A user signs in for this route." in browser.text
    await browser.post(page, do="agent_share", route="relay")
    assert browser.status == 403 and 'id="password"' in browser.text
    await browser.post(page, do="agent_share", route="relay", password=GOOD)
    assert "fs02 receives route “relay”" in browser.text
    assert "fs02 does not use the shared routes yet" in browser.text
    assert '<option value="relay"' not in browser.text
    await browser.post(page, do="agent_unshare", route="relay")
    assert "Route “relay” is no longer shared with fs02" in browser.text
    assert '<option value="relay">Relay</option>' in browser.text


async def test_a_shared_route_that_cannot_be_shared_any_more_says_why(harness, browser, fs02):
    ask = InProcessClient(harness)
    await ask("agent_share", agent="fs02", route="relay")
    await ask("definition_change", put={"routes/relay": ROUTES["routes__by_user"]})
    await browser.get(f"/servers/agent/{fs02.id}")
    assert re.search(r"A user signs in .*\sfs02 no longer receives this route", browser.text)


async def test_an_agent_that_accepts_no_route_says_so(harness, browser):
    agent = await joined(harness, "fs02")
    await browser.get(f"/servers/agent/{agent.id}")
    assert "fs02 does not accept delivery routes" in browser.text
    assert 'value="agent_share"' not in browser.text


async def test_all_agents_of_another_version_are_updated_and_each_refusal_is_told(
    harness, browser
):
    await joined(harness, "fs01")
    await joined(harness, "fs02", invitation="i2")
    await joined(harness, "new", invitation="i3", version=__version__)
    await browser.get("/servers")
    assert "2 agents run a different version" in browser.text
    await browser.post("/servers", do="agent_update_all")
    assert browser.status == 403 and "An update installs a program" in browser.text
    await browser.post("/servers", do="agent_update_all", password=GOOD)
    assert re.findall(r"<b>(\w+):</b>\s*This hub has no file", browser.text) == ["fs01", "fs02"]
    await browser.post("/servers", do="agent_explode")
    assert browser.status == 404
