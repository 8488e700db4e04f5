"""Every page there is in Debian's Chromium, in both languages, by day and at night, at a desk and
on a phone: all of it shown, reachable, translated. With PICTURES=1, what it sees lies in
build/pages/each/."""

import re
from contextlib import asynccontextmanager
from importlib.resources import files
from itertools import pairwise, product
from urllib.parse import quote

import pytest
from axe_playwright_python.async_playwright import Axe

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.transports import BUILT_IN as TRANSPORTS
from tests.service.clients import open_manager
from tests.service.harness import Harness
from tests.service.setup.test_first_steps import FOUND
from tests.web.browser import with_two_steps, with_user
from tests.web.hostile import routes_of
from tests.web.node_at_work import living
from tests.web.servers_at_work import with_agents
from tests.web.window import ON_ITS_LOOP, WIDE, Seen, standing

SMALL = 320
"""The width at which nothing may have to be moved sideways (WCAG 2.1, 1.4.10): what has room there
has room on any phone."""
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
FS01, POSTGRES = "fs01/disks/volumes", "db01/service/postgres"
PAGES = {
    "overview": "/",
    "alarms": f"/alarms?at={quote(FS01 + ' /srv/share')}",
    "maintenance": "/alarms/maintenance",
    "mail": "/mail",
    "mail-route": "/mail/route/m365",
    "mail-route-device": "/mail/route/m365?way=device",
    "mail-route-paste": "/mail/route/m365?way=paste",
    "mail-route-certificate": "/mail/route/m365?way=app_certificate",
    "mail-server": "/mail/route/relay",
    "mail-new": "/mail/new",
    "mail-new-microsoft": "/mail/new?of=microsoft365",
    "mail-new-server": "/mail/new?of=smtp",
    "mail-new-webhook": "/mail/new?of=webhook",
    "mail-edit": "/mail/edit?key=routes/relay",
    "mail-edit-account": "/mail/edit?key=accounts/m365",
    "queue": "/queue",
    "queue-mail": "/queue/mail?id={mail}",
    "ledger": "/ledger",
    "ledger-alarm": "/ledger/alarm?id={alarm}",
    "instance": "/instance/fs01",
    "group": "/group/fs01/disks",
    "monitor": f"/monitor/{FS01}",
    "monitor-refuses": f"/monitor/{POSTGRES}",
    "try": f"/try/{FS01}",
    "place": f"/place/{FS01}",
    "place-instance": "/place/fs01",
    "add": "/add?to=fs01",
    "add-one": "/add/web-server?to=fs01",
    "servers": "/servers",
    "servers-list": "/servers?view=list",
    "server-agent": "/servers/agent/id-of-fs02",
    "server-silent": "/servers/agent/id-of-db01",
    "server-removed": "/servers/agent/id-of-old01",
    "server-refuses": "/servers/agent/id-of-web02",
    "server-watch": "/servers/watch?agent=db01",
    "search": "/search?q=fs01",
    "server-add": "/servers/add",
    "server-add-ssh": "/servers/add?way=ssh",
    "server-add-winrm": "/servers/add?way=winrm",
    "server-add-network": "/servers/add?way=network",
    "set-instance-new": "/settings/instance?source=fs02&address=192.0.2.1",
    "settings": "/settings",
    "watch": "/settings/watch",
    "set-instance": "/settings/instance?name=fs01",
    "set-group": "/settings/group?in=fs01&name=disks",
    "set-monitor": "/settings/monitor?in=fs01&group=disks&name=volumes",
    "set-monitor-log": "/settings/monitor?in=app01&group=logs&name=errors",
    "choose-kind": "/settings/monitor?in=fs01&group=disks",
    "contacts": "/settings/contacts",
    "contact": "/settings/contact?name=ops",
    "rules": "/settings/rules",
    "rule": "/settings/rule?name=ops",
    "notifications": "/settings/notifications",
    "notification": "/settings/notification?name=change",
    "versions": "/settings/versions",
    "version": "/settings/version?number=1",
    "files": "/settings/files",
    "name": "/settings/name?key=blueprints/shop",
    "users": "/settings/users",
    "tokens": "/settings/tokens",
    "audit": "/settings/audit",
    "health": "/settings/health",
    "places": "/settings/places",
    "me": "/settings/me",
    "first": "/first/person",
    "first-machine": "/first/machine",
    "first-mail": "/first/mail",
    "first-sign-in": "/first/sign-in",
    "first-paste": "/first/sign-in?way=paste",
    "first-alarm": "/first/alarm",
    "sure": "/sure?next=/settings",
    "not-there": "/nothing",
}
DOOR = {"login": "/login", "code": "/login/code"}
"""Before somebody has come in."""
EMPTY = (
    "overview",
    "servers",
    "server-add",
    "alarms",
    "maintenance",
    "mail",
    "queue",
    "ledger",
    "watch",
    "contacts",
    "rules",
    "notifications",
    "versions",
    "tokens",
    "first-alarm",
)
"""Where nothing stands before somebody has set anything up."""
ALONE = ("start", "first", "sure", "not-there", *DOOR)
"""What is in no part of it."""
PARTS = (
    "/alarms/changed",
    "/first/alarm/way",
    "/first",
    "/live",
    "/tree/{instance}",
    "/tree/{instance}/{group}",
    "/queue/mail/html",
    "/servers/add/exam",
    "/servers/add/progress",
    "/search/list",
    "/settings/files/definitions.zip",
    *(
        f"/mail/route/{{name}}/{part}"
        for part in ("certificate.cer", "check", "device", "exam", "steps.md", "test", "token")
    ),
)
"""What is no page of its own: a piece of one, a stream, a file, a way to the next step."""
OUR_OWN = ("404 (Not Found)", "Blocked script execution in")
"""What the test itself leads to: the page that is not there, and the clock that we set, which the
frame of a mail lets run as little as any other script."""
TEXTS_SHOWN = """() => {
  const user = 'code, samp, pre, kbd, textarea, script, style, body [lang], .given, .said';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const its = walker.currentNode;
    if (its.data.trim() && !its.parentElement.closest(user)) found.push(its.data.trim());
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (one.getAttribute(name) && !one.closest(user)) found.push(one.getAttribute(name));
  return [document.title, ...found];
}"""
LOOK = "options => axe.run(options).then(found => found.violations)"
AXE = f"options => {{ {Axe().axe_script}; return ({LOOK})(options); }}"
AT_HAND = f"if (self === top) {{ {Axe().axe_script} }}"
"""For windows that see many pages: to hand over so long a script takes as long as to run it."""
ONLY = {"resultTypes": ["violations"], "preload": False}
"""All rules; what our one style sheet says, the browser has already."""
BUT_CONTRAST = {**ONLY, "rules": {"color-contrast": {"enabled": False}}}
"""For pages that were looked at in the same theme with other words: this rule takes as long as all
others twice."""
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SENTENCE = re.compile(r"\b[A-Za-z][a-z]+(?: [a-z]{2,}){2,}")
"""Three words one after the other, of which the others are no names."""


def test_no_script_of_ours_posts_to_a_frame():
    static = files("noroshi.web") / "static"
    scripts = [one.read_text() for one in static.iterdir() if one.name.endswith(".js")]
    assert scripts
    assert not any("postMessage" in script for script in scripts)


def test_every_page_is_looked_at():
    """A page that is added is walked through, or said to be none."""
    shown = [path.partition("?")[0] for path in (*PAGES.values(), *DOOR.values(), "/start")]
    for route in routes_of(Harness()):
        if "GET" in route.methods and route.path not in PARTS:
            assert any(route.path_regex.match(path) for path in shown), route.path


@pytest.mark.parametrize(
    "text", ["Every alarm is", "送信 every alarm ever raised", "what it is"]
)
def test_english_in_a_japanese_page_is_found(text):
    assert SENTENCE.search(text)


@pytest.mark.parametrize(
    "text", ["Microsoft Entra 管理センター", "SMTP Auth", "fs01 > relay", "OK"]
)
def test_names_and_terms_may_stand_in_a_japanese_page(text):
    assert not SENTENCE.search(text)


def looks(*quick, phone=SMALL):
    """All looks there are, a phone as wide as that among them; but for the quick ones they are left
    to `make test-long`."""
    every = [*product(("ja", "en"), ("light", "dark"), (WIDE, phone))]
    marks = [() if one in quick else pytest.mark.long for one in every]
    return pytest.mark.parametrize(
        ("language", "theme", "width"),
        [
            pytest.param(*one, marks=mark, id="-".join(map(str, one)))
            for one, mark in zip(every, marks, strict=True)
        ],
    )


@ON_ITS_LOOP
@looks(("ja", "light", WIDE), ("en", "dark", SMALL))
async def test_each_page_is_whole_translated_and_within_reach(
    chromium, tmp_path, language, theme, width
):
    harness = await with_agents(await living(tmp_path, language))
    names = await names_of(harness)
    async with walking(chromium, harness, tmp_path, language, theme, width) as walk:
        await walk.see("login", DOOR["login"])
        await with_two_steps(harness)
        await walk.seen.begin_to_come_in(harness, "eri")
        await walk.see("code", DOOR["code"])
        assert walk.page.url.endswith(DOOR["code"])
        await walk.seen.log_in()
        for name, path in PAGES.items():
            await walk.see(name, path.format(**names))


@ON_ITS_LOOP
@looks(("ja", "light", SMALL))
async def test_each_page_that_has_nothing_to_show_yet_is_as_well(
    chromium, tmp_path, language, theme, width
):
    harness = Harness(checks=CHECKS, routes=TRANSPORTS, host=FOUND)
    async with walking(chromium, harness, tmp_path, language, theme, width) as walk:
        await walk.see("start", "/start")
        await with_user(harness=harness)
        await walk.seen.come_in(harness)
        for name in EMPTY:
            await walk.see(f"{name}-empty", PAGES[name])


async def names_of(harness):
    """The mail that waits, and the alarm that was taken last."""
    rows = (await harness.done("ledger", last=20)).rows
    return {
        "mail": quote(next(one.mail for one in rows if one.state == "waiting"), safe=""),
        "alarm": quote(next(one.alarm for one in rows if one.state != "waiting"), safe=""),
    }


@asynccontextmanager
async def walking(chromium, harness, home, language, theme, width, *, kind=None):
    """A walk through the manager of that harness, on which nothing is wrong."""
    async with (
        open_manager(harness, home, name="minato") as url,
        standing(chromium, harness.time.now, language, theme, width) as context,
    ):
        await context.add_init_script(AT_HAND)
        seen = Seen(await context.new_page(), url)
        walk = (kind or Walk)(seen, language, f"{language}.{theme}.{width}")
        yield walk
    assert not walk.faults, "\n".join(walk.faults)


class Walk:
    """Page after page in one window; what is wrong is gathered, so that one run tells all."""

    rules = ONLY

    def __init__(self, seen, language, look):
        self.seen, self.page, self.language, self.look = seen, seen.page, language, look
        self.faults = []

    async def see(self, name, path):
        self.seen.wrong[:] = []
        answer = await self.page.goto(self.seen.url + path)
        await self.judge(name, answer.status, 404 if name == "not-there" else 200)

    async def judge(self, name, status=200, wanted=200):
        """The page that stands there."""
        faults = [
            *await self._fits(),
            *await self._headed(),
            *await self._marked(name),
            *await self._foreign(),
            *await self._unreachable(),
        ]
        if status != wanted:
            faults.append(f"status {status}")
        await self.seen.shoot(f"each/{self.look}.{name}")
        said = [one for one in self.seen.wrong if not any(our in one for our in OUR_OWN)]
        self.faults += [f"{name}: {fault}" for fault in faults + said]

    async def _fits(self):
        wide = await self.page.evaluate(TOO_WIDE)
        return [f"{wide} px wider than the window"] if wide > 0 else []

    async def _headed(self):
        """Every heading follows one of the level above."""
        levels = await self.page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])"
        )
        well = levels[:1] == [1] and levels.count(1) == 1
        return (
            []
            if well and all(b - a <= 1 for a, b in pairwise(levels))
            else [f"headings {levels}"]
        )

    async def _marked(self, name):
        """The bar says in which part of the manager one is."""
        marks = await self.page.evaluate(
            "document.querySelectorAll('.bar__nav [aria-current]').length"
        )
        wanted = int(not name.startswith(ALONE))
        return [] if marks == wanted else [f"{marks} marks in the bar"]

    async def _foreign(self):
        wrong = JAPANESE if self.language == "en" else SENTENCE
        texts = await self.page.evaluate(TEXTS_SHOWN)
        return [
            f"not translated: {text[:90]}"
            for text in texts
            if wrong.search(text) and text != "日本語"
        ]

    async def _unreachable(self):
        """What axe-core finds serious or critical (WCAG 2.1, A and AA, and best practice)."""
        found = await self.page.evaluate(LOOK, self.rules)
        return [
            f"axe {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
