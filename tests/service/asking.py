"""Asking for an operation near, on the service itself, and far: through a real door, and through
the manager's API."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from noroshi.cli.clients.http import FarByHttp
from noroshi.cli.clients.socket import Far, Refused, unpacked
from noroshi.config.web import Web
from noroshi.core.people import ADMIN, ApiToken, User
from noroshi.people import random_keys
from noroshi.service import run_as_json
from noroshi.web.context import OWN_NAMES, WebContext
from noroshi.web.http.connection_limits import ConnectionLimits
from noroshi.web.http.self_signed import own_certificate
from noroshi.web.server import open_web
from tests.service.desk import AKI, documents

NOW = datetime.now(UTC)  # a TLS library reads the real clock


class NearBy:
    """Asks the service itself, as a command does when no node runs."""

    def __init__(self, desk):
        self.desk = desk

    async def __call__(self, op, **args):
        told = await run_as_json(self.desk.service, AKI, op, args)
        try:
            return unpacked(json.loads(json.dumps(told)))
        except Refused as error:
            raise told_of(error) from None


class FarAway:
    """Asks through the socket, as the commands do."""

    def __init__(self, desk, door):
        self.desk, self.door = desk, door

    async def __call__(self, op, **args):
        try:
            return await asyncio.to_thread(Far(self.door).call, op, **args)
        except Refused as error:
            raise told_of(error) from None


class FarByWeb:
    """Asks through the manager's API, as the commands do with --url."""

    def __init__(self, desk, url, token):
        self.desk, self.far = desk, FarByHttp(url, token)

    async def __call__(self, op, **args):
        try:
            return await asyncio.to_thread(self.far.call, op, **args)
        except Refused as error:
            raise told_of(error) from None


@asynccontextmanager
async def opened(desk, home, tls=False, bounds=ConnectionLimits(), **given):
    """The manager of that desk on a free port of loopback; answers with its address."""
    said, files = [], {}
    if tls:
        names = ("certificate", "key")
        files = dict(zip(names, own_certificate(home, OWN_NAMES, NOW), strict=True))
    house = WebContext(service=desk.service, people=desk.people, **given)
    async with open_web(Web(port=0, **files), home, house, said.append, bounds):
        yield said[0].en.partition(" ")[2].rstrip("/")


async def let_in(desk, name="aki", role=ADMIN, programs=True):
    """There was an administrator once, and this program has a token of that role."""
    admin = User(name="first", role=ADMIN, made=desk.time.now, password="$argon2id$")
    await desk.store.put_user(admin, None)
    assert await desk.people.begun()
    await desk.store.drop_user("first")
    text = random_keys.token()
    token = ApiToken(
        name=name,
        role=role,
        hash=random_keys.hashed(text),
        by="first",
        made=desk.time.now,
        programs=programs,
    )
    await desk.store.put_api_token(token)
    return text


class Told(Exception):
    def __init__(self, kind, words, problems):
        super().__init__(f"{kind}: {words} {problems}")
        self.kind, self.words, self.problems = kind, words, problems


def told_of(error):
    return Told(
        error.kind, error.words.en, [(place, what.en) for place, what in error.problems]
    )


async def applied(ask, **changed):
    return await ask("apply", documents=documents(**changed))
