"""Asking for an operation near, on the service itself, and far, through a real door."""

import asyncio
import json

from noroshi.cli.client import Far, Refused, unpacked
from noroshi.service import answer
from tests.service.desk import AKI, documents


class NearBy:
    """Asks the service itself, as a command does when no node runs."""

    def __init__(self, desk):
        self.desk = desk

    async def __call__(self, op, **args):
        told = await answer(self.desk.service, AKI, op, args)
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
