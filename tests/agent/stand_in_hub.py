"""A hub on loopback, made of the link's language alone: it verifies what it is sent, and answers as
a test says."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from noroshi.core.agents import JoinRefusal
from noroshi.core.definitions.document import Document
from noroshi.core.model import State
from noroshi.core.report import START, Position, Report, ReportRow, decide_report
from noroshi.core.translation import Message
from noroshi.link.agent_key import thumbprint_of
from noroshi.link.join_code import JoinCode, spki_pin
from noroshi.link.link_messages import (
    PREFIX,
    STAMP_HEADER,
    Accepted,
    FetchAnswer,
    FetchRequest,
    HelloAnswer,
    HelloRequest,
    HubPlace,
    JoinAnswer,
    JoinRequest,
    KeyRequest,
    LeaveRequest,
    LinkFault,
    Refused,
    WaitAnswer,
    WaitRequest,
)
from noroshi.link.message_body import (
    NO_TEXT,
    Body,
    EarlierText,
    EarlierTextMissingError,
    body_of,
    inflated_text,
    message_in,
    message_in_text,
)
from noroshi.link.order_messages import Order
from noroshi.link.report_messages import (
    RefusedRow,
    ReportAnswer,
    ReportRequest,
    SamplesAnswer,
    SamplesRequest,
    StatesOfHub,
    SuppressionsOfHub,
)
from noroshi.link.signature import (
    Authorization,
    BadSignatureError,
    Signed,
    body_hash,
    join_binding,
    key_binding,
    verify,
)
from noroshi.link.stamps import StampMint
from noroshi.service.agents.link_refusal import JOIN_REFUSALS
from tests.transports.mail_server import make_certificate

SHAPES = {
    "hello": HelloRequest,
    "wait": WaitRequest,
    "fetch": FetchRequest,
    "key": KeyRequest,
    "leave": LeaveRequest,
    "report": ReportRequest,
    "samples": SamplesRequest,
}
STATUS = {
    LinkFault.STALE: 401,
    LinkFault.BAD_SIGNATURE: 401,
    LinkFault.REVOKED: 403,
    LinkFault.INVITATION: 403,
    LinkFault.CLONED: 409,
    LinkFault.VERSION: 409,
    LinkFault.EARLIER_TEXT: 409,
    LinkFault.BUSY: 429,
}


class RefusedHereError(Exception):
    def __init__(self, fault: LinkFault, message: str = "") -> None:
        super().__init__(message)
        self.fault, self.message = fault, message


class AnswerLostError(Exception):
    pass


@dataclass
class Heard:
    name: str
    message: Any
    signed: Signed | None = None


@dataclass
class StandInHub:
    """`faults` are answered first, one to a request. `name_of_agent` and the like may be changed
    while it runs; `tell` ends the waits."""

    tls: ssl.SSLContext
    pin: bytes
    id: str = "hub-1"
    hub_name: str = "Tokyo"
    port: int = 0
    configuration: str = ""
    documents: tuple[Document, ...] = ()
    new_key: bool = False
    place: HubPlace | None = None
    nodes: tuple[HubPlace, ...] = ()
    witness_rank: int = 0
    suppressions: SuppressionsOfHub | None = None
    orders: list[Order] = field(default_factory=list)
    faults: list[LinkFault] = field(default_factory=list)
    reason: Message | None = None
    """What it says of each fault to the agent's administrator."""
    report_faults: list[LinkFault] = field(default_factory=list)
    """The same for what is reported."""
    position: Position = START
    rows: list[ReportRow] = field(default_factory=list)
    """What was reported, up to that position."""
    lost_answers: int = 0
    """So many answers to reports are lost."""
    report_gate: asyncio.Event | None = None
    """Reports are answered once it is set."""
    earlier_text: EarlierText = NO_TEXT
    """That of the last samples."""
    codings: list[str] = field(default_factory=list)
    """In which encoding each request came."""
    samples_gate: asyncio.Event | None = None
    """Samples are answered once it is set."""
    refused_rows: list[RefusedRow] = field(default_factory=list)
    """Told with the next answer to a report."""
    states: dict[str, State] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    """The port from which each request came."""
    keys: dict[str, list[str]] = field(default_factory=dict)
    """The keys of each agent that count."""
    names: dict[str, str] = field(default_factory=dict)
    invitations: dict[str, str] = field(default_factory=dict)
    """The thumbprint that used each secret, by the secret's hash."""
    on_join: Callable[[JoinRequest], Awaitable[None]] | None = None
    on_leave: Callable[[], None] = lambda: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    request_event: asyncio.Event = field(default_factory=asyncio.Event)
    mint: StampMint = field(init=False)

    def __post_init__(self) -> None:
        self.mint = StampMint("era-1", b"k" * 32, self.clock)

    def invite(self) -> JoinCode:
        code = JoinCode.create(self.pin)
        self.invitations[code.secret_hash] = ""
        return code

    def tell(self) -> None:
        """Let those that wait look again."""
        self.news.set()
        self.news = asyncio.Event()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until what was heard makes it so."""
        while not is_so():
            self.request_event.clear()
            await self.request_event.wait()

    def heard_of(self, name: str) -> list[Any]:
        return [one.message for one in self.heard if one.name == name]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StandInHub]:
        app = web.Application()
        app.router.add_post(PREFIX + "{name}", self._answer)
        runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=0,
            handler_cancellation=True,
            auto_decompress=False,  # what is signed are the bytes as they were sent
        )
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self.tls).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            self.tell()
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        content, name = await request.read(), request.match_info["name"]
        try:
            answer, status = await self._answer_to(request, name, content), 200
        except AnswerLostError:
            return web.Response(status=502)
        except RefusedHereError as error:
            answer = Refused(fault=error.fault, message=error.message, reason=self.reason)
            status = STATUS.get(error.fault, 400)
        body = body_of(answer)
        headers = {STAMP_HEADER: self.mint.create(), **self.headers}
        if body.coding:
            headers["Content-Encoding"] = body.coding
        self.request_event.set()
        return web.Response(status=status, body=body.content, headers=headers)

    async def _answer_to(self, request: web.Request, name: str, content: bytes) -> Any:
        body = Body(content, request.headers.get("Content-Encoding", ""))
        if name == "join":
            return await self._join(message_in(JoinRequest, body))
        agent, signed = self._verified(request, content)
        message = message_in_text(SHAPES[name], self._text_in(name, body))
        self.heard.append(Heard(name, message, signed))
        assert request.transport is not None
        self.ports.append(request.transport.get_extra_info("peername")[1])
        self.request_event.set()
        faults = self.report_faults if name in ("report", "samples") else self.faults
        if faults:
            raise RefusedHereError(faults.pop(0), "as the test says")
        return await getattr(self, f"_{name}")(agent, signed, message)

    def _text_in(self, name: str, body: Body) -> bytes:
        self.codings.append(body.coding)
        try:
            text = inflated_text(body, self.earlier_text)
        except EarlierTextMissingError:
            raise RefusedHereError(LinkFault.EARLIER_TEXT) from None
        if name == "samples":
            self.earlier_text = EarlierText.end_of(text)
        return text

    def _verified(self, request: web.Request, content: bytes) -> tuple[str, Signed]:
        authorization = Authorization.read(request.headers["Authorization"])
        agent = authorization.agent
        signed, key = self._signed_by(authorization, request.path)
        if signed.body_hash != body_hash(content):
            raise RefusedHereError(LinkFault.BAD_SIGNATURE, "another body")
        if self.mint.time_of(signed.stamp) is None:
            raise RefusedHereError(LinkFault.STALE)
        if self.keys[agent].index(key):  # the next one is used, so the one before ends
            self.keys[agent] = [key]
        return agent, signed

    def _signed_by(self, authorization: Authorization, path: str) -> tuple[Signed, str]:
        for key in self.keys.get(authorization.agent, ()):
            try:
                return authorization.verify(self.id, path, key), key
            except BadSignatureError:
                continue
        raise RefusedHereError(LinkFault.BAD_SIGNATURE)

    async def _join(self, request: JoinRequest) -> JoinAnswer:
        secret_hash = hashlib.sha256(bytes.fromhex(request.secret)).hexdigest()
        self.heard.append(Heard("join", request))
        assert verify(request.proof, request.key) == join_binding(secret_hash, self.pin)
        if self.on_join is not None:
            await self.on_join(request)
        thumbprint = thumbprint_of(request.key)
        if self.invitations.get(secret_hash, "?") not in ("", thumbprint):
            raise RefusedHereError(LinkFault.INVITATION, JOIN_REFUSALS[JoinRefusal.USED].en)
        self.invitations[secret_hash] = thumbprint
        agent = f"agent-{thumbprint[:6]}"
        self.keys[agent] = [request.key]
        self.names[agent] = request.name or request.machine.host_name
        return JoinAnswer(
            agent=agent,
            name=self.names[agent],
            hub=self.id,
            hub_name=self.hub_name,
            pins=(self.pin.hex(),),
            stamp=self.mint.create(),
        )

    async def _hello(self, agent: str, _signed: Signed, _message: HelloRequest) -> HelloAnswer:
        return HelloAnswer(
            hub_name=self.hub_name,
            name=self.names[agent],
            pins=(self.pin.hex(),),
            configuration=self.configuration,
            clock=self.clock().timestamp(),
            place=self.place,
            nodes=self.nodes,
        )

    async def _wait(self, agent: str, _signed: Signed, message: WaitRequest) -> WaitAnswer:
        known = (message.configuration, message.refused_configuration)
        if self.configuration in known and not self.new_key and not self._has_news(message):
            await self.news.wait()
        configuration = "" if self.configuration in known else self.configuration
        is_said = self.suppressions and self.suppressions.name == message.suppressions
        return WaitAnswer(
            configuration=configuration,
            name=self.names[agent],
            new_key=self.new_key,
            witness_rank=self.witness_rank,
            suppressions=None if is_said else self.suppressions,
            orders=tuple(one for one in self.orders if one.number > message.orders),
        )

    def _has_news(self, message: WaitRequest) -> bool:
        is_said = self.suppressions is None or self.suppressions.name == message.suppressions
        return not is_said or any(one.number > message.orders for one in self.orders)

    async def _fetch(self, _agent: str, _signed: Signed, _message: FetchRequest) -> FetchAnswer:
        return FetchAnswer(
            configuration=self.configuration,
            documents=self.documents,
            states=StatesOfHub(states=self.states, position=self.position),
        )

    async def _report(
        self, _agent: str, _signed: Signed, message: ReportRequest
    ) -> ReportAnswer:
        report = Report(
            start=message.start, rows=message.rows, last=message.last, has_gap=message.has_gap
        )
        decision = decide_report(self.position, report)
        self.position = decision.position
        self.rows += decision.new_rows
        if self.report_gate is not None:
            await self.report_gate.wait()
        if self.lost_answers:
            self.lost_answers -= 1
            raise AnswerLostError
        refused_rows, self.refused_rows = tuple(self.refused_rows), []
        return ReportAnswer(
            reception=decision.reception.value,
            position=decision.position,
            refused_rows=refused_rows,
        )

    async def _samples(
        self, _agent: str, _signed: Signed, message: SamplesRequest
    ) -> SamplesAnswer:
        if self.samples_gate is not None:
            await self.samples_gate.wait()
        return SamplesAnswer(position=message.end)

    async def _key(self, agent: str, signed: Signed, message: KeyRequest) -> Accepted:
        assert verify(message.proof, message.key) == key_binding(signed)
        self.keys[agent] = [self.keys[agent][0], message.key]
        self.new_key = False
        return Accepted()

    async def _leave(self, agent: str, _signed: Signed, _message: LeaveRequest) -> Accepted:
        self.on_leave()
        del self.keys[agent]
        return Accepted()


def pin_in(folder: Path) -> bytes:
    """The pin of the server's certificate that `make_certificate` left in a folder."""
    certificate = x509.load_pem_x509_certificate((folder / "own.pem").read_bytes())
    public_key = certificate.public_key()
    return spki_pin(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def stand_in_hub(folder: Path, **fields: Any) -> StandInHub:
    """A hub with a fresh key of its own."""
    tls = make_certificate(folder, ca=fields.pop("ca", "test CA"))
    return StandInHub(tls=tls, pin=pin_in(folder), **fields)
