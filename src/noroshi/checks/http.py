"""Web page or API: whether it answers as expected, how fast, and until when its certificate holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from noroshi import imports
from noroshi.checks import secret_headers
from noroshi.checks.logs.encodings import codec_of
from noroshi.checks.logs.line_matcher import shown
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

BAD_STATUS = _("a status must be 100 to 599")
REDIRECTS = with_settings(_("{redirects} must be 0 to 10"), "redirects")
MOST = with_settings(_("{most} must be 1 to 1024"), "most")
TIMEOUT = with_settings(_("{timeout} must be more than 0 and at most 120"), "timeout")
NO_BODY = _("a response to HEAD has no text; use GET to search for words")
BAD_WORD = _("at most 20 words are allowed, each on one line of at most 1000 characters")
LED = _("{where} redirects: {why}")
UNTIL = _("the certificate is valid until {day}")
HOP = _("{method} {url}: {status}")
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
    """Redirects to follow, 0 to 10; headers are sent to the first address only."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers to send that are not secret, such as Accept-Language."""
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    """Headers with secret values, such as Authorization, each with the vault entry that holds
    the value."""
    ca_file: str = ""
    """Certificates (PEM) to trust in addition to the system's."""
    most: int = 64
    """Maximum text to read, in KiB, 1 to 1024."""
    timeout: float = 15.0
    """Time limit for the whole check, in seconds, from name resolution to the end of the
    text."""

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise InvalidValueError(fault)

    def _faults(self) -> Iterator[Message]:
        if why := http_expectations.fault_of(self.url) or http_expectations.header_fault(
            self.headers
        ):
            yield why
        yield from secret_headers.faults_of(self.url, self.headers, self.secret_headers)
        if not all(100 <= one <= 599 for one in self.status):
            yield BAD_STATUS
        if not 0 <= self.redirects <= MOST_REDIRECTS:
            yield REDIRECTS
        if not 1 <= self.most <= MOST_KIB:
            yield MOST
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
            statuses=self.status, has=self.has, has_not=self.has_not
        )

    @property
    def where(self) -> str:
        return http_expectations.where_of(self.url)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The result of asking: the last answer or the trouble, how far that came, and in how many
    ms."""

    visit: PageVisit
    answered: PageResponse | None
    trouble: ConnectError | None
    took: float

    @property
    def why(self) -> Message:
        """Return why no answer came; where a redirect led there, who sent us."""
        words = self.trouble.words if self.trouble is not None else plain("")
        if not self.visit.hops:
            return words
        return LED.fill(where=http_expectations.where_of(self.visit.hops[0].url), why=words)


async def run(wanted: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Fetch the page and judge it. Whoever took the connection, or refused it, is at fault for
    what follows; before that nobody knows who is, so nothing could be measured."""
    secrets = await secret_headers.found(wanted.secret_headers, host)
    hiding = secret_headers.Hiding(secrets)
    result = await _look(wanted, host, secrets)
    if result.trouble is not None and not result.visit.taken:
        raise hiding.stopped(Unmeasurable(result.why))
    wrong, note = await _judged(wanted, result)
    return hiding.outcome(Outcome(tuple(_readings(result, wrong, note, await host.now()))))


async def _look(wanted: Options, host: Host, secrets: Mapping[str, Secret]) -> FetchResult:
    """Fetch the page. Raises Unmeasurable for what is our own side's fault."""
    way = NetworkEgress(await host.network(), host.secret)
    visiting = await _loaded()
    visit, loop = visiting.PageVisit(), asyncio.get_running_loop()
    answered, trouble, began = None, None, loop.time()
    try:
        async with asyncio.timeout(wanted.timeout):
            asking = _asking(visiting.PageRequest, wanted, secrets)
            answered = await visiting.fetch(asking, way, visit)
    except TimeoutError:
        trouble = visit.late(wanted.timeout)
    except ConnectError as error:
        trouble = error
    return FetchResult(visit, answered, trouble, 1000 * (loop.time() - began))


def _readings(
    result: FetchResult, wrong: int, note: Message, now: datetime
) -> Iterator[Reading]:
    """Yield the readings; an answer that is wrong has its time all the same."""
    answered = result.answered
    if answered is not None:
        yield Reading("time", round(result.took, 3), "ms")
    yield Reading("wrong", wrong, note=note)
    if answered is not None:
        yield Reading("status", answered.status)
    if ends := result.visit.ends:
        remaining = (ends - now).total_seconds() / DAY
        yield Reading("days", round(remaining, 2), "d", note=UNTIL.fill(day=f"{ends:%Y-%m-%d}"))


async def _judged(wanted: Options, result: FetchResult) -> tuple[int, Message]:
    """Return 1 and why the page is not as expected; 0 and a note if it is."""
    if result.answered is None:
        return 1, result.why
    if isinstance(result.answered.onward, Message):
        return 1, result.answered.onward
    expected, where = wanted.expected, result.visit.where
    page = await _page(result.answered, for_words=bool(wanted.has or wanted.has_not))
    if why := http_expectations.mismatch(expected, page, where):
        return 1, why
    return 0, http_expectations.match_text(expected, page, where)


async def _page(answered: PageResponse, *, for_words: bool) -> http_expectations.Page:
    coding = answered.headers.get("content-encoding", "").strip().lower()
    return http_expectations.Page(
        status=answered.status,
        text=await _text(answered.body) if for_words else b"",
        cut_after=0 if answered.whole else len(answered.body),
        coding="" if coding == "identity" else _shown(coding)[:40],
    )


async def _text(body: bytes) -> bytes:
    """Decode in UTF-8: what Japanese servers say of their encoding is often wrong, so it is
    looked at. In a thread: short lines that are in no encoding take seconds, which no other
    check may wait for."""
    return await asyncio.to_thread(codec_of("auto", body[:KIB]).utf8, body)


async def preview(wanted: Options, host: Host) -> Sequence[Message]:
    """Return each hop, and how the answer begins, for administrators alone: whoever may define
    a monitor could else read by it what only this computer reaches."""
    secrets = await secret_headers.found(wanted.secret_headers, host)
    result = await _look(wanted, host, secrets)
    return tuple(map(secret_headers.Hiding(secrets).words, await _shown_of(wanted, result)))


async def _shown_of(wanted: Options, result: FetchResult) -> Sequence[Message]:
    lines = [words for hop in result.visit.hops for words in _of_hop(wanted, hop)]
    if result.trouble is not None:
        return (*lines, result.why)
    body = result.answered.body if result.answered is not None else b""
    return (*lines, *_of_text(len(body), await _text(body)))


def _of_hop(wanted: Options, hop: PageResponse) -> Iterator[Message]:
    yield HOP.fill(
        method=wanted.method, url=hop.url, status=http_expectations.phrase(hop.status)
    )
    for name in SHOWN_HEADERS:
        if value := hop.headers.get(name, ""):
            yield HEADER.fill(name=name, value=_shown(value))


def _of_text(count: int, text: bytes) -> Iterator[Message]:
    if not count:
        yield NOTHING_READ
        return
    yield READ.fill(count=count)
    for line in text.removesuffix(b"\n").split(b"\n")[:LINES]:
        yield LINE.fill(line=plain(shown(line.removesuffix(b"\r"))))


def _shown(header: str) -> str:
    return shown(header.encode("utf-8", "replace"))


async def try_out(wanted: Options, host: Host) -> Sequence[Message]:
    return await asyncio.to_thread(ca_file_faults, wanted.ca_file)


def _is_word(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST_WORD and not {"\n", "\r"} & set(text)


def _asking(
    make: type[PageRequest], wanted: Options, secrets: Mapping[str, Secret]
) -> PageRequest:
    return make(
        url=wanted.url,
        method=wanted.method,
        headers=wanted.headers,
        secret_headers={name: one.reveal() for name, one in secrets.items()},
        redirects=wanted.redirects,
        most=wanted.most * KIB,
        ca_file=wanted.ca_file,
    )


async def _loaded() -> Any:
    """Import h11, which takes its time. A node has done it before the first turn; whoever
    tries a monitor out that is not in force yet may be the first, and waits for a thread to do
    it."""
    return imports.loaded_module(VISITING) or await asyncio.to_thread(imports.load, VISITING)


CHECK = Check(
    kind="http",
    title=_("Web page or API"),
    help=_(
        "Checks whether a web page or an API answers as expected: status, words in the text, "
        "response time and days until the certificate expires."
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
    goes_to=lambda wanted, own: wanted.where,
    try_out=try_out,
    preview=preview,
)
