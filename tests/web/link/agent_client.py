"""An agent as the hub sees it, made of the link's own language over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from noroshi.core.agents import Invitation, Life, Machine
from noroshi.link.agent_key import PrivateKey
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import (
    HELLO,
    JOIN,
    PREFIX,
    STAMP_HEADER,
    WAIT,
    HelloAnswer,
    HelloRequest,
    JoinAnswer,
    JoinRequest,
    Refused,
    WaitAnswer,
    WaitRequest,
)
from noroshi.link.message_body import NO_TEXT, Body, body_of, message_in
from noroshi.link.signature import Authorization, Signed, body_hash, join_binding, sign

HOUR = 3600
PIN = b"\x11" * 32
FS01 = Machine(host_name="fs01", id="m1", system="Debian 13", addresses=("192.0.2.1",))


@dataclass
class Reply:
    status: int
    content: bytes
    headers: Mapping

    @property
    def body(self):
        return Body(self.content, self.headers.get("content-encoding", ""))

    def message(self, shape):
        assert self.status == 200, self.content
        return message_in(shape, self.body)

    @property
    def refusal(self):
        return message_in(Refused, self.body)

    @property
    def fault(self):
        return self.refusal.fault.value


@dataclass
class AgentClient:
    """`signed` of `send` changes what the signature binds; `sent` the bytes that follow it."""

    url: str
    session: aiohttp.ClientSession
    key: PrivateKey = field(default_factory=PrivateKey.create)
    life: Life = Life(1, "aa")
    id: str = ""
    hub: str = ""
    stamp: str = ""
    configuration: str = ""

    def join_request(self, code, machine=FS01, name="", version="0.1.0"):
        proof = sign(join_binding(code.secret_hash, code.pin), "", self.key)
        return JoinRequest(
            secret=code.secret.hex(),
            key=self.key.public_text,
            proof=proof,
            machine=machine,
            name=name,
            version=version,
        )

    async def try_join(self, code, **given):
        return await self.post(JOIN, body_of(self.join_request(code, **given)), {})

    async def join(self, code, **given):
        answer = (await self.try_join(code, **given)).message(JoinAnswer)
        self.id, self.hub, self.stamp = answer.agent, answer.hub, answer.stamp
        return answer

    def authorization(self, name, content, key=None, **signed):
        given = {
            "hub": self.hub,
            "path": PREFIX + name,
            "body_hash": body_hash(content),
            "stamp": self.stamp,
            "life": self.life,
        }
        signature = Authorization.create(Signed(**given | signed), self.id, key or self.key)
        return signature.header

    async def send(
        self, name, message=None, key=None, sent=None, earlier_text=NO_TEXT, **signed
    ):
        body = Body(b"{}") if message is None else body_of(message, earlier_text)
        header = self.authorization(name, body.content, key, **signed)
        return await self.post(name, sent or body, {"authorization": header})

    async def post(self, name, body, headers):
        if body.coding:
            headers = headers | {"content-encoding": body.coding}
        url = f"{self.url}{PREFIX}{name}"
        async with self.session.post(url, data=body.content, headers=headers) as response:
            reply = Reply(response.status, await response.read(), response.headers)
        self.stamp = reply.headers.get(STAMP_HEADER, self.stamp)
        return reply

    async def hello(self, machine=FS01, version="0.1.0", **given):
        hello = HelloRequest(version=version, machine=machine, **given)
        return await self.send(HELLO, hello)

    async def greet(self, **given):
        return (await self.hello(**given)).message(HelloAnswer)

    async def try_wait(self, hold=0.0, **given):
        return await self.send(WAIT, WaitRequest(hold=hold, **given))

    async def wait(self, hold=0.0, **given):
        return (await self.try_wait(hold, **given)).message(WaitAnswer)


async def invite(harness, servers=1, pin=PIN, creator="sato"):
    """Return the code of a fresh invitation."""
    code, now = JoinCode.create(pin), harness.time.now
    given = {"creator": creator, "created_at": now, "servers": servers}
    ends = now.replace(hour=now.hour + 1)
    invitation = Invitation(
        id=f"i-{code.secret_hash[:8]}", hash=code.secret_hash, expires_at=ends, **given
    )
    await harness.store.put_invitation(invitation)
    return code
