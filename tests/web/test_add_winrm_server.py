"""A Windows server is added over WinRM in Debian's Chromium: its certificate is compared, the login
is diagnosed, and what was found is proposed. The server is a stand-in of ours."""

import pytest
from playwright.async_api import expect

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.definitions.document_content import content
from tests.hosts.winrm.stand_in import PASSWORD
from tests.hosts.winrm.windows_server import LOGIN, client_certificate, windows_server  # noqa: F401  fixtures
from tests.ports import free_port
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness
from tests.web.browser import with_user
from tests.web.window import ON_ITS_LOOP, fits, looking

pytestmark = ON_ITS_LOOP
PASSED = "#exam .level--ok"


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(checks=CHECKS))
    await apply_definitions(InProcessClient(harness))
    return harness


async def filled(seen, port, password=PASSWORD):
    page = seen.page
    await page.goto(f"{seen.url}/servers/add?way=winrm")
    await page.fill("[name=address]", "127.0.0.1")
    await page.fill("[name=port]", str(port))
    await page.fill("[name=title]", "SRV1")
    await page.fill("[name=user]", LOGIN)
    await page.fill("[name=secret]", password)
    return page


async def compared(page):
    await page.click("button[value=winrm_look]")
    await page.check("[name=same]")
    return await page.inner_text("dd code")


async def instance(harness):
    documents = {one.key: content(one) for one in (await harness.store.current()).documents}
    return documents.get("instances/srv1")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_server_is_added_once_its_certificate_was_compared_and_its_login_works(
    chromium,
    harness,
    tmp_path,
    windows_server,  # noqa: F811
    language,
):
    async with looking(chromium, harness, tmp_path, language) as seen:
        page = await filled(seen, windows_server.port)
        await fits(page)
        await seen.shoot(f"winrm-form-{language}")
        fingerprint = await compared(page)
        await fits(page)
        await seen.shoot(f"winrm-certificate-{language}")
        assert not windows_server.logins
        await page.click("button[value=winrm_examine]")
        await expect(page.locator(PASSED)).to_have_count(7)
        await fits(page)
        await seen.shoot(f"winrm-exam-{language}")
        assert await instance(harness) is None
        await page.click("button[value=winrm_add]")
        await page.wait_for_url("**/servers/watch?instance=srv1")
        assert PASSWORD not in await page.content()
        assert seen.wrong == []
    server = await instance(harness)
    assert server["winrm"] == {
        "user": LOGIN,
        "port": windows_server.port,
        "authentication": "ntlm",
        "password": "winrm/srv1",
        "fingerprint": fingerprint,
    }
    kinds = [one["kind"] for group in server["group"] for one in group["monitor"]]
    assert kinds == ["disk", "memory", "cpu"] and server["rules"] == ["all"]


async def test_where_a_ca_vouches_for_the_server_nothing_is_compared_and_a_certificate_logs_in(
    chromium,
    harness,
    tmp_path,
    monkeypatch,
    windows_server,  # noqa: F811
    client_certificate,  # noqa: F811
):
    (authority,) = tmp_path.glob("server*")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with looking(chromium, harness, tmp_path) as seen:
        page = await filled(seen, windows_server.port)
        await page.check("[name=login][value=certificate]")
        await page.fill("[name=client_certificate]", client_certificate.read_text())
        await page.click("button[value=winrm_look]")
        assert await page.is_checked("[name=trust][value=ca]")
        await expect(page.locator("[name=same]")).to_have_count(0)
        await seen.shoot("winrm-trusted-en")
        await page.click("button[value=winrm_examine]")
        await page.click("button[value=winrm_add]")
        await page.wait_for_url("**/servers/watch?instance=srv1")
    assert (await instance(harness))["winrm"] == {
        "port": windows_server.port,
        "authentication": "certificate",
        "certificate": "winrm/srv1",
    }


async def test_a_wrong_password_stops_at_the_login_and_can_be_changed(
    chromium,
    harness,
    tmp_path,
    windows_server,  # noqa: F811
):
    async with looking(chromium, harness, tmp_path) as seen:
        page = await filled(seen, windows_server.port, "wrong")
        await compared(page)
        await page.click("button[value=winrm_examine]")
        await expect(page.locator(".stage--failed")).to_contain_text("(401)")
        await expect(page.locator("button[value=winrm_add]")).to_have_count(0)
        await seen.shoot("winrm-refused-en")
        await page.click("button[value=winrm_change]")
        assert await page.input_value("[name=user]") == LOGIN
        await page.fill("[name=secret]", PASSWORD)
        await compared(page)
        await page.click("button[value=winrm_examine]")
        await page.click("button[value=winrm_add]")
        await page.wait_for_url("**/servers/watch?instance=srv1")


async def test_where_nobody_answers_the_page_says_who_can_mend_it_and_no_secret_is_kept(
    chromium, harness, tmp_path
):
    async with looking(chromium, harness, tmp_path) as seen:
        page = await filled(seen, free_port())
        await page.click("button[value=winrm_look]")
        failed = page.locator(".stage--failed")
        await expect(failed).to_contain_text("the administrator of 127.0.0.1")
        await expect(failed).to_contain_text("Enable-PSRemoting -Force")
        assert await page.input_value("[name=title]") == "SRV1"
        await seen.shoot("winrm-closed-en")
        seen.wrong.clear()  # the console notes the 503 of the page
    names = await harness.service.context.vault.names()
    assert not [one for one in names if "winrm" in one]
