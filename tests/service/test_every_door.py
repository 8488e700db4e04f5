"""Every operation that is offered means the same near, at the local door, and by the API."""

import pytest

from noroshi.service.operation_list import OFFERED
from tests.service.clients import ErrorAnswer, InProcessClient
from tests.service.harness import Harness
from tests.sweeps import sweep

WRITES = ("backup",)
"""What would write a file by the name that it is given."""


async def shape_of(ask, name, given):
    """What came of it, without the names and figures that differ from node to node."""
    try:
        return "ok", type(await ask(name, **given)).__name__
    except ErrorAnswer as told:
        return told.kind, sorted(where for where, _ in told.problems)


@pytest.fixture
def near():
    """Beside the door: all that is asked there is asked here too."""
    return InProcessClient(Harness())


@sweep("name", list(OFFERED))
async def test_every_operation_answers_alike_by_every_door(ask, near, name):
    needed = {} if name in WRITES else dict.fromkeys(OFFERED[name].required, "x")
    for given in ({}, needed, needed | {"no_such": 1}):
        assert await shape_of(ask, name, given) == await shape_of(near, name, given)
