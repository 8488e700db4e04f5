"""Whoever may not do or see something is told so as a person would say it."""

import re

import pytest

from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.service.operation_list import OFFERED
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import browsing, with_user

FOR_ADMINISTRATORS = (
    "/settings/users",
    "/settings/tokens",
    "/settings/audit",
    "/settings/places",
    "/settings/files",
    "/settings/version?number=1",
    "/mail/new",
    "/mail/edit?key=routes/plain",
    "/place/web1",
    "/place/web1/base/disks",
)
INSIDE = re.compile("|".join(rf"\b{name}\b" for name in OFFERED if "_" in name))
TOLD = {
    "en": "This requires the role administrator. Ask an administrator.",
    "ja": "この操作には「管理者」の権限が必要です。管理者に依頼してください。",
}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_a_page_for_administrators_says_who_may_open_it(tmp_path, role, language):
    harness = await with_user(role)
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        for path in FOR_ADMINISTRATORS:
            await browser.get(path, headers={"accept-language": language})
            assert browser.status == 403, path
            assert TOLD[language] in browser.text, path
            assert not INSIDE.search(browser.text), path


async def test_a_form_that_was_sent_all_the_same_is_answered_in_the_same_words(tmp_path):
    harness = await with_user(VIEWER)
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/me", headers={"accept-language": "ja"})
        given = {"do": "stop", "part": "web1/base/disks"}
        fields = {"csrf": browser.csrf} | given
        await browser.ask("POST", "/switch", data=fields, headers={"accept-language": "ja"})
        assert browser.status == 403 and not INSIDE.search(browser.text)
        assert (
            "この操作には「運用担当」の権限が必要です。管理者に依頼してください。"
            in browser.text
        )
