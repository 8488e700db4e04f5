"""Handle one request for a page: the person, the language, and the answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from noroshi import __version__
from noroshi.core.people import Person
from noroshi.core.roles import ROLE_NAMES, ROLES
from noroshi.core.translation import Message, plain
from noroshi.people import AuthenticationError, random_keys
from noroshi.ports import StoreError
from noroshi.service import (
    ForbiddenError,
    OperationError,
    ReauthenticationRequiredError,
    name_of,
    perform,
)
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.service.operation import STORE_TROUBLE
from noroshi.web.api.endpoints import STATUS
from noroshi.web.context import WebContext
from noroshi.web.http.authentication import (
    LONGEST_KEY,
    NOT_OURS,
    address_of,
    check_csrf,
    key_of,
    session_person,
)
from noroshi.web.http.multipart import Upload, boundary_of
from noroshi.web.http.reauthenticate import PASSWORD_AGAIN, pending_form, split_password
from noroshi.web.http.request_form import form_of_stranger, is_foreign, local_address, read_form
from noroshi.web.view.control_escape import Page
from noroshi.web.view.language import LANGUAGE_NAMES, LOCALIZERS
from noroshi.web.view.role_refusal import for_people
from noroshi.web.view.templates import templates
from noroshi.web.view.timestamps import zone_of

log = logging.getLogger(__name__)
A = TypeVar("A")
LANGUAGE, THEME = "noroshi-language", "noroshi-theme"
LANGUAGES, THEMES = ("ja", "en"), ("light", "dark")
A_YEAR = 365 * 86_400
PAGES_OF_LISTED = ("/ledger/alarm", "/queue/mail")
"""Pages of what is neither in the overview nor in the settings, but in a list of its own."""
NOT_CARRIED = ("csrf", "password", "do", PASSWORD_AGAIN)
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
    imported_definitions: Any = None
    """The definitions that were handed in, at the page that takes them in."""
    session_key: str | None = None
    """The key of a session that the answer sets as a cookie; "": it deletes the cookie."""
    device_key: str = ""
    """The key that the answer leaves in the browser, so that it is known at the next log-in."""

    @property
    def language(self) -> str:
        """Return the language as chosen, else as the browser prefers; English for others."""
        choice = self.request.cookies.get(LANGUAGE, "")
        if choice in LANGUAGES:
            return choice
        return preferred(self.request.headers.get("accept-language", ""))

    @property
    def language_names(self) -> Mapping[str, Message]:
        """Return the languages to choose from, each by its own name."""
        return LANGUAGE_NAMES

    @property
    def theme(self) -> str:
        """Return light, dark, or "": as the system has it."""
        choice = self.request.cookies.get(THEME, "")
        return choice if choice in THEMES else ""

    @property
    def known_key(self) -> str:
        """Return the device key that an earlier log-in left in this browser; "" for nothing."""
        return self.request.cookies.get(self.web.device_cookie, "")[:LONGEST_KEY]

    @property
    def address(self) -> str:
        """Return the address that they ask from."""
        return address_of(self.request)

    def say(self, words: Message) -> str:
        """Return a text of ours, or of an answer, in the visitor's language."""
        return LOCALIZERS[self.language].say(words, self.page_address)

    async def call(self, operation: Callable[..., Awaitable[A]], **args: Any) -> A:
        """Run an operation in the visitor's name, named by the method that offers it, and
        return the answer. Raises an OperationError for a refusal."""
        assert self.person is not None
        name = name_of(operation)
        try:
            answer: A = await perform(self.web.service, self.person, name, args, self.web.news)
        except ForbiddenError as refusal:
            declared = self.web.service.operations()[name]
            raise for_people(refusal, declared, self.person) from None
        return answer

    async def show(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Return a page in the frame of whoever is logged in: with the counts of lost alarms
        and waiting mails. Raises an OperationError if even that cannot be known now."""
        ledger = await self.call(LedgerOperations.ledger, last=1)
        return self.page(template, status, ledger_sum=ledger.sum, **values)

    def failed(self, status: int, reason: Message) -> Response:
        """Return the page of an error. `is_lost`: there is no such page, while no action
        failed. `has_list`: the reason says where to look."""
        is_lost = status == 404 and self.request.method == "GET"
        has_list = self.request.url.path in PAGES_OF_LISTED
        return self.page(
            "error.html", status, why=self.say(reason), lost=is_lost, has_list=has_list
        )

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Return a page of that template."""
        text = (
            templates(self.language)
            .get_template(template)
            .render(
                visit=self,
                csrf=random_keys.csrf_of(self.key),
                here=self.page_address,
                role=self.role,
                version=__version__,
                **values,
            )
        )
        return Page(text, status)

    async def reauthenticate(self, password: str) -> None:
        """Check the password again, and give the session another key. Raises
        AuthenticationError."""
        people = self.web.people
        self.key = self.session_key = (
            await people.reauthenticate(self.key, password, self.address)
        ).key
        self.person = await people.of_session(self.key, self.address)

    @property
    def zone(self) -> str:
        """Return the zone of the times on a page: this machine's, as it is now."""
        return zone_of(self.web.service.now().astimezone())

    @property
    def page_address(self) -> str:
        """Return the address of this page, to come back to."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def role(self) -> str:
        """Return the visitor's highest role, in the visitor's language."""
        own_roles = self.person.roles if self.person else frozenset()
        return self.say(
            next((ROLE_NAMES[r] for r in reversed(ROLES) if r in own_roles), plain(""))
        )

    def redirect(self, target: str) -> Response:
        """Redirect to another page of ours; never elsewhere."""
        return RedirectResponse(local_address(target), 303)

    def to_log_in(self) -> Response:
        """Redirect to the log-in, which leads back here."""
        return_address = self.page_address if self.request.method == "GET" else "/"
        return self.redirect(
            "/login"
            if return_address == "/"
            else f"/login?next={quote(return_address, safe='')}"
        )


Handler = Callable[[Visit], Awaitable[Response]]
FormReader = Callable[[Visit], Awaitable[None]]


async def read_posted_form(visit: Visit) -> None:
    """Take the fields and files that were sent."""
    visit.form, visit.files = await read_form(visit.request, stranger=visit.person is None)


def page(
    web: WebContext,
    handle: Handler,
    *,
    anybody: bool = False,
    read_body: FormReader = read_posted_form,
) -> Any:
    """Return a handler of Starlette for a page: who asks, CSRF, language, errors in words.
    `anybody`: also who is not logged in. `read_body` takes the body that was sent."""

    async def respond(request: Request) -> Response:
        visit = Visit(web, request, key_of(request, web), None)
        if not visit.key:
            visit.key = visit.session_key = random_keys.key()
        try:
            answer = await _handle(visit, handle, read_body, anybody=anybody)
        except OperationError as refusal:
            answer = _refusal_page(visit, refusal)
        except StoreError as error:
            answer = visit.failed(503, STORE_TROUBLE.fill(why=error.words))
        if visit.session_key is not None:
            _set_session_cookie(answer, web, visit.session_key)
        if visit.device_key:
            _set_device_cookie(answer, web, visit.device_key)
        return answer

    return respond


def _refusal_page(visit: Visit, refusal: OperationError) -> Response:
    """Return the page of a refusal; one that only wants the password again asks for it."""
    if not isinstance(refusal, ReauthenticationRequiredError):
        return visit.failed(STATUS[refusal.kind], refusal.words)
    if visit.request.method == "POST":
        return _reauthentication_page(
            visit, reason=visit.say(refusal.words) if refusal.problems else ""
        )
    return visit.redirect(f"/sure?next={quote(visit.page_address, safe='')}")


def _reauthentication_page(
    visit: Visit, error: AuthenticationError | None = None, reason: str = ""
) -> Response:
    """Return the page that asks for the password, and sends the form again."""
    pending = pending_form(visit.form, files=bool(visit.files))
    reason, wait = (visit.say(error.words), error.seconds) if error else (reason, 0.0)
    status = 429 if wait else 403
    answer = visit.page(
        "reauthenticate.html",
        status,
        why=reason,
        next=local_address(visit.page_address),
        pending=pending,
    )
    if wait:
        answer.headers["retry-after"] = str(int(wait) + 1)
    return answer


async def _log_in_first(visit: Visit) -> Response:
    """Let a visitor whose session ended log in first. The input of a form with a preview goes
    along, and does nothing by itself: another form would act at once, or has a field for a
    secret."""
    request = visit.request
    if is_fetch(request):  # or the page of the log-in would stand in a corner of this one
        return Response(headers={"HX-Refresh": "true"})
    uploads = boundary_of(request.headers.get("content-type", ""))
    if request.method != "POST" or is_foreign(request) or uploads:
        return visit.to_log_in()
    form = await form_of_stranger(request)
    if not form.keys() >= PREVIEWED:
        return visit.to_log_in()
    saved_input = urlencode(
        {name: text for name, text in form.items() if name not in NOT_CARRIED}
    )
    return visit.page(
        "login.html", why="", name="", next=visit.page_address, saved_input=saved_input
    )


def is_automatic(request: Request) -> bool:
    """Return True if an open page asks by itself, as something changed or time passed: that
    keeps nobody logged in. htmx says that it fetches, and for which element; a branch of the
    tree is fetched when somebody opens it."""
    return is_fetch(request) and not request.headers.get("hx-source", "").startswith(OPENED)


def is_fetch(request: Request) -> bool:
    """Return True if htmx fetches a part of a page."""
    return request.method == "GET" and request.headers.get("hx-request") == "true"


async def _handle(
    visit: Visit, handle: Handler, read_body: FormReader, *, anybody: bool
) -> Response:
    web, request = visit.web, visit.request
    if not await web.people.has_administrator() and request.url.path not in ("/start", "/look"):
        return visit.redirect("/start")
    is_present = not is_automatic(request)
    visit.person = await session_person(request, web, visit.key, is_present)
    if visit.person is None and not anybody:
        return await _log_in_first(visit)
    if request.method == "POST":
        if is_foreign(request):
            raise ForbiddenError(NOT_OURS)
        await read_body(visit)
        check_csrf(visit.key, visit.form.get("csrf", ""))
        try:
            visit.form = await _without_password(visit)
        except AuthenticationError as error:
            return _reauthentication_page(visit, error)
    return await handle(visit)


async def _without_password(visit: Visit) -> Mapping[str, str]:
    """Return the form as it was first typed. Raises AuthenticationError if it came with a wrong
    password."""
    form, password = split_password(visit.form)
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


def preferred(header: str) -> str:
    """Return the one of our languages that a browser prefers (RFC 9110, 12.5.4)."""
    preferences = list[tuple[float, int, str]]()
    for place, part in enumerate(header.split(",")[:20]):
        name, _, parameters = part.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") or "1"
        language = name.lower()[:2]
        if language in LANGUAGES and weight.replace(".", "", 1).isdecimal():
            preferences.append((-float(weight), place, language))
    return min(preferences)[2] if preferences else "en"
