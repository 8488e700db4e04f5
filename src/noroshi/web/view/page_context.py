"""One request for a page: whose it is, in which language, and how a page is made of it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from noroshi import __version__
from noroshi.core.people import ROLE_NAMES, ROLES, Person
from noroshi.core.translation import Medium, Message, bilingual, plain
from noroshi.people import AuthenticationError, random_keys
from noroshi.ports import StoreError
from noroshi.service import (
    ConflictError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    OperationError,
    OperationFailedError,
    ReauthenticationRequiredError,
    handle_request,
)
from noroshi.service.operation import STORE_TROUBLE
from noroshi.web.api.endpoints import STATUS
from noroshi.web.context import WebContext
from noroshi.web.http.authentication import (
    LONGEST_KEY,
    NOT_OURS,
    address_of,
    check_csrf,
    in_session,
    key_of,
)
from noroshi.web.http.multipart import Upload, boundary_of
from noroshi.web.http.reauthenticate import PASSWORD_AGAIN, answered, pending_form
from noroshi.web.http.request_form import form_of_stranger, is_foreign, ours, sent
from noroshi.web.view.control_escape import Page
from noroshi.web.view.language import LANGUAGE_NAMES, TONGUES
from noroshi.web.view.role_refusal import for_people
from noroshi.web.view.templates import templates
from noroshi.web.view.timestamps import zone_of

log = logging.getLogger(__name__)
LANGUAGE, THEME = "noroshi-language", "noroshi-theme"
LANGUAGES, THEMES = ("ja", "en"), ("light", "dark")
A_YEAR = 365 * 86_400
RAISED: Mapping[str, type[OperationError]] = {
    one.kind: one
    for one in (
        ConflictError,
        ForbiddenError,
        InvalidArgumentError,
        NotFoundError,
        ReauthenticationRequiredError,
    )
}
NOT_KEPT = ("csrf", "password", "do", PASSWORD_AGAIN)
PREVIEWED = frozenset({"etag", "version"})
"""The fields that only the forms of settings send, which all show what they would change."""
DEVICE_COOKIE_SECONDS = 365 * 86_400
OPENED = "details"
"""The element that asks when somebody opens it."""


@dataclass
class Visit:
    """Hold a request for a page. `key` is what the visitor's cookie holds, or will hold; `form`
    what was sent."""

    web: WebContext
    request: Request
    key: str
    person: Person | None
    form: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Upload] = ()
    """The files that were sent with it."""
    imported: Any = None
    """The definitions that were handed in, at the page that takes them in."""
    session_key: str | None = None
    """The key of a session that the answer sets as a cookie; "": it deletes the cookie."""
    device_key: str = ""
    """The key that the answer leaves in the browser, so that it is known at the next log-in."""

    @property
    def language(self) -> str:
        """Return the language as chosen, else as the browser prefers; English for others."""
        chosen = self.request.cookies.get(LANGUAGE, "")
        if chosen in LANGUAGES:
            return chosen
        return preferred(self.request.headers.get("accept-language", ""))

    @property
    def language_names(self) -> Mapping[str, Message]:
        """Return the languages to choose from, each by its own name."""
        return LANGUAGE_NAMES

    @property
    def theme(self) -> str:
        """light, dark, or "": as the system has it."""
        chosen = self.request.cookies.get(THEME, "")
        return chosen if chosen in THEMES else ""

    @property
    def known(self) -> str:
        """Return the device key that an earlier log-in left in this browser; "" for nothing."""
        return self.request.cookies.get(self.web.device_cookie, "")[:LONGEST_KEY]

    @property
    def address(self) -> str:
        """Return the address that they ask from."""
        return address_of(self.request)

    def say(self, words: Message | Mapping[str, str]) -> str:
        """A text of ours, or of an answer, in their language."""
        return TONGUES[self.language].say(words)

    async def call_json(self, op: str, **args: Any) -> Any:
        """Do an operation in their name; the answer, as at every door."""
        assert self.person is not None
        service = self.web.service
        answer = await handle_request(
            service, self.person, op, args, self.web.news, Medium.PAGE
        )
        return for_people(answer, service.operations().get(op), self.person)

    async def show(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page in the frame of whoever is logged in: with the sums of alarms lost and mails
        waiting. Raises an OperationError if even that cannot be known now."""
        ledger_sum = (await self.call("ledger", last=1))["sum"]
        return self.page(template, status, ledger_sum=ledger_sum, **values)

    async def call(self, op: str, **args: Any) -> Any:
        """Return what an operation answers. Raises its refusal."""
        return unwrap(await self.call_json(op, **args))

    def failed(self, status: int, why: Message) -> Response:
        """The page that says so. `lost`: there was nothing to look at, and not a deed that failed."""
        lost = status == 404 and self.request.method == "GET"
        return self.page("error.html", status, why=self.say(why), lost=lost)

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page of that template."""
        text = (
            templates(self.language)
            .get_template(template)
            .render(
                visit=self,
                csrf=random_keys.csrf_of(self.key),
                here=self.here,
                role=self.role,
                version=__version__,
                **values,
            )
        )
        return Page(text, status)

    async def reauthenticate(self, password: str) -> None:
        """They gave the password once more: the session has another key from now on. Raises
        AuthenticationError."""
        people = self.web.people
        self.key = self.session_key = (
            await people.reauthenticate(self.key, password, self.address)
        ).key
        self.person = await people.of_session(self.key, self.address)

    @property
    def zone(self) -> str:
        """That of the times on a page: this machine's, as it is now."""
        return zone_of(self.web.service.now().astimezone())

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def role(self) -> str:
        """The highest role they have, in their language."""
        mine = self.person.roles if self.person else frozenset()
        return self.say(next((ROLE_NAMES[r] for r in reversed(ROLES) if r in mine), plain("")))

    def to(self, where: str) -> Response:
        """Send them to another page of ours; never elsewhere."""
        return RedirectResponse(ours(where), 303)

    def to_log_in(self) -> Response:
        """They come back here afterwards."""
        back = self.here if self.request.method == "GET" else "/"
        return self.to("/login" if back == "/" else f"/login?next={quote(back, safe='')}")


def unwrap(answer: Mapping[str, Any]) -> Any:
    """Return what an operation answered. Raises its refusal."""
    if "ok" in answer:
        return answer["ok"]
    raise RAISED.get(answer["error"], OperationFailedError)(bilingual(**answer["words"]))


Handler = Callable[[Visit], Awaitable[Response]]
Hear = Callable[[Visit], Awaitable[None]]


async def hear_form(visit: Visit) -> None:
    """Take the fields and files that were sent."""
    visit.form, visit.files = await sent(visit.request, stranger=visit.person is None)


def page(
    web: WebContext, handle: Handler, *, anybody: bool = False, hear: Hear = hear_form
) -> Any:
    """A handler of Starlette for a page: who it is, CSRF, language, errors in words.
    `anybody`: also who is not logged in. `hear` takes what was sent."""

    async def respond(request: Request) -> Response:
        visit = Visit(web, request, key_of(request, web), None)
        if not visit.key:
            visit.key = visit.session_key = random_keys.key()
        try:
            answer = await _handled(visit, handle, hear, anybody=anybody)
        except OperationError as refusal:
            answer = _refused(visit, refusal)
        except StoreError as error:
            answer = visit.failed(503, STORE_TROUBLE.fill(why=error.words))
        if visit.session_key is not None:
            _set_session_cookie(answer, web, visit.session_key)
        if visit.device_key:
            _set_device_cookie(answer, web, visit.device_key)
        return answer

    return respond


def _refused(visit: Visit, refusal: OperationError) -> Response:
    """In words; who only has to give the password once more is asked for it."""
    if not isinstance(refusal, ReauthenticationRequiredError):
        return visit.failed(STATUS[refusal.kind], refusal.words)
    if visit.request.method == "POST":
        return _reauthentication_page(
            visit, why=visit.say(refusal.words) if refusal.problems else ""
        )
    return visit.to(f"/sure?next={quote(visit.here, safe='')}")


def _reauthentication_page(
    visit: Visit, no: AuthenticationError | None = None, why: str = ""
) -> Response:
    """The page that asks for the password, and sends again what was typed."""
    wanted = pending_form(visit.form, files=bool(visit.files))
    why, wait = (visit.say(no.words), no.seconds) if no else (why, 0.0)
    status = 429 if wait else 403
    answer = visit.page(
        "reauthenticate.html", status, why=why, next=ours(visit.here), asked=wanted
    )
    if wait:
        answer.headers["retry-after"] = str(int(wait) + 1)
    return answer


async def _afterwards(visit: Visit) -> Response:
    """Whoever was away for too long logs in first. What they typed into a form that can show what
    it would change goes along, and does nothing by itself: one that cannot would do at once what
    it is asked for, or has a field for a secret."""
    request = visit.request
    if fetched(request):  # or the page of the log-in would stand in a corner of this one
        return Response(headers={"HX-Refresh": "true"})
    uploads = boundary_of(request.headers.get("content-type", ""))
    if request.method != "POST" or is_foreign(request) or uploads:
        return visit.to_log_in()
    form = await form_of_stranger(request)
    if not form.keys() >= PREVIEWED:
        return visit.to_log_in()
    kept = urlencode({name: text for name, text in form.items() if name not in NOT_KEPT})
    return visit.page("login.html", why="", name="", next=visit.here, kept=kept)


def by_itself(request: Request) -> bool:
    """Return whether a page that stays open asks, as something moved or time passed, and nobody
    did a thing: it keeps nobody logged in. htmx says of what it fetches that it does, and for
    which element; a branch of the tree is asked for when somebody opens it."""
    return fetched(request) and not request.headers.get("hx-source", "").startswith(OPENED)


def fetched(request: Request) -> bool:
    """Return whether it is htmx that looks, for a part of a page that is there."""
    return request.method == "GET" and request.headers.get("hx-request") == "true"


async def _handled(visit: Visit, handle: Handler, hear: Hear, *, anybody: bool) -> Response:
    web, request = visit.web, visit.request
    if not await web.people.begun() and request.url.path not in ("/start", "/look"):
        return visit.to("/start")
    there = not by_itself(request)
    visit.person = await in_session(request, web, visit.key, there)
    if visit.person is None and not anybody:
        return await _afterwards(visit)
    if request.method == "POST":
        if is_foreign(request):
            raise ForbiddenError(NOT_OURS)
        await hear(visit)
        check_csrf(visit.key, visit.form.get("csrf", ""))
        try:
            visit.form = await _taken(visit)
        except AuthenticationError as no:
            return _reauthentication_page(visit, no)
    return await handle(visit)


async def _taken(visit: Visit) -> Mapping[str, str]:
    """The form as it was typed at first. Raises AuthenticationError if a password was given
    with it that is not theirs."""
    form, password = answered(visit.form)
    if password is not None and visit.person is not None:
        await visit.reauthenticate(password)
    return form


def _set_session_cookie(answer: Response, web: WebContext, key: str) -> None:
    rules = {"path": "/", "secure": web.secure, "httponly": True, "samesite": "lax"}
    if key:
        answer.set_cookie(web.cookie, key, **rules)  # type: ignore[arg-type]
    else:
        answer.delete_cookie(web.cookie, **rules)  # type: ignore[arg-type]


def _set_device_cookie(answer: Response, web: WebContext, key: str) -> None:
    rules = {"secure": web.secure, "httponly": True, "samesite": "lax", "path": "/"}
    answer.set_cookie(web.device_cookie, key, max_age=DEVICE_COOKIE_SECONDS, **rules)  # type: ignore[arg-type]


def preferred(accepted: str) -> str:
    """The one of our languages that a browser prefers (RFC 9110, 12.5.4)."""
    found = list[tuple[float, int, str]]()
    for at, one in enumerate(accepted.split(",")[:20]):
        name, _, rest = one.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        language = name.lower()[:2]
        if language in LANGUAGES and weight.replace(".", "", 1).isdecimal():
            found.append((-float(weight), at, language))
    return min(found)[2] if found else "en"
