"""Who types a secret where a name belongs is told so, and the secret is kept nowhere."""

import pytest

from noroshi.checks import http
from noroshi.service.definitions.plaintext_secrets import looks_like_secret, words_of
from noroshi.transports import BUILT_IN
from tests.service.clients import ErrorAnswer, InProcessClient
from tests.service.harness import DISK, Harness

SERVER = {"kind": "smtp", "options": {"host": "mail.example.com", "sender": "a@example.com"}}


@pytest.mark.parametrize(
    "name",
    [
        "m365",
        "smtp2",
        "smtp2-password",
        "relay",
        "teams-hook",
        "backup.2026",
        "webhookteamsalerts2",
        "o365",
    ],
)
def test_what_people_call_an_entry_is_none(name):
    assert not looks_like_secret(name)


@pytest.mark.parametrize(
    "name", ["hunter2", "hunter2-password", "db1/hunter2", "hunter2alerts"]
)
def test_what_is_called_as_the_definition_is_none(name):
    assert looks_like_secret(name)
    assert not looks_like_secret(name, ("hunter2",), words_of(["instances/db1"]))


def test_a_secret_that_begins_with_the_name_of_the_definition_is_one():
    assert looks_like_secret("relayq7x9k2mz", ("relay",), words_of(["routes/q7"]))


@pytest.mark.parametrize(
    "typed",
    [
        "9f86d081884c7d659a2f",
        "q7x9k2mz",
        "p4ssw0rd1",
        "hunter2",
        "sommer2024",
        "12345678",
        "123",
        "correcthorsebatterystaple",
        "x-3k9d2m4p1q",
    ],
)
def test_what_looks_like_a_secret_is_one(typed):
    assert looks_like_secret(typed)


def route(entry):
    return {**SERVER, "options": {**SERVER["options"], "password": entry}}


@pytest.fixture
def near():

    return InProcessClient(Harness(checks=(DISK, http.CHECK), routes=tuple(BUILT_IN)))


@pytest.mark.parametrize("typed", ["q7x9k2mz", "hunter2"])
async def test_a_secret_in_the_place_of_a_name_is_refused_and_not_repeated(near, typed):
    with pytest.raises(ErrorAnswer) as refused:
        await near("definition_change", put={"routes/relay": route(typed)})
    told = str(refused.value)
    assert "routes/relay.toml: options.password" in told and "looks like a secret" in told
    assert "noroshi secret set relay-secret" in told
    assert typed not in told


async def test_the_way_out_that_the_refusal_names_is_one(near):
    await near("definition_change", put={"routes/relay2a": route("relay2a-secret")})
    await near("definition_change", put={"routes/hunter2": route("hunter2")})


async def test_each_setting_that_holds_one_is_named(near):
    page = {"name": "page", "kind": "http", "options": {"url": "https://www.example.com/"}}
    page["options"]["secret_headers"] = {"X-Key": "hunter2"}
    group = {"group": [{"name": "base", "monitor": [page]}]}
    with pytest.raises(ErrorAnswer) as refused:
        await near(
            "definition_change", put={"routes/relay": route("hunter2"), "instances/web9": group}
        )
    told = str(refused.value)
    assert "routes/relay.toml: options.password" in told
    assert "instances/web9.toml: group.base.monitor.page.options.secret_headers" in told


async def test_what_the_vault_has_under_that_name_may_be_named(near):
    await near("set_secret", name="q7x9k2mz", value="canary")
    await near("definition_change", put={"routes/relay": route("q7x9k2mz")})


async def test_what_is_in_force_already_stays(near):
    await near("set_secret", name="q7x9k2mz", value="canary")
    await near("definition_change", put={"routes/relay": route("q7x9k2mz")})
    await near("secret_remove", name="q7x9k2mz", force=True)
    await near(
        "definition_change", put={"routes/relay": {**route("q7x9k2mz"), "title": "Relay"}}
    )


async def test_what_is_nested_too_deep_is_told_as_what_it_is(near):
    deep = {"key": "routes/relay", "body": "[" * 50_000}
    planned = await near("plan", documents=[deep])
    assert [one["where"] for one in planned["problems"]] == ["routes/relay.toml"]
