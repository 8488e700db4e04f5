"""What is surely a slip is refused where it is new, and let be where it is in force already."""

import pytest

from noroshi.definitions.compilation import compile_plan
from noroshi.definitions.document_content import document
from noroshi.definitions.validation import check
from noroshi.ports import Document
from tests.definitions.kinds import KINDS

NIGHT = {"begins": "22:00", "ends": "22:00"}


def web1(*windows, **said):
    return document("instances/web1", {"title": "Web", "maintenance": list(windows), **said})


async def places(document, *current):
    found = await check((document,), current, KINDS, new_id=lambda: "")
    return [problem.where for problem in found.problems]


async def test_what_is_in_force_already_holds_up_no_other_change():
    old = web1(NIGHT)
    assert await places(old) == ["instances/web1.toml: maintenance.1.ends"]
    assert await places(web1(NIGHT, every="5m"), old) == []
    more = web1(NIGHT, {**NIGHT, "title": "more"})
    assert await places(more, old) == ["instances/web1.toml: maintenance.more.ends"]


def test_a_version_that_is_in_force_is_still_watched_after_an_update():
    assert compile_plan((web1(NIGHT),), KINDS)


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[]",
        '{"maintenance":7,"group":[1],"limits":[],"title":[]}',
        '{"limits":{"disk":{"used":{"warning":1%s}}}}' % ("0" * 400),
        '{"group":[{"monitor":[{"kind":"disk","limits":{"used":3}}]}],"limits":{"disk":3}}',
    ],
)
async def test_what_has_not_the_shape_of_a_definition_is_told_as_ever(body):
    document = Document("instances/web1", body)
    assert all("instances/web1.toml" in place for place in await places(document))


async def test_a_whole_day_on_some_days_of_the_week_is_no_slip():
    assert await places(web1({"begins": "00:00", "ends": "00:00", "days": ["sun"]})) == []
