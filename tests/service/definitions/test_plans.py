"""What was compiled to be checked is not compiled again: not for the engine, not for operations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from noroshi.app.composition import Plans
from noroshi.definitions.compilation import compile_plan
from noroshi.plugins import Plugins
from tests.service.clients import InProcessClient
from tests.service.harness import DISK, MAIL, POST, Harness, documents


@dataclass(frozen=True, kw_only=True)
class CountedOptions:
    """Options that count how often they are made."""

    made: ClassVar[list[int]] = []

    def __post_init__(self) -> None:
        self.made.append(1)


COUNTED = replace(DISK, options=CountedOptions)


@pytest.fixture
def made():
    CountedOptions.made.clear()
    return CountedOptions.made


@pytest.fixture
def plans():
    return Plans(Plugins((COUNTED,), (MAIL,), (POST,)))


@pytest.fixture
def harness(plans):
    return Harness(checks=(COUNTED,), routes=(POST,), plans=plans.cache)


async def test_a_version_is_compiled_once_on_its_way_from_a_person_to_the_engine(
    harness, plans, made
):
    ask = InProcessClient(harness)
    await ask("apply", documents=documents())
    once = len(made)
    await ask("status")
    await plans.compile(await harness.store.current())
    assert len(made) == once == 1
    [monitor] = (one for one in plans.current.monitors.values() if one.kind == "disk")
    assert monitor.options == CountedOptions()
    version = await harness.store.current()
    assert plans.current == compile_plan(version.documents, harness.plugins)


async def test_operations_take_the_plan_that_the_engine_compiled(harness, plans, made):
    await InProcessClient(harness)("apply", documents=documents())
    version = replace(await harness.store.current(), number=7)
    made.clear()
    await plans.compile(version)
    assert await plans.cache.plan_of(version) is plans.current
    assert len(made) == 1


async def test_of_two_versions_of_one_number_each_gets_its_own_plan(harness, plans):
    await InProcessClient(harness)("apply", documents=documents())
    version = await harness.store.current()
    other = replace(version, documents=())
    assert (await plans.cache.plan_of(version)).monitors
    assert not (await plans.cache.plan_of(other)).contacts
