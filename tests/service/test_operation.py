"""How operations are offered: roles, arguments, and what is told when it goes wrong."""

import logging

import pytest

from noroshi.core.translation import plain
from noroshi.operations.declaration import operation
from noroshi.operations.registry import OPERATIONS
from noroshi.ports import StoreError
from noroshi.service import administrator, member, run_as_json
from noroshi.service.operation import ADMIN, OPERATOR, VIEWER, offers, operations
from noroshi.service.operation_list import OFFERED
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore
from tests.service.harness import AKI, CANARY, Harness, documents
from tests.sweeps import sweep

WHAT_PEOPLE_CAN_ASK = {
    "agent_invite": ADMIN,
    "agent_invitations": ADMIN,
    "agent_uninvite": ADMIN,
    "agent_list": VIEWER,
    "agent_show": VIEWER,
    "agent_rename": ADMIN,
    "agent_update": ADMIN,
    "agent_revoke": ADMIN,
    "agent_forget": ADMIN,
    "agent_share": ADMIN,
    "agent_unshare": ADMIN,
    "instance_sources": VIEWER,
    "server_list": VIEWER,
    "ssh_host_key": ADMIN,
    "ssh_key_new": ADMIN,
    "ssh_server_add": ADMIN,
    "winrm_certificate": ADMIN,
    "winrm_examine": ADMIN,
    "winrm_server_add": ADMIN,
    "hub_join": ADMIN,
    "hub_leave": ADMIN,
    "hub_status": VIEWER,
    "agents_listener": ADMIN,
    "agents_listen": ADMIN,
    "agents_key_replace": ADMIN,
    "agents_listen_stop": ADMIN,
    "secret_list": ADMIN,
    "secret_remove": ADMIN,
    "status": VIEWER,
    "route_list": VIEWER,
    "kinds": VIEWER,
    "key_check": ADMIN,
    "node_forget": ADMIN,
    "key_rotate": ADMIN,
    "blueprints": VIEWER,
    "blueprint_add": ADMIN,
    "contacts": VIEWER,
    "definition_change": ADMIN,
    "definition_show": VIEWER,
    "instance_copy": ADMIN,
    "instance_start": OPERATOR,
    "instance_stop": OPERATOR,
    "log": VIEWER,
    "alarms": VIEWER,
    "alarm_acknowledge": OPERATOR,
    "alarm_unacknowledge": OPERATOR,
    "alarm_comment": OPERATOR,
    "alarms_remark": OPERATOR,
    "silence_add": OPERATOR,
    "silence_end": OPERATOR,
    "silence_list": VIEWER,
    "monitor_copy": ADMIN,
    "monitor_disable": OPERATOR,
    "monitor_enable": OPERATOR,
    "monitor_move": ADMIN,
    "monitor_show": VIEWER,
    "try_monitor": ADMIN,
    "versions": VIEWER,
    "version_show": ADMIN,
    "take_back": ADMIN,
    "queue_list": VIEWER,
    "queue_show": VIEWER,
    "queue_mail": VIEWER,
    "ledger": VIEWER,
    "queue_retry": OPERATOR,
    "queue_retry_all": OPERATOR,
    "queue_hold": OPERATOR,
    "queue_release": OPERATOR,
    "queue_seen": OPERATOR,
    "queue_drop": ADMIN,
    "queue_edit": ADMIN,
    "send": OPERATOR,
    "beat": OPERATOR,
    "plan": ADMIN,
    "apply": ADMIN,
    "backup": ADMIN,
    "check_store": ADMIN,
    "examine_begin": ADMIN,
    "examine_look": ADMIN,
    "export": ADMIN,
    "authorize_app": ADMIN,
    "authorize_begin": ADMIN,
    "authorize_device": ADMIN,
    "authorize_device_ask": ADMIN,
    "authorize_finish": ADMIN,
    "certificate_import": ADMIN,
    "certificate_new": ADMIN,
    "certificate_show": ADMIN,
    "guide_show": ADMIN,
    "set_secret": ADMIN,
    "user_add": ADMIN,
    "user_list": ADMIN,
    "user_password": ADMIN,
    "user_role": ADMIN,
    "user_remove": ADMIN,
    "user_totp": ADMIN,
    "user_totp_on": ADMIN,
    "user_totp_off": ADMIN,
    "token_new": ADMIN,
    "token_list": ADMIN,
    "token_revoke": ADMIN,
    "audit": ADMIN,
    "health": VIEWER,
    "places": ADMIN,
    "first_look": VIEWER,
    "first_end": ADMIN,
    "suggest": ADMIN,
    "suggest_take": ADMIN,
    "test_alarm": OPERATOR,
    "test_alarm_seen": OPERATOR,
    "own_account": VIEWER,
    "own_password": VIEWER,
    "own_totp": VIEWER,
    "own_totp_on": VIEWER,
    "own_totp_off": VIEWER,
    "account_check": ADMIN,
    "account_tenant": ADMIN,
    "account_try": ADMIN,
    "secret_try": ADMIN,
    "token_look": ADMIN,
}


class Broken:
    """A service with a fault in it, which quotes what it was given."""

    def operations(self):
        return operations(type(self))

    def method(self, name):
        return getattr(self, name)

    @offers(operation("fail", VIEWER, help=plain("Fails.")))
    async def fail(self, person, value: str) -> str:
        raise RuntimeError(f"no such secret {value}")

    @offers(operation("full", VIEWER, help=plain("Has no disk.")))
    async def full(self, person) -> str:
        raise StoreError("database or disk is full")


def test_every_operation_has_its_role():
    assert {name: one.role for name, one in OFFERED.items()} == WHAT_PEOPLE_CAN_ASK


def test_what_is_declared_is_offered_and_nothing_else():
    assert {name: one.declaration for name, one in OFFERED.items()} == OPERATIONS
    service = Harness().service
    assert all(callable(service.method(name)) for name in OPERATIONS)


@sweep("name", WHAT_PEOPLE_CAN_ASK)
def test_every_operation_has_a_sentence_in_both_languages(name):
    help = OFFERED[name].help
    assert help.en.endswith(".") and help.ja.endswith("。")


@sweep("name", [n for n, role in WHAT_PEOPLE_CAN_ASK.items() if role is ADMIN])
async def test_a_member_of_the_group_may_not_change_what_runs(name):
    told = await run_as_json(Harness().service, member("eri"), name, {})
    assert told["error"] == "forbidden"
    assert "eri" in told["words"]["ja"]


async def test_who_was_refused_is_in_the_audit_log_and_a_flood_is_not():
    harness = Harness()
    for _ in range(50):
        await run_as_json(harness.service, member("eri"), "apply", {"documents": [CANARY]})
    (row,) = await harness.store.audit_log()
    assert (row.who, row.door, row.op, row.given) == ("eri", "local", "apply", {})
    assert "administrator" in row.refused.en and CANARY not in str(row)


async def test_a_member_of_the_group_may_send():
    told = await run_as_json(Harness().service, member("eri"), "send", {})
    assert told["error"] == "invalid"


async def test_every_argument_that_is_wrong_is_named():
    given = {"to": "ops", "text": 5, "colour": "red"}
    told = await run_as_json(Harness().service, AKI, "send", given)
    wheres = [problem["where"] for problem in told["problems"]]
    assert wheres == ["colour", "subject", "text", "to"]


async def test_an_operation_that_is_not_there_is_told():
    told = await run_as_json(Harness().service, AKI, "shutdown", {})
    assert told["error"] == "not found"


async def test_only_what_is_offered_can_be_asked_for():
    told = await run_as_json(Harness().service, AKI, "_current", {})
    assert told["error"] == "not found"


async def test_a_fault_of_ours_ends_nothing_and_tells_nothing_it_was_given(caplog):
    with caplog.at_level(logging.DEBUG):
        told = await run_as_json(Broken(), AKI, "fail", {"value": CANARY})
    assert told["error"] == "trouble"
    assert told["words"]["en"].startswith("Internal error in Noroshi (RuntimeError)")
    assert CANARY not in caplog.text + str(told)
    assert "operation fail failed: RuntimeError" in caplog.text and "in fail" in caplog.text


async def test_a_full_disk_is_told_as_such():
    told = await run_as_json(Broken(), AKI, "full", {})
    assert "disk is full" in told["words"]["en"] and told["error"] == "trouble"


async def test_a_store_that_fails_is_told_and_the_next_question_is_answered():
    store = FaultyStore(MemoryStore())
    harness = Harness(store)
    store.is_failing = True
    assert (await run_as_json(harness.service, AKI, "status", {}))["error"] == "trouble"
    store.is_failing = False
    assert "ok" in await run_as_json(harness.service, AKI, "status", {})


async def test_a_secret_of_the_wrong_type_is_not_quoted():
    given = {"name": "app", "value": [CANARY]}
    told = await run_as_json(Harness().service, administrator("aki"), "set_secret", given)
    assert told["error"] == "invalid" and CANARY not in str(told)


async def test_of_many_problems_the_first_are_told_and_how_many_more_there_are():
    harness = Harness()
    told = await run_as_json(harness.service, AKI, "status", {f"a{n:03}": 0 for n in range(73)})
    places = [one["where"] for one in told["problems"]]
    assert places == [*(f"a{n:03}" for n in range(50)), ""]
    assert told["problems"][-1]["what"]["en"] == "and 23 more problems"
    told = await run_as_json(harness.service, AKI, "status", {f"a{n}": 0 for n in range(1_900)})
    assert told["problems"][-1]["what"]["en"] == "and at least 950 more problems"


async def test_a_refusal_does_not_repeat_whatever_was_given():
    for op, args in (
        ("x" * 60_000, {}),
        ("token_revoke", {"name": "x" * 60_000}),
        ("definition_show", {"keys": ["x" * 60_000]}),
        ("send", {"to": ["x" * 60_000], "subject": "s", "text": "t"}),
    ):
        told = await run_as_json(Harness().service, AKI, op, args)
        assert told["error"] in ("not found", "invalid") and len(str(told)) < 20_000, op


@pytest.mark.parametrize(
    ("op", "name", "count"), [("apply", "documents", 300_000), ("send", "to", 300_000)]
)
async def test_more_values_than_a_request_may_have_are_refused_by_another_process(
    op, name, count
):
    told = await run_as_json(Harness().service, AKI, op, {name: [0] * count})
    assert told["error"] == "invalid"
    assert [one["what"]["en"] for one in told["problems"]] == [
        "has too many values; the maximum is 250000"
    ]


async def test_a_mail_goes_to_no_more_than_so_many():
    harness = Harness()
    to = [f"a{n}@example.com" for n in range(101)]
    told = await run_as_json(
        harness.service, AKI, "send", {"to": to, "subject": "s", "text": "t"}
    )
    assert "contains more than 100 recipients; send it in parts" in str(told["problems"])


async def test_a_contact_has_no_more_addresses_than_a_mail_server_takes():
    addresses = [f"a{n}@example.com" for n in range(501)]
    made = documents(contacts__many={"addresses": addresses})
    told = await run_as_json(Harness().service, AKI, "apply", {"documents": made})
    assert [one["where"] for one in told["problems"]] == ["contacts/many.toml: addresses"]
    assert "more than 500 addresses" in told["problems"][0]["what"]["en"]
