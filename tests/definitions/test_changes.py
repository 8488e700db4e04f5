"""What a change of definitions comes to, in lines that a person reads before saying yes."""

from __future__ import annotations

import pytest

from noroshi.definitions.changes import MOST_TOLD, differences, first_differences
from noroshi.definitions.document_content import document
from tests.sweeps import sweep

A, B = "01JA000000000000000000000A", "01JA000000000000000000000B"
ROOT = {"name": "root", "kind": "disk", "id": A, "limits": {"used": {"critical": 90}}}
HTTP = {"name": "http", "kind": "port", "id": B, "options": {"port": 80}}


def web(*monitors, group="disks", **said):
    return document(
        "instances/web1", {"group": [{"name": group, "monitor": list(monitors)}], **said}
    )


def rule(**said):
    return document("rules/ops", {"action": "mail", **said})


@sweep(
    ("old", "new", "lines"),
    [
        pytest.param([web(ROOT)], [web(ROOT)], [], id="nothing"),
        pytest.param([], [web(ROOT)], ["+ instances/web1"], id="a document comes"),
        pytest.param([rule()], [], ["- rules/ops"], id="a document goes"),
        pytest.param(
            [rule(on=["critical"])],
            [rule(on=["critical", "warning"], most=3)],
            [
                '~ rules/ops: on ["critical"] → ["critical", "warning"]',
                "~ rules/ops: most none → 3",
            ],
            id="values of a rule",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT | {"limits": {"used": {"critical": 95}}})],
            ["~ instances/web1: disks/root limits.used.critical 90 → 95"],
            id="a limit",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT | {"limits": {"used": {}}})],
            [
                "~ instances/web1: disks/root limits.used.critical 90 → none",
                "~ instances/web1: disks/root limits.used none → {}",
            ],
            id="limits off",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT, HTTP)],
            ["+ instances/web1: disks/http"],
            id="a monitor comes",
        ),
        pytest.param(
            [web(ROOT, HTTP)],
            [web(HTTP)],
            ["- instances/web1: disks/root"],
            id="a monitor goes",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT | {"name": "slash"}, ROOT | {"id": B})],
            [
                '~ instances/web1: disks/root name "root" → "slash"',
                "+ instances/web1: disks/root",
            ],
            id="renamed, and its name given away",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT | {"id": B})],
            ["- instances/web1: disks/root", "+ instances/web1: disks/root"],
            id="another of the same name",
        ),
        pytest.param(
            [web(ROOT)],
            [web({k: v for k, v in ROOT.items() if k != "id"})],
            [],
            id="the id left out",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT, group="os")],
            [
                "- instances/web1: disks",
                "+ instances/web1: os",
                '~ instances/web1: disks/root group "disks" → "os"',
            ],
            id="moved to another group",
        ),
        pytest.param(
            [web(ROOT)],
            [web(ROOT, zone="Asia/Tokyo", limits={"disk": {"used": {"warning": 5}}})],
            [
                "~ instances/web1: limits.disk.used.warning none → 5",
                '~ instances/web1: zone none → "Asia/Tokyo"',
            ],
            id="values of the instance",
        ),
        pytest.param(
            [rule()],
            [document("rules/night", {"action": "mail", "id": "ops", "most": 3})],
            ["~ rules/ops → rules/night", "~ rules/night: most none → 3"],
            id="a renamed rule",
        ),
        pytest.param(
            [rule()],
            [document("rules/night", {"action": "mail"})],
            ["+ rules/night", "- rules/ops"],
            id="another rule that says the same",
        ),
        pytest.param(
            [rule()], [rule(id="night")], ['~ rules/ops: id none → "night"'], id="an id"
        ),
        pytest.param(
            [web(ROOT)],
            [document("instances/fs", {"group": [{"name": "disks", "monitor": [ROOT, HTTP]}]})],
            ["~ instances/web1 → instances/fs", "+ instances/fs: disks/http"],
            id="a renamed instance",
        ),
        pytest.param(
            [document("contacts/a", {"zone": "UTC"})],
            [document("contacts/b", {"zone": "UTC"})],
            ["~ contacts/a → contacts/b"],
            id="a renamed contact",
        ),
        pytest.param(
            [document(f"contacts/{one}", {"zone": "UTC"}) for one in "ab"],
            [document("contacts/c", {"zone": "UTC"})],
            ["- contacts/a", "- contacts/b", "+ contacts/c"],
            id="nobody knows which",
        ),
    ],
)
def test_differences_are_told_by_monitor_and_value(old, new, lines):
    found = differences(tuple(old), tuple(new))
    assert [difference.words.en for difference in found] == lines


def test_differences_are_told_in_japanese():
    (found,) = differences((rule(),), (rule(most=3),))
    assert found.words.ja == "~ rules/ops: most なし → 3"


def test_of_many_differences_the_first_are_told_and_how_many_more():
    new = tuple(document(f"contacts/c{n:04}", {"zone": str(n)}) for n in range(MOST_TOLD + 7))
    found = first_differences((rule(),), (rule(most=3), *new))
    every = differences((rule(),), (rule(most=3), *new))
    assert (found.first, found.more_count) == (every[:MOST_TOLD], 8)
    assert len(found.words) == MOST_TOLD


def test_hundreds_of_definitions_that_are_all_alike_are_no_renamed_ones():
    old, new = (
        tuple(document(f"contacts/{side}{n}", {"zone": "UTC"}) for n in range(300))
        for side in "ab"
    )
    assert {one.sign for one in differences(old, new)} == {"-", "+"}
