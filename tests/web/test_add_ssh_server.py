"""A server is added over SSH: a key is made, the host key compared, and the instance defined."""

import re

import asyncssh
import pytest

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.definitions.document_content import content
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness
from tests.service.setup.test_first_steps import FOUND
from tests.web.browser import browsing, with_user

pytestmark = pytest.mark.logged_in
PAGE = "/servers/add?way=ssh"


@pytest.fixture
async def harness():
    return await with_user(harness=Harness(checks=CHECKS))


@pytest.fixture
async def server():
    """An SSH server on loopback: whoever has the key may log in."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")

    class Server(asyncssh.SSHServer):
        def begin_auth(self, _username):
            return True

    listener = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[host_key]
    )
    yield listener.get_port(), host_key.get_fingerprint()
    listener.close()
    await listener.wait_closed()


@pytest.fixture
async def prepared(harness):
    await apply_definitions(InProcessClient(harness))
    return harness


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', page))


async def shown(browser, port, **more):
    await browser.get(PAGE)
    login = {"address": "127.0.0.1", "port": str(port), "user": "watcher", "title": "NAS 1"}
    way = {"login": "new-key", "rule.all": "yes"}
    return await browser.post(PAGE, do="ssh_look", **(login | way | more))


async def instance(harness, name="nas-1"):
    documents = {one.key: content(one) for one in (await harness.store.current()).documents}
    return documents.get(f"instances/{name}")


async def test_a_server_is_added_once_its_host_key_was_compared(prepared, browser, server):
    port, fingerprint = server
    page = (await shown(browser, port)).text
    assert fingerprint in page and "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in page
    assert "authorized_keys" in page and "ssh-ed25519 AAAA" in page
    assert "PRIVATE KEY" not in page
    await browser.post(PAGE, do="ssh_add", same="yes", **without_csrf(page))
    assert browser.to == "/servers/watch?instance=nas-1"
    nas = await instance(prepared)
    assert (nas["source"], nas["address"], nas["title"]) == ("ssh", "127.0.0.1", "NAS 1")
    assert nas["ssh"] == {
        "user": "watcher",
        "port": port,
        "key": "ssh/nas-1",
        "host_key": fingerprint,
    }
    kinds = [one["kind"] for group in nas["group"] for one in group["monitor"]]
    assert kinds == ["disk", "memory", "cpu"] and nas["rules"] == ["all"]


def without_csrf(page):
    return {name: value for name, value in hidden(page).items() if name != "csrf"}


async def test_nothing_is_added_before_the_host_key_was_compared(prepared, browser, server):
    page = (await shown(browser, server[0])).text
    await browser.post(PAGE, do="ssh_add", **without_csrf(page))
    assert browser.status == 400 and "Compare the fingerprint" in browser.text
    assert await instance(prepared) is None


async def test_a_password_goes_to_the_vault_and_stands_in_no_page(prepared, browser, server):
    page = (await shown(browser, server[0], login="password", secret="correct horse")).text
    assert "correct horse" not in page and "authorized_keys" not in page
    await browser.post(PAGE, do="ssh_add", same="yes", **without_csrf(page))
    assert (await instance(prepared))["ssh"]["password"] == "ssh/nas-1"
    assert (await prepared.service.context.vault.get("ssh/nas-1")).reveal() == "correct horse"


async def test_where_nobody_answers_no_key_is_made(prepared, browser):
    await shown(browser, 1)
    assert browser.status >= 400 and "Show the host key" in browser.text
    assert 'value="127.0.0.1"' in browser.text and 'value="NAS 1"' in browser.text
    assert not [one for one in await prepared.service.context.vault.names() if "ssh" in one]


async def test_a_port_of_thousands_of_digits_is_refused_like_other_text(prepared, browser):
    await shown(browser, "9" * 5000)
    assert browser.status == 400 and 'value="127.0.0.1"' in browser.text


async def test_after_that_its_services_and_ports_are_proposed(tmp_path, server):
    harness = await with_user(harness=Harness(host=FOUND, checks=CHECKS))
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        page = (await shown(browser, server[0])).text
        await browser.post(PAGE, do="ssh_add", same="yes", **without_csrf(page))
        there = browser.to
        page = (await browser.get(there)).text
        assert "What to monitor on NAS 1" in page and page.count("already monitored") == 3
        assert 'name="title"' not in page and "/add?to=nas-1" in page
        await browser.post(there, **{"take.services/sshd": "yes"})
        assert browser.to == "/"
        assert "Suggest monitors" in (await browser.get("/instance/nas-1")).text
    nas = await instance(harness)
    kinds = [one["kind"] for group in nas["group"] for one in group["monitor"]]
    assert kinds == ["disk", "memory", "cpu", "process"] and nas["title"] == "NAS 1"
