"""Asking for an operation near, on the service itself, and far, through a real door."""

import asyncio
import json

from noroshi import schema
from noroshi.cli.client import Far, Refused
from noroshi.service import Refusal, refused
from tests.service.desk import AKI, documents


class NearBy:
    """Calls the methods of the service, and tells what they answer as a wire would."""

    def __init__(self, desk):
        self.desk = desk

    async def __call__(self, op, **args):
        takes = self.desk.service.operations()[op].takes
        given = {name: schema.read(takes[name], value) for name, value in args.items()}
        try:
            answer = await getattr(self.desk.service, op)(AKI, **given)
            return json.loads(schema.text(answer))
        except Refusal as refusal:
            told = refused(refusal)
            problems = [(p["where"], p["what"]["en"]) for p in told["problems"]]
            raise Told(told["error"], told["words"]["en"], problems) from None


class FarAway:
    """Asks through the socket, as the commands do."""

    def __init__(self, desk, door):
        self.desk, self.door = desk, door

    async def __call__(self, op, **args):
        try:
            return await asyncio.to_thread(Far(self.door).call, op, **args)
        except Refused as error:
            problems = [(where, what.en) for where, what in error.problems]
            raise Told(error.kind, error.words.en, problems) from None


class Told(Exception):
    def __init__(self, kind, words, problems):
        super().__init__(f"{kind}: {words} {problems}")
        self.kind, self.words, self.problems = kind, words, problems


async def applied(ask, **changed):
    return await ask("apply", documents=documents(**changed))
