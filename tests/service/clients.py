"""Clients that ask for an operation: in this process, of the service itself; through a real door;
and through the manager's API."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from psutil import Process

from noroshi.cli.clients.http import HttpClient as ManagerClient
from noroshi.cli.clients.socket import SocketClient as DoorClient, unpack
from noroshi.cli.errors import RefusedError
from noroshi.config.web import Web
from noroshi.core.people import ApiToken, User
from noroshi.core.roles import ADMIN
from noroshi.people import random_keys
from noroshi.service import run_as_json
from noroshi.web.context import OWN_NAMES, WebContext
from noroshi.web.http.connection_limits import ConnectionLimits
from noroshi.web.http.self_signed import own_certificate
from noroshi.web.server import open_web
from tests.service.harness import AKI, documents

OWN_NAME = Process().username()
"""Who asks through the socket: the user of the tests, on Windows with the computer's name."""
NOW = datetime.now(UTC)  # a TLS library reads the real clock


class InProcessClient:
    """Asks the service itself, as a command does when no node runs."""

    def __init__(self, harness):
        self.harness = harness

    async def __call__(self, op, **args):
        told = await run_as_json(self.harness.service, AKI, op, args)
        try:
            return unpack(json.loads(json.dumps(told)))
        except RefusedError as error:
            raise error_answer(error) from None


class SocketClient:
    """Asks through the socket, as the commands do."""

    def __init__(self, harness, door):
        self.harness, self.door = harness, door

    async def __call__(self, op, **args):
        try:
            return await asyncio.to_thread(DoorClient(self.door).call, op, **args)
        except RefusedError as error:
            raise error_answer(error) from None


class HttpClient:
    """Asks through the manager's API, as the commands do with --url."""

    def __init__(self, harness, url, token):
        self.harness, self.far = harness, ManagerClient(url, token)

    async def __call__(self, op, **args):
        try:
            return await asyncio.to_thread(self.far.call, op, **args)
        except RefusedError as error:
            raise error_answer(error) from None


@asynccontextmanager
async def open_manager(harness, home, tls=False, bounds=ConnectionLimits(), **given):
    """Serve the manager of that harness on a free port of loopback; yield its address."""
    said, files = [], {}
    if tls:
        names = ("certificate", "key")
        files = dict(zip(names, own_certificate(home, OWN_NAMES, NOW), strict=True))
    context = WebContext(service=harness.service, people=harness.people, **given)
    async with open_web(Web(port=0, **files), home, context, said.append, bounds):
        yield said[0].en.partition(" ")[2].rstrip("/")


async def make_api_token(harness, name="aki", role=ADMIN, programs=True):
    """Return a token of that role for a program; there was an administrator once."""
    admin = User(name="first", role=ADMIN, made=harness.time.now, password="$argon2id$")
    await harness.store.put_user(admin, None)
    assert await harness.people.has_administrator()
    await harness.store.drop_user("first")
    text = random_keys.token()
    token = ApiToken(
        name=name,
        role=role,
        hash=random_keys.hash_of(text),
        by="first",
        made=harness.time.now,
        programs=programs,
    )
    await harness.store.put_api_token(token)
    return text


class ErrorAnswer(Exception):
    def __init__(self, kind, words, problems, codes=()):
        super().__init__(f"{kind}: {words} {problems}")
        self.kind, self.words, self.problems, self.codes = kind, words, problems, codes


def error_answer(error):
    problems = [(place, what.en) for place, what in error.problems]
    return ErrorAnswer(error.kind, error.words.en, problems, error.codes)


async def apply_definitions(ask, **changed):
    return await ask("apply", documents=documents(**changed))
