"""The API beside the operations themselves: roles, shapes, GET, what describes it."""

import asyncio
import io
import json
import logging
import re
import sys
from pathlib import Path

import pytest

from noroshi.core.mail import Verdict
from noroshi.core.roles import ADMIN, OPERATOR, ROLES, VIEWER
from noroshi.service.operation_list import OFFERED
from tests.service.clients import HttpClient, apply_definitions, make_api_token, open_manager
from tests.service.harness import CANARY, CONTENT, Harness
from tests.sweeps import sweep
from tests.web.browser import browsing, with_user

NOT_ASKED = (
    "not_a_server_error",  # 503 is an answer too: no vault, no provider
    "unsupported_method",
    "ignored_auth",  # asked of every operation above
    "positive_data_acceptance",  # limits in words, such as that of a password, are no schema
    "negative_data_rejection",  # as at the door "5" is taken for a number
)
BELOW = {role: ROLES[at - 1] for at, role in enumerate(ROLES) if at}
NEEDS_MORE = [name for name, one in OFFERED.items() if one.role != VIEWER]
READABLE = [name for name, one in OFFERED.items() if one.role == VIEWER and not one.required]


def bearing(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def harness():
    return Harness()


@pytest.fixture
async def browser(harness, tmp_path):
    """Without cookies; `token` is an administrator's."""
    token = await make_api_token(harness)
    async with browsing(harness, tmp_path) as found:
        found.token = token
        yield found


@sweep("name", NEEDS_MORE)
async def test_every_operation_is_refused_for_a_role_too_low(browser, harness, name):
    token = await make_api_token(harness, f"below-{name}", BELOW[OFFERED[name].role])
    await browser.ask("POST", f"/api/{name}", json={}, headers=bearing(token))
    told = json.loads(browser.text)
    assert (browser.status, told["error"]) == (403, "forbidden")
    assert told["words"]["en"] != told["words"]["ja"]


@sweep("name", list(OFFERED))
async def test_nobody_asks_for_anything_without_being_known(browser, name):
    for headers in ({}, bearing("nrs_wrong"), {"Authorization": "Basic eDp5"}):
        await browser.ask("POST", f"/api/{name}", json={}, headers=headers)
        assert (browser.status, browser.headers["www-authenticate"]) == (401, "Bearer")


@sweep("name", READABLE)
async def test_what_a_viewer_may_do_can_be_read(browser, harness, name):
    token = await make_api_token(harness, f"reads-{name}", VIEWER)
    await browser.get(f"/api/{name}", headers=bearing(token))
    assert browser.status == 200 and "ok" in json.loads(browser.text)


async def test_arguments_of_a_get_are_read_by_their_types(browser, harness):
    await browser.get("/api/log?last=3", headers=bearing(browser.token))
    assert browser.status == 200
    await browser.get("/api/log?last=x&colour=red", headers=bearing(browser.token))
    told = json.loads(browser.text)
    assert browser.status == 400
    assert [one["where"] for one in told["problems"]] == ["colour", "last"]


async def test_what_changes_something_cannot_be_done_by_a_get(browser):
    await browser.get("/api/key_rotate", headers=bearing(browser.token))
    assert browser.status == 405
    await browser.get("/api/nothing", headers=bearing(browser.token))
    assert (browser.status, json.loads(browser.text)["error"]) == (404, "not found")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        pytest.param({"data": "[]", "headers": {"Content-Type": "application/json"}}, 400),
        pytest.param(
            {"data": '{"last": NaN}', "headers": {"Content-Type": "application/json"}}, 400
        ),
        pytest.param(
            {"data": '{"x":"\\ud800"}', "headers": {"Content-Type": "application/json"}}, 400
        ),
        pytest.param(
            {"data": "[" * 50_000, "headers": {"Content-Type": "application/json"}}, 400
        ),
        pytest.param({"data": "{}", "headers": {"Content-Type": "text/plain"}}, 415),
        pytest.param({"data": {"a": "1"}}, 415),
        pytest.param({"data": io.BytesIO(b" " * ((16 << 20) + 1))}, 413),
    ],
    ids=["no JSON", "no object", "no number", "half a letter", "deep", "text", "form", "long"],
)
async def test_a_body_that_is_no_object_of_json_is_refused_in_words(browser, given, status):
    headers = given.pop("headers", {}) | bearing(browser.token)
    await browser.ask("POST", "/api/log", headers=headers, **given)
    assert browser.status == status and json.loads(browser.text)["words"]["ja"]


@pytest.mark.parametrize(("role", "most"), [(VIEWER, 64 << 10), (OPERATOR, 4 << 20)])
async def test_who_may_ask_for_little_may_send_little(browser, harness, role, most):
    """Of 8 MiB of JSON half a gigabyte can be made, which the watch has to do without."""
    token = await make_api_token(harness, "low", role)
    headers = bearing(token) | {"Content-Type": "application/json"}
    for length, status in ((most, 400), (most + 1, 413)):
        body = io.BytesIO(b"[" + b" " * (length - 2) + b"]")
        await browser.ask("POST", "/api/log", headers=headers, data=body)
        assert browser.status == status and json.loads(browser.text)["words"]["ja"]


async def test_a_fault_of_ours_tells_nothing_that_was_given(browser, harness, caplog):
    await with_user(harness=harness)
    await browser.get("/login")
    harness.store.users = None
    with caplog.at_level(logging.DEBUG):
        await browser.post("/login", name=CANARY, password=CANARY)
    assert browser.status == 500 and "request failed: /login TypeError" in caplog.text
    assert CANARY not in browser.text + caplog.text


async def test_what_a_token_may_not_is_told_apart_from_a_low_role(browser, harness):
    token = await make_api_token(harness, "ci", ADMIN, programs=False)
    await browser.ask("POST", "/api/user_add", json={"name": "eri"}, headers=bearing(token))
    told = json.loads(browser.text)
    assert (browser.status, told["error"]) == (403, "password")
    assert "--programs" in told["words"]["en"]


async def test_whoever_comes_by_the_api_is_in_the_audit_log(tmp_path, harness):
    token = await make_api_token(harness, "ci")
    async with open_manager(harness, tmp_path) as url:
        await apply_definitions(HttpClient(harness, url, token))
    (row,) = await harness.store.audit_log()
    assert (row.who, row.door, row.address, row.op) == ("ci", "api", "127.0.0.1", "apply")


# the document


@pytest.mark.parametrize("path", ["/api", "/api/"])
async def test_whoever_opens_the_api_itself_comes_to_the_document(browser, path):
    await browser.get(path)
    assert browser.status == 303 and browser.to == "/api/openapi.json"


async def test_the_document_has_every_operation_and_no_other(browser):
    await browser.get("/api/openapi.json", headers=bearing(browser.token))
    document = json.loads(browser.text)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {f"/api/{name}" for name in OFFERED}
    for name, one in OFFERED.items():
        ways = document["paths"][f"/api/{name}"]
        assert ("get" in ways) is (one.role == VIEWER and not one.changes)
        body = ways["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert set(body["properties"]) == set(one.arguments)


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(2, id="a few"),
        pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(1800)], id="many"),
    ],
)
async def test_every_answer_is_as_the_document_says(
    browser, harness, tmp_path, caplog, examples
):
    """Schemathesis sends what fits and what does not, to every operation; no answer is a fault of
    ours."""
    await apply_definitions(HttpClient(harness, browser.url, browser.token))
    program = Path(sys.executable).with_name("schemathesis")
    argv = [
        *("run", f"{browser.url}/api/openapi.json", "--url", browser.url),
        *("--header", f"Authorization: Bearer {browser.token}"),
        *(
            "--phases",
            "fuzzing",
            "--max-examples",
            str(examples),
            "--seed",
            "1",
            "--mode",
            "all",
        ),
        *("--exclude-checks", ",".join(NOT_ASKED)),
        *("--exclude-operation-id", "backup", "--generation-deterministic", "--no-color"),
    ]
    run = await asyncio.create_subprocess_exec(
        program,
        *argv,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await run.communicate())[0].decode()
    assert run.returncode == 0, said[-6000:]
    assert "operation" in said.lower() and "failed" not in caplog.text  # a bug would be there


# for machines


async def test_a_node_that_watches_is_ready(browser):
    assert (await browser.get("/healthz")).status == 200
    assert (await browser.get("/readyz")).status == 200


async def test_a_node_that_cannot_write_is_not_ready(harness, tmp_path):
    from noroshi.core.translation import plain

    async def ready():
        return plain("full")

    async with browsing(harness, tmp_path, ready=ready) as browser:
        assert (await browser.get("/readyz")).status == 503
        assert (await browser.get("/healthz")).status == 200


async def test_the_figures_are_in_prometheus_form_and_for_viewers_alone(browser, harness):
    await apply_definitions(HttpClient(harness, browser.url, browser.token))
    await harness.measured()
    await browser.get("/metrics", headers=bearing(await make_api_token(harness, "low", VIEWER)))
    assert 'noroshi_monitors{level="critical"} 1' in browser.text
    assert (
        'noroshi_route_state{route="m365",kind="post",state="not signed in"} 1' in browser.text
    )
    assert 'noroshi_alarms{fate="lost"} 0' in browser.text
    for line in browser.text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? \d+", line)
    assert (await browser.get("/metrics")).status == 401


async def test_the_figures_tell_how_long_each_route_s_credential_holds_and_when_it_last_sent(
    browser, harness
):
    ask = HttpClient(harness, browser.url, browser.token)
    await ask("set_secret", name="app", value=CANARY)
    await apply_definitions(
        ask, accounts__box=CONTENT["accounts/box"] | {"secret_ends": "2026-12-20"}
    )
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    waits = int(harness.time.now.timestamp())
    await harness.attempted("plain", Verdict.ACCEPTED, "OK", 250)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    await browser.get("/metrics", headers=bearing(await make_api_token(harness, "low", VIEWER)))
    told = browser.text.splitlines()
    assert 'noroshi_route_credential_end_timestamp_seconds{route="m365"} 1797724800' in told
    assert f'noroshi_route_accepted_timestamp_seconds{{route="plain"}} {waits}' in told
    assert 'noroshi_route_waiting{route="plain"} 1' in told
    assert f"noroshi_queue_oldest_timestamp_seconds {waits}" in told
    assert not any('accepted_timestamp_seconds{route="m365"' in line for line in told)


def test_the_roles_stand_in_their_order():
    assert ROLES == (VIEWER, OPERATOR, ADMIN)
