"""Whoever brings in a program, or has one run, must be sure; whoever leaves it alone need not."""

from dataclasses import replace

import pytest

from noroshi.service import Person, run_as_json
from noroshi.service.operation import ADMIN, roles_up_to
from tests.service.harness import AKI, DISK, Harness, documents

BROWSER = Person("sato", roles_up_to(ADMIN), "web", "192.0.2.7", reauthenticated=False)
SCRIPT = replace(DISK, kind="script", runs=True)


def instance(*monitors, **more):
    return {"group": [{"name": "base", "monitor": list(monitors)}], **more}


RUNS = {"name": "look", "kind": "script", "id": "01JY0000000000000000000001"}
FULL = {"name": "disks", "kind": "disk", "id": "01JY0000000000000000000002"}


@pytest.fixture
async def harness():
    harness = Harness(checks=(DISK, SCRIPT))
    given = {"documents": documents(instances__web1=instance(RUNS, FULL))}
    assert "ok" in await run_as_json(harness.service, AKI, "apply", given)
    return harness


async def applied_by(harness, who, told):
    given = {"documents": documents(instances__web1=told)}
    return await run_as_json(harness.service, who, "apply", given)


async def test_what_leaves_the_program_as_it_is_needs_no_password(harness):
    changed = FULL | {"title": "Discs"}
    assert "ok" in await applied_by(harness, BROWSER, instance(RUNS, changed))
    assert "ok" in await applied_by(harness, BROWSER, instance(FULL))


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(instance(RUNS | {"options": {"include": ["/x"]}}, FULL), id="changed"),
        pytest.param(instance(RUNS, FULL, {"name": "new", "kind": "script"}), id="new"),
        pytest.param(instance(RUNS, FULL | {"kind": "script"}), id="another kind"),
        pytest.param(instance(RUNS, FULL, address="192.0.2.9"), id="another address"),
    ],
)
async def test_a_program_that_is_new_or_changed_needs_the_password(harness, told):
    assert (await applied_by(harness, BROWSER, told))["error"] == "password"
    assert "ok" in await applied_by(harness, replace(BROWSER, reauthenticated=True), told)


async def test_going_back_to_a_version_with_a_program_needs_the_password(harness):
    assert "ok" in await applied_by(harness, BROWSER, instance(FULL))
    told = await run_as_json(harness.service, BROWSER, "take_back", {"number": 1})
    assert told["error"] == "password"
