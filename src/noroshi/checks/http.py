"""Web page or API: check the response, the response time and the expiry of the certificate."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from noroshi import imports
from noroshi.checks import secret_headers
from noroshi.checks.logs.encodings import codec_of
from noroshi.checks.logs.line_matcher import shown_line
from noroshi.core import http_expectations
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import Message, _, ngettext, plain
from noroshi.network import ConnectError, NetworkEgress
from noroshi.network.trust import ca_file_faults
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options
from noroshi.vault import Secret

if TYPE_CHECKING:
    from noroshi.network.fetch_page import PageRequest, PageResponse, PageVisit

VISITING = "noroshi.network.fetch_page"
KIB = 1024
MOST_REDIRECTS, MOST_KIB, MOST_WORDS, LONGEST_WORD = 10, 1024, 20, 1000
DAY = 86_400
LINES = 40
"""Lines of an answer that `try` shows."""
SHOWN_HEADERS = ("content-type", "content-length", "content-encoding", "server", "location")
"""Headers of an answer that `try` shows."""

BAD_STATUS = _("a status must be between 100 and 599")
REDIRECTS = with_settings(_("{redirects} must be between 0 and 10"), "redirects")
WRONG_MOST = with_settings(_("{most} must be between 1 and 1024"), "most")
TIMEOUT = with_settings(_("{timeout} must be more than 0 and at most 120"), "timeout")
NO_BODY = _("a response to HEAD has no text; use GET to search for words")
BAD_WORD = _("at most 20 words are allowed, each on one line of at most 1000 characters")
LED = _("{where} redirects: {why}")
VALID_UNTIL = _("the certificate is valid until {day}")
RESPONSE = _("{method} {url}: {status}")
HEADER = _("    {name}: {value}")
READ = ngettext(
    "{count} byte was read; the text begins with:",
    "{count} bytes were read; the text begins with:",
)
NOTHING_READ = _("the response has no text")
LINE = _("    {line}")


@options
class Options:
    url: str
    """URL, such as https://www.example.com/health. Everyone who can view the monitor sees it,
    so it must not contain a secret."""
    method: Literal["GET", "HEAD"] = "GET"
    """Request method: GET, or HEAD for a response without a body."""
    status: tuple[int, ...] = ()
    """Expected status codes. Default: 200 to 399."""
    has: tuple[str, ...] = ()
    """Words that must all appear in the response."""
    has_not: tuple[str, ...] = ()
    """Words that must not appear in the response."""
    redirects: int = 0
    """Number of redirects to follow, 0 to 10; headers are sent to the first address only."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers to send that are not secret, such as Accept-Language."""
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    """Headers with secret values, such as Authorization, each with the name of the vault entry
    that holds the value, never the value itself."""
    ca_file: str = ""
    """Path of a file with certificates (PEM) to trust in addition to the system's."""
    most: int = 64
    """Maximum amount of text to read, in KiB, 1 to 1024."""
    timeout: float = 15.0
    """Time limit for the whole check, in seconds, from name resolution to the end of the
    response body."""

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise InvalidValueError(fault)

    def _faults(self) -> Iterator[Message]:
        if fault := http_expectations.fault_of(self.url) or http_expectations.header_fault(
            self.headers
        ):
            yield fault
        yield from secret_headers.faults_of(self.url, self.headers, self.secret_headers)
        if not all(100 <= status <= 599 for status in self.status):
            yield BAD_STATUS
        if not 0 <= self.redirects <= MOST_REDIRECTS:
            yield REDIRECTS
        if not 1 <= self.most <= MOST_KIB:
            yield WRONG_MOST
        if not 0 < self.timeout <= 120:
            yield TIMEOUT
        words = (*self.has, *self.has_not)
        if len(words) > MOST_WORDS or not all(map(_is_word, words)):
            yield BAD_WORD
        if words and self.method == "HEAD":
            yield NO_BODY

    @property
    def expected(self) -> http_expectations.PageExpectation:
        return http_expectations.PageExpectation(
            statuses=self.status, needed_texts=self.has, forbidden_texts=self.has_not
        )

    @property
    def shown_address(self) -> str:
        return http_expectations.where_of(self.url)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The result of asking: the last answer or the trouble, how far that came, and in how many
    ms."""

    visit: PageVisit
    response: PageResponse | None
    error: ConnectError | None
    milliseconds: float

    @property
    def reason(self) -> Message:
        """Return why no answer came; where a redirect led there, who sent us."""
        words = self.error.words if self.error is not None else plain("")
        if not self.visit.hops:
            return words
        return LED.fill(where=http_expectations.where_of(self.visit.hops[0].url), why=words)


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Fetch the page and judge it. Whoever took the connection, or refused it, is at fault for
    what follows; before that nobody knows who is, so nothing could be measured."""
    secrets = await secret_headers.secret_values(options.secret_headers, host)
    secret_mask = secret_headers.SecretMask(secrets)
    result = await _look(options, host, secrets)
    if result.error is not None and not result.visit.peer_responded:
        raise secret_mask.masked_error(Unmeasurable(result.reason))
    is_unexpected, note = await _verdict(options, result)
    return secret_mask.masked_outcome(
        Outcome(tuple(_readings(result, is_unexpected, note, await host.now())))
    )


async def _look(options: Options, host: Host, secrets: Mapping[str, Secret]) -> FetchResult:
    """Fetch the page. Raises Unmeasurable for what is our own side's fault."""
    egress = NetworkEgress(await host.network(), host.secret)
    fetch_page = await _fetch_page_module()
    visit, loop = fetch_page.PageVisit(), asyncio.get_running_loop()
    response, failure, start = None, None, loop.time()
    try:
        async with asyncio.timeout(options.timeout):
            request = _request(fetch_page.PageRequest, options, secrets)
            response = await fetch_page.fetch(request, egress, visit)
    except TimeoutError:
        failure = visit.timeout_error(options.timeout)
    except ConnectError as error:
        failure = error
    return FetchResult(visit, response, failure, 1000 * (loop.time() - start))


def _readings(
    result: FetchResult, is_unexpected: int, note: Message, now: datetime
) -> Iterator[Reading]:
    """Yield the readings; a wrong response has a response time, too."""
    response = result.response
    if response is not None:
        yield Reading("time", round(result.milliseconds, 3), "ms")
    yield Reading("wrong", is_unexpected, note=note)
    if response is not None:
        yield Reading("status", response.status)
    if ends := result.visit.ends:
        remaining = (ends - now).total_seconds() / DAY
        yield Reading(
            "days", round(remaining, 2), "d", note=VALID_UNTIL.fill(day=f"{ends:%Y-%m-%d}")
        )


async def _verdict(options: Options, result: FetchResult) -> tuple[int, Message]:
    """Return 1 and why the page is not as expected; 0 and a note if it is."""
    if result.response is None:
        return 1, result.reason
    if isinstance(result.response.next_target, Message):
        return 1, result.response.next_target
    expectation, shown_url = options.expected, result.visit.peer
    page = await _page(result.response, for_words=bool(options.has or options.has_not))
    if mismatch := http_expectations.mismatch(expectation, page, shown_url):
        return 1, mismatch
    return 0, http_expectations.match_text(expectation, page, shown_url)


async def _page(response: PageResponse, *, for_words: bool) -> http_expectations.Page:
    coding = response.headers.get("content-encoding", "").strip().lower()
    return http_expectations.Page(
        status=response.status,
        text=await _text(response.body) if for_words else b"",
        cut_after=0 if response.is_complete else len(response.body),
        coding="" if coding == "identity" else _printable_header(coding)[:40],
    )


async def _text(body: bytes) -> bytes:
    """Return a body in UTF-8. Its encoding is guessed from the bytes: what Japanese servers
    declare is often wrong. A thread does it: short lines in no known encoding take seconds, for
    which no other check may wait."""
    return await asyncio.to_thread(codec_of("auto", body[:KIB]).utf8, body)


async def preview(options: Options, host: Host) -> Sequence[Message]:
    """Return each hop, and how the answer begins, for administrators alone: whoever may define
    a monitor could else read by it what only this computer reaches."""
    secrets = await secret_headers.secret_values(options.secret_headers, host)
    result = await _look(options, host, secrets)
    return tuple(
        map(
            secret_headers.SecretMask(secrets).masked_message,
            await _preview_lines(options, result),
        )
    )


async def _preview_lines(options: Options, result: FetchResult) -> Sequence[Message]:
    lines = [line for response in result.visit.hops for line in _hop_lines(options, response)]
    if result.error is not None:
        return (*lines, result.reason)
    body = result.response.body if result.response is not None else b""
    return (*lines, *_text_lines(len(body), await _text(body)))


def _hop_lines(options: Options, response: PageResponse) -> Iterator[Message]:
    yield RESPONSE.fill(
        method=options.method,
        url=response.url,
        status=http_expectations.phrase(response.status),
    )
    for name in SHOWN_HEADERS:
        if value := response.headers.get(name, ""):
            yield HEADER.fill(name=name, value=_printable_header(value))


def _text_lines(count: int, text: bytes) -> Iterator[Message]:
    if not count:
        yield NOTHING_READ
        return
    yield READ.fill(count=count)
    for line in text.removesuffix(b"\n").split(b"\n")[:LINES]:
        yield LINE.fill(line=plain(shown_line(line.removesuffix(b"\r"))))


def _printable_header(header: str) -> str:
    return shown_line(header.encode("utf-8", "replace"))


async def try_out(options: Options, host: Host) -> Sequence[Message]:
    return await asyncio.to_thread(ca_file_faults, options.ca_file)


def _is_word(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST_WORD and not {"\n", "\r"} & set(text)


def _request(
    make: type[PageRequest], options: Options, secrets: Mapping[str, Secret]
) -> PageRequest:
    return make(
        url=options.url,
        method=options.method,
        headers=options.headers,
        secret_headers={name: secret.reveal() for name, secret in secrets.items()},
        redirects=options.redirects,
        most=options.most * KIB,
        ca_file=options.ca_file,
    )


async def _fetch_page_module() -> Any:
    """Return the module that fetches pages; importing h11 takes long. A node has imported it
    before the first turn; the trial of a monitor that is not in force yet may be the first use,
    and waits for a thread to import it."""
    return imports.loaded_module(VISITING) or await asyncio.to_thread(imports.load, VISITING)


CHECK = Check(
    kind="http",
    title=_("Web page or API"),
    help=_(
        "Checks whether a web page or an API answers as expected: status, words in the response "
        "body, response time and days until the certificate expires."
    ),
    options=Options,
    limits={"wrong": Limits(critical=1), "days": Limits(warning=14, critical=3, rising=False)},
    units={"time": "ms", "days": "d"},
    yes_no=frozenset({"wrong"}),
    names={
        "time": _("Response time"),
        "wrong": _("Unexpected response"),
        "status": _("Status code"),
        "days": _("Certificate expires in"),
    },
    run=run,
    by_network=True,
    modules=(VISITING,),
    goes_to=lambda options, _own_address: options.shown_address,
    try_out=try_out,
    preview=preview,
)
