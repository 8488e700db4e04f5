"""Sign in at the lab's pages as a person does: fill in the form, press the button."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

DEVICE_PAGE = "/devicelogin"
_MOST_PAGES = 6


class SmtpAuthError(Exception):
    """A page told the person that it cannot go on; the message is what it says."""


async def sign_in(
    url: str, user: str, password: str, ca_file: str, *, for_all: bool = False
) -> str:
    """Walk from the authorise URL to the redirect, and return the whole address of that, not
    opened.

    Use the simulated phone where a page asks for it; `for_all` consents for the organisation.
    Raises SmtpAuthError when a page has no form to go on with, or asks again for the same
    input.
    """
    async with _browser(ca_file) as session:
        answer = await _visit(session, "GET", url, {})
        answer = await _walk(session, answer, user, password, for_all=for_all)
    if not answer.goes_to:
        raise SmtpAuthError(answer.page.text.strip())
    return answer.goes_to


async def enter_code(url: str, code: str, user: str, password: str, ca_file: str) -> str:
    """Type in a device's code at its page, and sign in; return the text of the last page.

    Raises SmtpAuthError as `sign_in` does.
    """
    async with _browser(ca_file) as session:
        answer = await _visit(session, "GET", url, {})
        action = urljoin(answer.url, answer.page.action or "")
        answer = await _visit(session, "POST", action, {"otc": code})
        answer = await _walk(session, answer, user, password, for_all=False)
    if "AADSTS" in answer.page.text:
        raise SmtpAuthError(answer.page.text.strip())
    return answer.page.text.strip()


def _browser(ca_file: str) -> aiohttp.ClientSession:
    tls = ssl.create_default_context(cafile=ca_file)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls))


async def _walk(
    session: aiohttp.ClientSession, answer: _Answer, user: str, password: str, *, for_all: bool
) -> _Answer:
    """Fill in form after form: to a redirect, or to a page without one."""
    start = answer.url
    for _ in range(_MOST_PAGES):
        page = answer.page
        if page.problem:
            raise SmtpAuthError(page.problem)
        if answer.goes_to or page.action is None:
            return answer
        action = urljoin(answer.url, page.action)
        filled = page.filled_in(user, password, for_all=for_all)
        if page.phone:
            code = await _take_the_phone(session, page, user)
            filled |= {} if page.number else {"otc": code}
        if urlsplit(action).netloc != urlsplit(start).netloc:  # response_mode=form_post
            return replace(answer, goes_to=f"{action}?{urlencode(filled)}")
        answer = await _visit(session, "POST", action, filled)
    raise SmtpAuthError("the pages do not come to an end")


@dataclass(frozen=True, slots=True)
class _Answer:
    url: str
    goes_to: str
    page: Page


async def _take_the_phone(session: aiohttp.ClientSession, page: Page, user: str) -> str:
    """Type in the number on the page, if there is one; return the code that the phone shows."""
    shown = await _visit(session, "GET", page.phone, {})
    if page.number:
        typed = {"upn": user, "number": page.number, "answer": "approve"}
        await _visit(session, "POST", page.phone, typed)
    return shown.page.codes.get(user, "")


async def _visit(
    session: aiohttp.ClientSession, method: str, url: str, fields: dict[str, str]
) -> _Answer:
    sent = fields if method == "POST" else None
    async with session.request(method, url, data=sent, allow_redirects=False) as response:
        page = Page()
        page.feed(await response.text())
        return _Answer(url, response.headers.get("Location", ""), page)


@dataclass(slots=True)
class _Field:
    kind: str
    value: str


class Page(HTMLParser):
    """A page with one form, as a person sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.text = ""
        self.problem = ""
        self.phone = ""
        self.number = ""
        self.codes: dict[str, str] = {}
        self._fields: dict[str, _Field] = {}
        self._inside: list[str] = []
        self._whose = ""

    def filled_in(self, user: str, password: str, *, for_all: bool = False) -> dict[str, str]:
        """Return the fields of the form, filled in for the person, with the first button
        pressed."""
        own = {"email": user, "password": password}
        return {
            name: own.get(f.kind, f.value)
            for name, f in self._fields.items()
            if f.kind != "checkbox" or for_all
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag in ("input", "button") and "name" in given:
            kind = given.get("type", "submit" if tag == "button" else "text")
            self._fields.setdefault(given["name"], _Field(kind, given.get("value", "")))
        kinds = {"no": "problem", "number": "number", "phone": "phone"}
        inside = kinds.get(given.get("class", ""), tag)
        if inside == "phone":
            self.phone = given.get("href", "")
        self._whose = given.get("data-upn", self._whose)
        if tag not in ("input", "meta"):
            self._inside.append(inside)

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside == "problem":
            self.problem += data
        elif inside == "number":
            self.number += data
        elif inside == "output":
            self.codes[self._whose] = data
        elif inside in ("h1", "p"):
            self.text += data + " "

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            self._inside.pop()
