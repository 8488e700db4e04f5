"""What every transport must do, whatever it sends by."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.core.mail import Envelope, Verdict
from noroshi.core.translation import help_text
from noroshi.ports import Clocks, TransportContext
from noroshi.transports import BUILT_IN

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
KINDS = [pytest.param(kind, id=kind.kind) for kind in BUILT_IN]
SMALLEST = {
    "smtp": {"host": "127.0.0.1", "sender": "n@example.com", "protection": "none"},
    "graph": {"account": "m365", "graph": "https://127.0.0.1:1", "user": "n@example.com"},
    "pickup": {
        "folder": f"{Path('/nonexistent/pickup').absolute()}",
        "sender": "n@example.com",
    },
    "webhook": {"url": "https://127.0.0.1:1/hook"},
}
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("one",),
    contact="aki",
    to=("aki@example.com", "sam@example.com", "no address"),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={"subject": "s", "text": "t"},
    born=NOW,
)


WRITES_TO_ADDRESSES = {"smtp", "graph", "pickup"}


async def token(account, force, resource):
    assert account == "m365"
    return "a-token"


async def no_secret(entry):
    raise AssertionError("nobody asked for a password")


def opened(kind, **given):
    options = schema.read(kind.options, SMALLEST[kind.kind] | given)
    return kind.open(
        options, TransportContext(Clocks(lambda: NOW, lambda: 0.0), token, no_secret)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_its_options_are_frozen_and_each_has_its_help_in_both_languages(kind):
    options = schema.read(kind.options, SMALLEST[kind.kind])
    assert is_dataclass(options)
    with pytest.raises(AttributeError):
        setattr(options, fields(options)[0].name, "changed")
    helps = {
        n: p.get("description", "") for n, p in schema.form(kind.options)["properties"].items()
    }
    assert [name for name, help in helps.items() if help_text(help).ja == help] == []


@pytest.mark.parametrize("kind", KINDS)
def test_its_names_are_said_in_both_languages(kind):
    assert kind.title.en and kind.title.ja and kind.help.en and kind.help.ja
    assert kind.title.en != kind.title.ja


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_option_is_an_error(kind):
    with pytest.raises(schema.Invalid):
        schema.read(kind.options, SMALLEST[kind.kind] | {"bogus": 1})


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_opened_without_a_loop_and_so_without_any_io(kind):
    opened(kind)


def test_no_start_waits_for_an_http_library():
    """They take their time to import: only who uses them pays for them."""
    asked = "import sys, noroshi.app.node_process; print({'aiohttp', 'h11', 'requests'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("kind", KINDS)
async def test_where_nobody_answers_every_address_has_its_verdict(kind):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        where = {
            "smtp": {"port": port},
            "graph": {"graph": f"https://127.0.0.1:{port}"},
            "webhook": {"url": f"https://127.0.0.1:{port}/hook"},
        }
        transport = opened(kind, **where.get(kind.kind, {}))
        receipt = await transport.send(LETTER)
        await transport.close()
    assert receipt.at == NOW
    assert {address: said.verdict for address, said in receipt.answers.items()} == {
        "aki@example.com": Verdict.ROUTE_DOWN,
        "sam@example.com": Verdict.ROUTE_DOWN,
        "no address": (
            Verdict.REFUSED if kind.kind in WRITES_TO_ADDRESSES else Verdict.ROUTE_DOWN
        ),
    }
    for answer in receipt.answers.values():
        assert answer.words.en and answer.words.ja != answer.words.en


@pytest.mark.parametrize("kind", KINDS)
async def test_it_may_be_closed_unused_and_twice(kind):
    transport = opened(kind)
    await transport.close()
    await transport.close()
