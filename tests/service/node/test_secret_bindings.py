"""A secret goes nowhere but where it is kept for, unless whoever says so may run programs."""

from dataclasses import replace

import pytest

from noroshi.checks import cpu, disk, http, memory
from noroshi.core.roles import ADMIN
from noroshi.core.translation import bilingual
from noroshi.ports import StoreError
from noroshi.service import Person, run_as_json
from noroshi.service.operation import roles_up_to
from noroshi.stores.memory.store import MemoryStore
from noroshi.transports.http import webhook
from noroshi.transports.smtp import transport
from noroshi.vault import Secret
from tests.ports import free_port
from tests.service.harness import AKI, POST, Harness, documents
from tests.sweeps import sweep

TOKEN = Person("ci", roles_up_to(ADMIN), "api", "192.0.2.7", reauthenticated=False)
BROWSER = Person("sato", roles_up_to(ADMIN), "web", "192.0.2.8", reauthenticated=False)
HOOK = "https://hooks.example.com/T0/B0"
CLOUD = {
    "token_endpoint": "https://login.example.com/{tenant}/token",
    "authorization_endpoint": "https://login.example.com/authorize",
    "scope": "mail",
    "app_scope": "mail",
    "smtp_host": "mail.example.com",
}
ACCOUNT = {
    "cloud": "own",
    "tenant": "t",
    "client_id": "c",
    "secret": "app",
    "mailbox": "a@example.com",
}
RELAY = {"host": "mail.example.com", "sender": "a@example.com", "password": "relay"}
PROXY = {"proxy": "evil.example:1", "proxy_user": "noroshi"}
POSTED = {"url": "https://in.example.com/x", "header": "X-Key", "header_entry": "key"}
BY_ENTRY = {"url_entry": "hook", "header": "X-Key", "header_entry": "key"}
PAGE = {"url": "https://www.example.com/", "secret_headers": {"X-Key": "key"}}
LOGIN = {"user": "watcher", "password": "login"}
JUMP = {"address": "evil.example", "user": "a", "key": "of-the-token"}


def nas(**login):
    monitor = {"name": "disks", "kind": "disk"}
    group = {"name": "base", "monitor": [monitor]}
    return {"address": "192.0.2.9", "source": "ssh", "ssh": login, "group": [group]}


def windows(address, **login):
    group = {"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}
    return {"address": address, "source": "winrm", "winrm": login, "group": [group]}


def files(server):
    options = {"shares": [rf"\\{server}\backup"], "user": "monitor", "password": "share"}
    monitor = {"name": "backups", "kind": "disk", "options": options}
    return {"group": [{"name": "base", "monitor": [monitor]}]}


def route(kind, options):
    return {"kind": kind, "options": options}


def web1(options, **more):
    monitor = {"name": "page", "kind": "http", "options": options, **more}
    return {"group": [{"name": "base", "monitor": [monitor]}]}


FIRST = {
    "clouds__own": CLOUD,
    "accounts__box": ACCOUNT,
    "routes__m365": route("smtp", {"account": "box"}),
    "routes__plain": route("smtp", RELAY),
    "routes__chat": route("webhook", POSTED),
    "routes__talk": route("webhook", BY_ENTRY),
    "instances__web1": web1(PAGE),
    "networks__office": {"proxy": "proxy.example.com:3128"},
    "instances__nas": nas(**LOGIN),
    "instances__fs01": files("fs01.example.com"),
    "instances__srv1": windows("srv1", user="watcher", password="windows"),
}
KEPT = {
    "app": "s3cret-Value~1",
    "relay": "pass word",
    "key": "key-Value-1234",
    "hook": HOOK,
    "login": "log in 1234",
    "share": "file server 1234",
    "windows": "log on 1234",
}
ELSEWHERE = [
    pytest.param(
        "app",
        {"clouds__own": CLOUD | {"token_endpoint": "https://evil.example/token"}},
        id="token endpoint",
    ),
    pytest.param(
        "app",
        {"clouds__own": CLOUD | {"token_endpoint": "https://login.example.com:8443/token"}},
        id="another port of it",
    ),
    pytest.param(
        "app",
        {"clouds__own": CLOUD | {"device_authorization_endpoint": "https://evil.example/d"}},
        id="device endpoint",
    ),
    pytest.param(
        "app",
        {"clouds__own": CLOUD | {"token_endpoint": "https://{tenant}/token"}},
        id="host of the tenant",
    ),
    pytest.param(
        "app", {"accounts__other": ACCOUNT | {"mailbox": "b@example.com"}}, id="other account"
    ),
    pytest.param(
        "relay", {"routes__plain": route("smtp", RELAY | {"host": "evil.example"})}, id="server"
    ),
    pytest.param(
        "app", {"routes__plain": route("smtp", RELAY | {"password": "app"})}, id="as a password"
    ),
    pytest.param(
        "key",
        {"routes__chat": route("webhook", POSTED | {"url": "https://evil.example/x"})},
        id="webhook",
    ),
    pytest.param(
        "relay",
        {"routes__chat": route("webhook", POSTED | {"header_entry": "relay"})},
        id="password as a header",
    ),
    pytest.param(
        "hook",
        {"routes__chat": route("webhook", POSTED | {"header_entry": "hook"})},
        id="URL as a header",
    ),
    pytest.param(
        "key", {"instances__web1": web1(PAGE | {"url": "https://evil.example/"})}, id="page"
    ),
    pytest.param(
        "relay", {"networks__office": {**PROXY, "proxy_password": "relay"}}, id="proxy"
    ),
    pytest.param(
        "windows",
        {"instances__srv1": windows("evil.example", user="watcher", password="windows")},
        id="WinRM server",
    ),
    pytest.param(
        "login", {"instances__nas": nas(**LOGIN) | {"address": "192.0.2.66"}}, id="SSH server"
    ),
    pytest.param("login", {"instances__nas": nas(**LOGIN, jump=JUMP)}, id="jump host"),
    pytest.param("share", {"instances__fs01": files("evil.example")}, id="file server"),
]


class Bench(Harness):
    def __init__(self, store=None):
        kinds = (POST, transport.KIND, webhook.KIND)
        super().__init__(
            store, checks=(cpu.CHECK, disk.CHECK, http.CHECK, memory.CHECK), routes=kinds
        )

    async def ask(self, who, op, **given):
        return await run_as_json(self.service, who, op, given)

    async def apply(self, who, **changed):
        return await self.ask(who, "apply", documents=documents(**(FIRST | changed)))

    async def keep(self, who, name, value, **more):
        return await self.ask(who, "set_secret", name=name, value=value, **more)


@pytest.fixture
async def harness():
    harness = Bench()
    assert "ok" in await harness.apply(AKI)
    for name, value in KEPT.items():
        assert "ok" in await harness.keep(AKI, name, value)
    return harness


@pytest.mark.parametrize(("entry", "changed"), ELSEWHERE)
async def test_a_kept_secret_is_led_nowhere_else_by_a_token_without_programs(
    harness, entry, changed
):
    told = await harness.apply(TOKEN, **changed)
    assert told["error"] == "password"
    assert [one["where"] for one in told["problems"]] == [entry]
    assert KEPT[entry] not in str(told)
    assert (await harness.store.current()).number == 1
    assert (await harness.apply(BROWSER, **changed))["error"] == "password"
    assert "ok" in await harness.apply(replace(BROWSER, reauthenticated=True), **changed)


@sweep(("entry", "changed"), ELSEWHERE)
async def test_entries_of_before_are_bound_to_what_names_them(entry, changed):
    harness = Bench()
    assert "ok" in await harness.apply(AKI)
    for name, value in KEPT.items():
        await harness.vault.put(name, Secret(value))
    harness.store._notes.clear()  # as an older version leaves the store
    assert (await harness.apply(TOKEN, **changed))["error"] == "password"
    harmless = {"contacts__boss": {"addresses": ["chief@example.com"]}}
    assert "ok" in await harness.apply(TOKEN, **harmless)


async def test_it_is_said_for_whom_a_secret_is_kept_and_where_it_would_go(harness):
    moved = RELAY | {"host": "evil.example"}
    told = await harness.apply(TOKEN, routes__plain=route("smtp", moved))
    (problem,) = told["problems"]
    assert "stored in the vault for mail.example.com:587" in problem["what"]["en"]
    assert "evil.example:587" in problem["what"]["en"] and "--programs" in told["words"]["en"]


async def test_of_many_other_places_fifty_are_named_and_the_others_counted(harness):
    """The answer is the same for a try, a change and an apply."""
    many = {
        f"routes__plain{n}": route("smtp", RELAY | {"host": f"evil{n}.example"})
        for n in range(60)
    }
    put = {name.replace("__", "/"): content for name, content in many.items()}
    wrong = {name: route("smtp", {"hots": "x"}) for name in put}
    for told, error, more in (
        (await harness.apply(TOKEN, **many), "password", 10),
        (await harness.ask(TOKEN, "definition_change", put=put), "password", 10),
        (await harness.ask(TOKEN, "definition_change", put=wrong, dry=True), "invalid", 70),
    ):
        assert (told["error"], len(told["problems"])) == (error, 51)
        assert told["problems"][-1]["what"]["en"] == f"and {more} more problems"
    assert (await harness.store.current()).number == 1


async def test_what_keeps_its_place_needs_no_password(harness):
    renamed = {
        "routes__plain": None,
        "routes__old": route("smtp", RELAY | {"ehlo": "x.example"}),
    }
    rules = {"action": "mail", "contacts": ["ops"], "routes": ["old", "m365"]}
    assert "ok" in await harness.apply(TOKEN, **renamed, rules__all=rules)
    assert "ok" in await harness.apply(TOKEN, instances__web1=web1(PAGE | {"method": "HEAD"}))


async def test_a_secret_stays_bound_when_nothing_names_it_or_it_is_removed(harness):
    rules = {"action": "mail", "contacts": ["ops"], "routes": ["m365"]}
    gone = {"routes__plain": None, "rules__all": rules}
    assert "ok" in await harness.apply(TOKEN, **gone)
    again = route("smtp", RELAY | {"host": "evil.example"})
    assert (await harness.apply(TOKEN, routes__plain=again))["error"] == "password"
    assert "ok" in await harness.ask(TOKEN, "secret_remove", name="relay")
    assert (await harness.apply(TOKEN, routes__plain=again))["error"] == "password"
    assert "ok" in await harness.apply(TOKEN)


async def test_a_header_does_not_follow_a_url_of_the_vault_elsewhere(harness):
    elsewhere = "https://evil.example/hook"
    assert (await harness.keep(TOKEN, "hook", elsewhere))["error"] == "password"
    assert "ok" in await harness.ask(TOKEN, "secret_remove", name="hook", force=True)
    assert (await harness.keep(TOKEN, "hook", elsewhere))["error"] == "password"
    assert "ok" in await harness.keep(TOKEN, "hook", f"{HOOK}/new")
    assert "ok" in await harness.keep(AKI, "hook", elsewhere)


async def test_whoever_puts_a_secret_in_says_where_it_goes(harness):
    mine = {"routes__more": route("smtp", RELAY | {"host": "m.example.org", "password": "own"})}
    assert "ok" in await harness.keep(TOKEN, "own", "a password")
    assert (await harness.apply(BROWSER, **mine))["error"] == "password"
    assert "ok" in await harness.apply(TOKEN, **mine)
    shown = ["m.example.org:587"]
    assert "ok" in await harness.keep(BROWSER, "own", "another password", to=shown)
    led = {"routes__more": route("smtp", RELAY | {"host": "n.example.org", "password": "own"})}
    assert (await harness.apply(TOKEN, **led))["error"] == "password"


async def test_a_setting_that_comes_before_its_secret_binds_it(harness):
    new = {"routes__more": route("smtp", RELAY | {"host": "m.example.org", "password": "own"})}
    assert "ok" in await harness.apply(TOKEN, **new)
    assert "ok" in await harness.keep(BROWSER, "own", "a password", to=["m.example.org:587"])
    led = {"routes__more": route("smtp", RELAY | {"host": "n.example.org", "password": "own"})}
    assert (await harness.apply(TOKEN, **led))["error"] == "password"


@pytest.mark.parametrize(
    "changed",
    [
        {"clouds__own": CLOUD | {"smtp_host": "evil.example"}},
        {"routes__m365": route("smtp", {"account": "box", "host": "evil.example"})},
    ],
)
async def test_tokens_of_a_cloud_of_ones_own_go_to_its_mail_server_alone(harness, changed):
    assert "ok" in await harness.apply(TOKEN, **changed)
    assert "ok" in await harness.apply(TOKEN)
    await harness.vault.put("refresh/box", Secret("{}"))
    assert (await harness.apply(TOKEN, **changed))["error"] == "password"


async def test_nothing_is_tried_with_a_secret_elsewhere(harness):
    async def measure(_monitor, _memory):
        raise AssertionError("a secret was sent")

    harness.service.context.measure = measure
    led = documents(
        **FIRST | {"instances__web1": web1(PAGE | {"url": "https://evil.example/"})}
    )
    given = {"monitor": "web1/base/page", "documents": led}
    assert (await harness.ask(TOKEN, "try_monitor", **given))["error"] == "password"


async def test_no_login_is_diagnosed_with_a_secret_elsewhere(harness):
    login = {"address": "127.0.0.1", "port": free_port(), "user": "SRV1\\watcher"}
    given = login | {"instance": "srv9", "password": "login"}
    for who in (TOKEN, BROWSER):
        told = await harness.ask(who, "winrm_examine", **given)
        assert told["error"] == "password"
        assert [one["where"] for one in told["problems"]] == ["login"]
    told = await harness.ask(replace(BROWSER, reauthenticated=True), "winrm_examine", **given)
    assert "ok" in told
    await harness.service.context.running_examinations.close()


LED = RELAY | {"host": "evil.example"}


async def led_by_the_token(harness):
    """It puts a value of its own into the entry, and may then lead that anywhere."""
    assert "ok" in await harness.keep(TOKEN, "relay", "the token's")
    assert "ok" in await harness.apply(TOKEN, routes__plain=route("smtp", LED))


@pytest.mark.parametrize("who", [AKI, BROWSER, replace(BROWSER, reauthenticated=True)])
async def test_a_secret_that_is_typed_again_goes_nowhere_that_nobody_was_shown(harness, who):
    await led_by_the_token(harness)
    told = await harness.keep(who, "relay", "typed again")
    assert told["error"] == "conflict" and "typed again" not in str(told)
    assert [(one["where"], one["what"]["en"]) for one in told["problems"]] == [
        ("to", "evil.example:587")
    ]
    assert "ci" in told["words"]["en"]
    assert (await harness.vault.get("relay")).reveal() == "the token's"
    elsewhere = await harness.keep(who, "relay", "typed again", to=["mail.example.com:587"])
    assert elsewhere["error"] == "conflict"


async def test_a_secret_goes_where_the_person_says_that_it_may_go(harness):
    await led_by_the_token(harness)
    assert "ok" in await harness.keep(AKI, "relay", "typed again", to=["evil.example:587"])
    assert "ok" in await harness.keep(AKI, "relay", "and again")


async def test_a_definition_that_was_put_right_asks_for_nothing(harness):
    await led_by_the_token(harness)
    assert "ok" in await harness.apply(AKI)
    assert "ok" in await harness.keep(AKI, "relay", "typed again")


async def test_a_new_entry_that_a_token_names_is_not_filled_unseen(harness):
    new = {"routes__plain": route("smtp", LED | {"password": "relay-two"})}
    assert "ok" in await harness.apply(TOKEN, **new)
    assert (await harness.keep(AKI, "relay-two", "typed again"))["error"] == "conflict"
    assert "ok" in await harness.keep(TOKEN, "relay-two", "the token's own")


async def test_a_header_is_not_typed_for_a_url_that_a_token_put_in():
    harness = Bench()
    assert "ok" in await harness.apply(AKI)
    assert "ok" in await harness.keep(TOKEN, "hook", "https://evil.example/hook")
    told = await harness.keep(AKI, "key", "typed")
    assert told["error"] == "conflict" and "evil.example:443" in str(told["problems"])


async def test_an_account_led_elsewhere_takes_no_secret_unseen():
    harness = Bench()
    led = {"clouds__own": CLOUD | {"token_endpoint": "https://evil.example/{tenant}/token"}}
    assert "ok" in await harness.apply(TOKEN, **led)
    told = await harness.keep(AKI, "app", "typed")
    assert told["error"] == "conflict" and "evil.example:443" in str(told["problems"])


async def test_what_one_token_led_is_not_free_for_another(harness):
    await led_by_the_token(harness)
    other = replace(TOKEN, name="other")
    assert (await harness.keep(other, "relay", "typed"))["error"] == "conflict"


async def test_another_token_of_the_same_name_owns_nothing_of_the_one_before(harness):
    first, second = (replace(TOKEN, id=id) for id in ("1", "2"))
    assert "ok" in await harness.keep(first, "relay", "its own")
    led = {"routes__plain": route("smtp", LED)}
    assert (await harness.apply(second, **led))["error"] == "password"
    assert "ok" in await harness.apply(first, **led)
    assert (await harness.keep(second, "relay", "typed"))["error"] == "conflict"


async def test_where_each_entry_goes_is_listed(harness):
    await led_by_the_token(harness)
    found = {one["name"]: one for one in (await harness.ask(AKI, "secret_list"))["ok"]}
    assert (
        found["relay"]["goes_to"] == ("evil.example:587",) and found["relay"]["led_by"] == "ci"
    )
    assert found["app"]["goes_to"] == ("login.example.com:443",) and not found["app"]["led_by"]


async def test_a_connector_that_microsoft_has_ended_is_not_kept(harness):
    retired = "https://contoso.webhook.office.com/webhookb2/canary/IncomingWebhook/x"
    told = await harness.keep(AKI, "hook", retired)
    assert told["error"] == "invalid" and "canary" not in str(told)
    assert "Workflows" in told["problems"][0]["what"]["en"]
    flow = "https://default1.environment.api.powerplatform.com/workflows/x?sig=y"
    assert "ok" in await harness.keep(AKI, "hook", flow)


class FullOnce(MemoryStore):
    """A store whose disk is full when the next secret comes."""

    full = False

    async def put_secret(self, name, sealed):
        if self.full:
            self.full = False
            raise StoreError(bilingual(en="The disk is full.", ja="空きがありません。"))
        await super().put_secret(name, sealed)


async def test_a_value_that_could_not_be_kept_makes_nobody_the_owner_of_the_one_before():
    harness = Bench(store=FullOnce())
    assert "ok" in await harness.apply(AKI)
    for name, value in KEPT.items():
        assert "ok" in await harness.keep(AKI, name, value)
    harness.store.full = True
    assert "ok" not in await harness.keep(TOKEN, "relay", "mine")
    assert (await harness.vault.get("relay")).reveal() == KEPT["relay"]
    led = {"routes__plain": route("smtp", RELAY | {"host": "evil.example"})}
    assert (await harness.apply(TOKEN, **led))["error"] == "password"
