"""What a page shows after something was done on it, or when there is very much: looked at like
each page itself. With PICTURES=1, what it sees lies in build/pages/each/."""

from dataclasses import replace
from urllib.parse import quote

from noroshi.core.people import User
from noroshi.core.roles import VIEWER
from tests.web.browser import GOOD
from tests.web.filled_queue import envelope, filled
from tests.web.node_at_work import living
from tests.web.test_each_page import BUT_CONTRAST, PAGES, Walk, looks, names_of, walking
from tests.web.window import NARROW, ON_ITS_LOOP

pytestmark = ON_ITS_LOOP

QUICK = (("ja", "dark", NARROW),)
"""One look is enough to find what is too wide or not translated."""
SEND = """([path, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  const csrf = document.querySelector("input[name=csrf]").value;
  for (const [name, value] of Object.entries({csrf, ...fields})) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
LONG = {
    "ja": "設計部・製造部・品質保証部の図面と検査記録を置く共有ファイルサーバー (2019年度以降の分)",
    "en": "The shared file server of drawings and inspection records for three departments",
}
NAMED = ("fs01", "db01", "app01", "ops", "relay", "volumes", "postgres", "memory", "disks")
SPACIOUS = (
    "overview",
    "alarms",
    "maintenance",
    "mail",
    "mail-server",
    "mail-edit",
    "queue",
    "queue-mail",
    "ledger",
    "ledger-alarm",
    "instance",
    "group",
    "monitor",
    "place",
    "watch",
    "set-monitor",
    "contacts",
    "contact",
    "rule",
    "first-alarm",
)
"""Where a name stands beside something else."""


class Doing(Walk):
    """A walk on which something is done."""

    async def does(self, name, path, status=200, /, **fields):
        """Those fields are sent to that page, as a form of it."""
        await self.page.goto(self.seen.url + path)
        self.seen.wrong[:] = []
        async with self.page.expect_navigation(wait_until="domcontentloaded") as gone:
            await self.page.evaluate(SEND, [path, fields])
        answer = await gone.value
        self.seen.wrong[:] = [one for one in self.seen.wrong if "status of 4" not in one]
        await self.judge(name, answer.status, status)

    async def fills(self, name, path, fields, button="value=save", status=200):
        """The form of that page, changed so and sent by that button."""
        await self.page.goto(self.seen.url + path)
        for selector, value in fields.items():
            await self.page.fill(selector, value)
        await self.sends(name, button, status)

    async def sends(self, name, button="value=save", status=200):
        """The form that is there, by that button."""
        async with self.page.expect_navigation(wait_until="domcontentloaded") as gone:
            await self.page.click(f"main button[{button}]")
        answer = await gone.value
        self.seen.wrong[:] = [one for one in self.seen.wrong if "status of 4" not in one]
        await self.judge(name, answer.status, status)


async def at_the_door(walk, harness):
    await walk.see("start-again", "/start")
    user = User(name="eri", role=VIEWER, made=harness.time.now, two_steps=True)
    password = await harness.people.passwords.hash(GOOD)
    await harness.store.put_user(replace(user, password=password), None)
    given = {"#name": "eri", "#password": GOOD}
    await walk.fills("login-code", "/login", given, "class")
    await walk.page.context.clear_cookies()
    await walk.fills("login-wrong", "/login", given | {"#password": "x"}, "class", 403)


async def by_people(walk):
    await walk.seen.log_in()
    token = {"do": "token_new", "name": "zabbix", "role": "viewer", "days": "90"}
    await walk.does("tokens-sure", "/settings/tokens", 403, **token)
    await walk.does("tokens-made", "/settings/tokens", **token, password=GOOD)
    user = {"do": "user_add", "name": "tanaka", "role": "operator"}
    await walk.does("users-made", "/settings/users", **user, password=GOOD)
    await walk.does("users-totp", "/settings/users", do="user_totp", name="suzuki")
    await walk.does(
        "users-role", "/settings/users", do="user_role", name="suzuki", role="administrator"
    )
    await walk.does("me-totp", "/settings/me", do="own_totp", password=GOOD)
    wrong = {"do": "own_password", "old": "x", "new": "short", "again": "other"}
    await walk.does("me-wrong", "/settings/me", 400, **wrong)


async def by_forms(walk, harness):
    instance = "/settings/instance?name=fs01"
    bad = {"#f-every": "1 fortnight", "#f-zone": "Mars"}
    await walk.fills("set-instance-wrong", instance, bad, status=400)
    await walk.fills("set-instance-tried", instance, {"#note": "x"}, "value=preview")
    await walk.page.goto(walk.seen.url + instance)
    await walk.page.fill("#f-every", "2m")
    theirs = (await harness.done("definition_show", keys=["instances/fs01"])).documents
    theirs["instances/fs01"]["every"] = "5m"
    await harness.done("definition_change", put=theirs)
    await walk.sends("set-instance-overtaken", status=409)
    await walk.sends("set-instance-saved")
    await walk.fills("place-tried", "/place/fs01", {"#name": "fs02"}, "value=preview")
    page = {"[name='value.url']": "https://www.minato.example/"}
    await walk.fills("add-one-tried", "/add/web-server?to=fs01", page, "value=preview")
    await walk.fills("first-wrong", "/first/person", {"#addresses": "nobody"}, "class", 400)
    await walk.does("maintenance-wrong", "/alarms/maintenance", 404, do="add", place="nothing")
    await walk.does("alarms-wrong", "/alarms", 404, do="silence", place="nothing")


async def by_files(walk):
    for name, body in (("plan", 'addresses = ["eri@x.example"]'), ("wrong", "addresses = [")):
        await walk.page.goto(f"{walk.seen.url}/settings/files")
        given = {"name": "eri.toml", "mimeType": "text/plain", "buffer": body.encode()}
        await walk.page.set_input_files("#files", given)
        await walk.page.select_option("#sort", "contacts")
        await walk.sends(f"files-{name}", "value=look")


async def by_deeds(walk, harness):
    await harness.done("instance_stop", instance="db01", note="#1210")
    await walk.see("instance-stopped", "/instance/db01")
    await walk.see("overview-stopped", "/")
    await walk.does("first-alarm-sent", "/first/alarm", do="test_alarm", contact="ops")
    for name in ("ledger", "queue", "settings/audit"):
        await walk.see(f"{name.rpartition('/')[2]}-nothing", f"/{name}?q=zzz")


@looks(*QUICK, phone=NARROW)
async def test_what_stands_there_after_something_was_done(
    chromium, tmp_path, language, theme, width
):
    harness = await living(tmp_path, language)
    async with walking(chromium, harness, tmp_path, language, theme, width, kind=Doing) as walk:
        await at_the_door(walk, harness)
        await by_people(walk)
        await by_forms(walk, harness)
        await by_files(walk)
        await by_deeds(walk, harness)


@looks(*QUICK, phone=NARROW)
async def test_long_names_are_whole_and_break_where_they_must(
    chromium, tmp_path, language, theme, width
):
    harness = await living(tmp_path, language, dict.fromkeys(NAMED, LONG[language]))
    names = await names_of(harness)
    async with walking(chromium, harness, tmp_path, language, theme, width) as walk:
        walk.rules = BUT_CONTRAST
        await walk.seen.come_in(harness)
        for name in SPACIOUS:
            await walk.see(f"{name}-long", PAGES[name].format(**names))


@looks(phone=NARROW)
async def test_two_hundred_rows_stand_on_one_page(chromium, tmp_path, language, theme, width):
    many = [f"/srv/share/{n:03d}" for n in range(200)]
    harness = await filled()
    await harness.measured(more=many)
    for n in range(6, 200):
        await harness.store.post(envelope(n, f"FS01 {n}", born=harness.time.now))
    async with walking(chromium, harness, tmp_path, language, theme, width) as walk:
        await walk.seen.come_in(harness)
        for name in ("overview", "alarms", "queue", "ledger"):
            await walk.see(f"{name}-many", PAGES[name])
        for name, id in (("mail-held", 4), ("mail-refused", 2), ("mail-back", 1)):
            await walk.see(name, f"/queue/mail?id={quote(harness.ids[id], safe='')}")
        await walk.see("monitor-many", "/monitor/web1/base/disks")
