"""A browser for the tests: it keeps cookies, fills forms in, and follows nothing by itself."""

import re
from contextlib import asynccontextmanager

import pyotp
from aiohttp import ClientSession, CookieJar
from yarl import URL

from noroshi.core.people import User
from noroshi.core.roles import ADMIN, VIEWER
from noroshi.people.authentication import SEED
from noroshi.vault import Secret
from tests.service.clients import open_manager
from tests.service.harness import Harness

GOOD = "correct horse battery"
CSRF = re.compile(r'name="csrf"\s+value="([0-9a-f]+)"')
OVER_LINES = re.compile(r"<[^>\n]*\n[^>]*>")
"""A tag that goes over several lines."""
EXACT = re.compile(r"(<(?:textarea|pre)\b[^>]*>.*?</(?:textarea|pre)>)", re.DOTALL)
"""What is shown with its lines as they are."""


class Browser:
    def __init__(self, session, url):
        self.session, self.url = session, url
        self.status, self.headers = 0, {}
        self._answer, self.is_page, self._text = "", False, None

    async def ask(self, method, path, **given):
        async with self.session.request(
            method, self.url + path, allow_redirects=False, **given
        ) as answer:
            self.status, self.headers = answer.status, answer.headers
            self._answer = (await answer.read()).decode("utf-8", "replace")
            self.is_page, self._text = answer.content_type == "text/html", None
        return self

    @property
    def text(self):
        """Return what came; a page as it is shown. Many a page is opened that nobody reads."""
        if self._text is None:
            self._text = flowed(self._answer) if self.is_page else self._answer
        return self._text

    async def get(self, path, **given):
        return await self.ask("GET", path, **given)

    async def post(self, path, csrf=None, **form):
        """As the form of the page that was last shown."""
        fields = {"csrf": self.csrf if csrf is None else csrf} | form
        return await self.ask("POST", path, data=fields)

    @property
    def csrf(self):
        found = CSRF.search(self._answer)
        return found.group(1) if found else ""

    @property
    def key(self):
        """What the cookie with the session's key is called."""
        return f"noroshi-{URL(self.url).port}"

    @property
    def cookie(self):
        return {one.key: one.value for one in self.session.cookie_jar}.get(self.key)

    @property
    def to(self):
        return self.headers.get("location")

    def plant(self, key):
        """Somebody else's hand puts a cookie into it."""
        self.session.cookie_jar.update_cookies({self.key: key}, URL(self.url))

    async def log_in(self, name="sato", password=GOOD, path="/login", **more):
        await self.get(path)
        return await self.post("/login", name=name, password=password, **more)


def flowed(page):
    """A page as it is shown: where its templates begin a line is no part of it."""
    return "".join(
        part if EXACT.fullmatch(part) else in_one_line(part) for part in EXACT.split(page)
    )


def in_one_line(markup):
    tags = OVER_LINES.sub(lambda tag: re.sub(r"\s*\n\s*", " ", tag.group()), markup)
    return re.sub(r"\s*\n\s*", " ", re.sub(r">\n+", ">", re.sub(r"\n+<", "<", tags)))


@asynccontextmanager
async def browsing(harness, home, **given):
    async with (
        open_manager(harness, home, **given) as url,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as session,
    ):
        yield Browser(session, url)


async def with_user(role=ADMIN, name="sato", harness=None):
    """A harness whose people are begun, and one of that role may log in."""
    harness = harness or Harness()
    text = await harness.people.passwords.hash(GOOD)
    for one, what in {name: role, "boss": ADMIN}.items():
        user = User(name=one, role=what, made=harness.time.now, password=text)
        await harness.store.put_user(user, None)
    return harness


async def with_two_steps(harness, name="eri"):
    """Add somebody who needs a one-time code beside the password. Return what makes the codes."""
    seed = pyotp.random_base32()
    await harness.vault.put(SEED.format(name=name), Secret(seed))
    text = await harness.people.passwords.hash(GOOD)
    user = User(name=name, role=VIEWER, made=harness.time.now, password=text, two_steps=True)
    await harness.store.put_user(user, None)
    return pyotp.TOTP(seed)
