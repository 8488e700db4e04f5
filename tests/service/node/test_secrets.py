"""The vault's entries: which there are, who names them, and taking one out."""

import pytest

from noroshi.definitions.document_content import document
from noroshi.service.node.secrets import kinds_in, named_in
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import CANARY, documents


async def kept(ask, *names):
    for name in names:
        await ask("set_secret", name=name, value=CANARY)


async def test_entries_are_listed_with_who_names_them_and_what_is_named_and_not_there(ask):
    await apply_definitions(ask)
    await kept(ask, "relay")
    assert await ask("secret_list") == [
        {
            "name": "app",
            "kept": False,
            "named_by": ["accounts/box"],
            "goes_to": ["login.microsoftonline.com:443"],
            "led_by": "",
            "kind": "client secret",
        },
        {
            "name": "relay",
            "kept": True,
            "named_by": [],
            "goes_to": [],
            "led_by": "",
            "kind": "other",
        },
    ]


def test_an_entry_is_called_what_all_who_name_it_use_it_as():
    headers = {"options": {"secret_headers": {"Authorization": "key"}}}
    named = (
        document("accounts/box", {"secret": "app", "certificate_next": "next"}),
        document("accounts/own", {"secret": "app"}),
        document("networks/proxy", {"proxy_password": "relay"}),
        document("routes/hook", {"options": {"url_entry": "hook", "header_entry": "key"}}),
        document("routes/smtp", {"options": {"password": "relay"}}),
        document("routes/both", {"options": {"password": "hook"}}),
        document("instances/web", {"group": [{"name": "g", "monitor": [headers]}]}),
    )
    assert kinds_in(named) == {
        "app": "client secret",
        "next": "certificate",
        "relay": "password",
        "key": "header",
    }


async def test_what_sign_ins_keep_for_themselves_is_no_persons_secret(ask):
    await apply_definitions(ask)
    await ask.harness.store.put_secret("refresh/box", b"sealed")
    assert "refresh/box" not in [one["name"] for one in await ask("secret_list")]
    with pytest.raises(ErrorAnswer, match="for Noroshi itself"):
        await ask("secret_remove", name="refresh/box")
    assert "refresh/box" in await ask.harness.store.secret_names()


async def test_an_entry_that_nobody_names_is_taken_out(ask):
    await apply_definitions(ask)
    await kept(ask, "relay")
    await ask("secret_remove", name="relay")
    assert await ask.harness.store.secret_names() == []


async def test_an_entry_that_is_named_stays_unless_that_is_meant(ask):
    await apply_definitions(ask)
    await kept(ask, "app")
    with pytest.raises(ErrorAnswer, match="accounts/box uses this entry") as refused:
        await ask("secret_remove", name="app")
    assert refused.value.kind == "conflict"
    await ask("secret_remove", name="app", force=True)
    assert await ask.harness.store.secret_names() == []


async def test_an_entry_that_is_not_there_is_told_with_the_nearest(ask):
    await kept(ask, "relay")
    with pytest.raises(ErrorAnswer, match="did you mean relay"):
        await ask("secret_remove", name="rellay")


async def test_no_secret_is_in_the_list(ask):
    await kept(ask, "relay")
    assert CANARY not in str(await ask("secret_list"))


PAGE = {"name": "page", "options": {"url": "no", "secret_headers": {"X-Key": "five"}}}


def test_whatever_setting_names_an_entry_is_known_by_what_it_is_called():
    given = (
        document(
            "routes/a", {"options": {"password": "one", "account": "no", "url_entry": "two"}}
        ),
        document("accounts/b", {"secret": "one", "secret_next": "three", "mailbox": "no"}),
        document("networks/c", {"proxy_password": "four"}),
        document("instances/d", {"title": "no", "group": [{"name": "no", "monitor": [PAGE]}]}),
        document("contacts/e", {"password": 5}),
    )
    assert named_in(given) == {
        "one": ["accounts/b", "routes/a"],
        "two": ["routes/a"],
        "three": ["accounts/b"],
        "four": ["networks/c"],
        "five": ["instances/d"],
    }


@pytest.fixture(autouse=True)
def used():
    """The documents of the harness name the entry `app`."""
    assert any('"secret":"app"' in one["body"] for one in documents())
