"""One round: nothing that is wrong hides anything else, and one slip is one problem."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import plain
from noroshi.definitions.dedupe_problems import without_echoes
from noroshi.definitions.document_content import document
from noroshi.definitions.folder import look_into
from noroshi.definitions.validation import check
from noroshi.testing import FakeHost
from tests.definitions.kinds import KINDS, Kinds

CONTACT = document("contacts/ops", {"addresses": ["ops@example.test"]})
ROUTE = document("routes/smtp1", {"kind": "smtp", "options": {"host": "mail.test"}})
RULE = {"action": "mail", "contacts": ["ops"], "routes": ["smtp1"]}


async def said_of(*documents, faulty=(), kinds=KINDS, host=None):
    numbers = count()
    found = await check(
        documents,
        (),
        kinds,
        new_id=lambda: f"{next(numbers):026}",
        host_of=None if host is None else lambda monitor: host,
        faulty=faulty,
    )
    return [str(problem) for problem in found.problems]


def web(*monitors, **more):
    return document("instances/web", {"group": [{"name": "os", "monitor": monitors}], **more})


def test_a_file_that_is_no_toml_leaves_the_others_to_be_read(tmp_path):
    (tmp_path / "contacts").mkdir()
    (tmp_path / "contacts" / "ops.toml").write_text("addresses = [")
    (tmp_path / "contacts" / "duty.toml").write_text("addresses = ['duty@example.test']")
    found = look_into(tmp_path)
    assert [one.key for one in found.documents] == ["contacts/duty"]
    assert [problem.where for problem in found.problems] == ["contacts/ops.toml"]


def test_a_date_leaves_the_rest_of_its_file_to_be_read(tmp_path):
    (tmp_path / "instances").mkdir()
    (tmp_path / "instances" / "web.toml").write_text("at = [07:30:00, '08:00']\nzone = 'UTC'")
    found = look_into(tmp_path)
    assert found.documents[0].body == '{"at":["08:00"],"zone":"UTC"}'
    assert [problem.where for problem in found.problems] == ["instances/web.toml: at.1"]


async def test_a_contact_that_cannot_be_read_is_not_unknown():
    rule = document("rules/ops", {**RULE, "most": 0})
    said = await said_of(rule, ROUTE, faulty=["contacts/ops.toml"])
    assert said == ["rules/ops.toml: most: must be between 1 and 999, not 0"]


async def test_a_rule_of_a_wrong_shape_can_still_be_named_and_its_template_is_tried():
    rule = document("rules/ops", {**RULE, "most": "x", "options": {"subject": "{{ oops }}"}})
    said = await said_of(CONTACT, ROUTE, rule, web(rules=["ops"]))
    assert said == [
        "rules/ops.toml: most: must be a whole number, not “x”",
        "rules/ops.toml: options: subject: {oops} does not exist",
    ]


async def test_a_limit_is_judged_beside_a_wrong_shape():
    limits = {"used": {"warning": 9, "critical": 8}}
    said = await said_of(web({"name": "a", "kind": "disk", "patience": "x", "limits": limits}))
    place = "instances/web.toml: group.os.monitor.a"
    assert said == [
        f"{place}.patience: must be a whole number, not “x”",
        f"{place}.limits.used: warning (9) is above critical (8). Change one of them",
    ]


async def test_an_unknown_account_leaves_the_other_options_to_be_read():
    options = {"account": "nobody", "port": "x"}
    said = await said_of(document("routes/smtp1", {"kind": "smtp", "options": options}))
    assert said == [
        "routes/smtp1.toml: options.account: there is no account “nobody”: none has been added yet",
        "routes/smtp1.toml: options.port: must be a whole number, not “x”",
    ]


async def test_an_id_that_cannot_be_hides_nothing():
    said = await said_of(web({"id": "1", "name": "a", "kind": "disc"}))
    assert [line.rpartition(": ")[0].rpartition(".")[2] for line in said] == ["id", "kind"]


async def test_what_a_monitor_may_not_do_is_told_before_it_is_done():
    async def try_out(wanted, host):
        return await host.objections(wanted)

    host = FakeHost()
    host.forbidden = (plain("it may not run"),)
    checks = {**KINDS.checks, "script": replace(KINDS.checks["script"], try_out=try_out)}
    kinds = Kinds(checks, KINDS.actions, KINDS.transports)
    script = {"name": "a", "kind": "script", "options": {"argv": ["/bin/a"]}}
    place = "instances/web.toml: group.os.monitor.a.options: "
    assert await said_of(web(script), kinds=kinds, host=host) == [f"{place}it may not run"]
    assert await said_of(web(script), kinds=kinds) == []


@pytest.mark.parametrize(
    ("where", "faulty", "told"),
    [
        pytest.param("rules/a.toml: on", "rules/a.toml", False, id="in a file that is none"),
        pytest.param("rules/ab.toml: on", "rules/a.toml", True, id="in another file"),
        pytest.param("rules/a.toml: on", "rules/a.toml: on.2", False, id="a list with a fault"),
        pytest.param("i/w.toml: g.m.days", "i/w.toml: g.m.at", False, id="judged by the other"),
        pytest.param("i/w.toml: g.m", "i/w.toml: g.m.every", False, id="both of them"),
        pytest.param(
            "i/w.toml: g.m", "i/w.toml: g.m.patience", True, id="of the whole monitor"
        ),
        pytest.param("i/w.toml: g.n.days", "i/w.toml: g.m.at", True, id="of another monitor"),
        pytest.param("rules/a.toml", "rules/a.toml: when", False, id="both, of a whole file"),
    ],
)
def test_what_follows_from_a_fault_is_not_told_as_well(where, faulty, told):
    problem = Problem(where, plain("…"))
    assert without_echoes([problem], [faulty]) == ((problem,) if told else ())
