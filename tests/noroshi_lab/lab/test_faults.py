"""Scripted faults: by count, at each place, seen from the outside and set from another terminal."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import aiohttp
import pytest

from noroshi_lab.lab.faults import SMTP_PLACES, Fault, Faults, read_fault
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.main import main
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.switches import SWITCHES
from tests.noroshi_lab.lab.lab_clients import Client, Wire, xoauth2


async def run(lab: Lab, *argv: str, language: str = "en") -> tuple[int, str]:
    """`noroshi lab …` beside the running lab."""
    out = io.StringIO()
    words = (argv[0], "--folder", str(lab.folder), "--lang", language, *argv[1:])
    code = await asyncio.to_thread(main, words, out=out)
    return code, out.getvalue()


def test_a_fault_strikes_so_often_and_then_is_gone() -> None:
    faults = Faults(scripted=[Fault(at="RCPT", does="451 later", left=3)])
    assert [faults.next("RCPT") for _ in range(4)] == ["451 later"] * 3 + [""]
    assert faults.scripted == []


def test_faults_for_one_place_strike_in_their_order() -> None:
    both = [Fault(at="END", does="drop"), Fault(at="END", does="452 full")]
    faults = Faults(scripted=both)
    assert faults.next("RCPT") == ""
    assert [faults.next("END") for _ in range(3)] == ["drop", "452 full", ""]


def test_a_fault_for_one_recipient_leaves_the_others() -> None:
    faults = Faults(scripted=[Fault(at="RCPT", does="550 no", to="a@b.example", left=None)])
    asked = ["x@b.example", "A@B.example", "a@b.example"]
    assert [faults.next("RCPT", each) for each in asked] == ["", "550 no", "550 no"]


@pytest.mark.parametrize(
    ("at", "does", "more"),
    [
        pytest.param("NOWHERE", "drop", {}, id="no such place"),
        pytest.param("RCPT", "explode", {}, id="no such effect"),
        pytest.param("RCPT", "451 a\r\n250 b", {}, id="two lines"),
        pytest.param("RCPT", "keep-then-drop", {}, id="only at the end"),
        pytest.param("MAIL", "drop", {"to": "a@b.example"}, id="a recipient elsewhere"),
        pytest.param("RCPT", "drop", {"left": 0}, id="never"),
        pytest.param("TOKEN", "451 later", {}, id="an SMTP answer for the token endpoint"),
        pytest.param("RCPT", "90033", {}, id="an AADSTS code for SMTP"),
    ],
)
def test_what_is_no_fault_is_not_taken(at: str, does: str, more: dict[str, object]) -> None:
    assert read_fault(at, does, **more) is None  # type: ignore[arg-type]


async def walk_to(lab: Lab, wire: Wire, at: str, token: str) -> str:
    """The first answer at that place."""
    greeting = await wire.open()
    if at == "CONNECT":
        return greeting
    said = await wire.say("EHLO node.contoso.example")
    if at == "EHLO":
        return said
    said = await wire.say("STARTTLS")
    if at == "STARTTLS":
        return said
    await wire.starttls()
    await wire.say("EHLO node.contoso.example")
    lines = {
        "AUTH": f"AUTH XOAUTH2 {token}",
        "MAIL": "MAIL FROM:<alerts@contoso.example>",
        "RCPT": "RCPT TO:<ops@contoso.example>",
        "DATA": "DATA",
        "END": "From: alerts@contoso.example\r\n\r\nx\r\n.",
        "RSET": "RSET",
        "QUIT": "QUIT",
    }
    for place, line in lines.items():
        said = await wire.say(line)
        if place == at:
            return said
    raise AssertionError(at)


@pytest.fixture
async def token(client: Client) -> str:
    answer = await client.tokens()
    return xoauth2("alerts@contoso.example", answer["access_token"])


@pytest.mark.parametrize("at", [at for at in SMTP_PLACES if at != "TLS"])
async def test_an_answer_can_be_replaced_at_each_place(
    lab: Lab, wire: Wire, token: str, at: str
) -> None:
    code, told = await run(lab, "fault", at, "451")
    assert code == 0 and f"{at}  451 4.7.0" in told
    said = await walk_to(lab, wire, at, token)
    assert said.startswith(REPLIES["451"]) and said.endswith("]")
    assert lab.faults.scripted == []
    await wire.close()
    assert not (await walk_to(lab, wire, at, token)).startswith("451")


@pytest.mark.parametrize("at", ["CONNECT", "RCPT", "END"])
async def test_a_connection_can_be_dropped_without_a_word(
    lab: Lab, wire: Wire, token: str, at: str
) -> None:
    await run(lab, "fault", at, "drop")
    assert await walk_to(lab, wire, at, token) == ""


async def test_silence_lasts_until_the_other_side_gives_up(
    lab: Lab, wire: Wire, token: str
) -> None:
    await run(lab, "fault", "RCPT", "silent")
    await walk_to(lab, wire, "MAIL", token)
    unheard = asyncio.ensure_future(wire.say("RCPT TO:<ops@contoso.example>"))
    while lab.faults.scripted:
        await asyncio.wait([unheard], timeout=0.01)
    done, _ = await asyncio.wait([unheard], timeout=0.3)  # longer would show no more
    assert not done
    unheard.cancel()
    await wire.close()
    assert (await walk_to(lab, wire, "RCPT", token)).startswith("250")


@pytest.mark.parametrize(
    ("does", "answered", "kept"),
    [
        pytest.param("drop", False, 0, id="drop"),
        pytest.param("keep-then-drop", False, 1, id="keep, then drop"),
        pytest.param("ok-then-drop", True, 1, id="250, then drop"),
        pytest.param("wait:0.1", True, 1, id="slowly"),
    ],
)
async def test_the_end_of_a_mail_breaks_before_or_after_it_is_kept(
    lab: Lab, wire: Wire, token: str, does: str, answered: bool, kept: int
) -> None:
    await run(lab, "fault", "END", does)
    said = await walk_to(lab, wire, "END", token)
    assert said.startswith("250") is answered
    assert len(lab.mailboxes.mails()) == kept
    if does == "ok-then-drop":
        assert await wire.answer() == ""


@pytest.mark.parametrize(
    ("does", "status", "codes"),
    [
        pytest.param("90033", 503, [90033], id="out of order"),
        pytest.param("AADSTS90055", 429, [90055], id="too many requests"),
        pytest.param("50076", 400, [50076], id="second factor wanted"),
    ],
)
async def test_the_token_endpoint_refuses_so_often(
    client: Client, does: str, status: int, codes: list[int]
) -> None:
    refresh = (await client.tokens())["refresh_token"]
    await run(client.lab, "fault", "TOKEN", does, "--times", "2")
    for _ in range(2):
        found, told = await client.refresh(refresh)
        assert (found, told["error_codes"]) == (status, codes)
    assert (await client.refresh(refresh))[0] == 200


async def test_a_proxy_may_answer_in_the_place_of_the_token_endpoint(client: Client) -> None:
    await run(client.lab, "fault", "TOKEN", "html")
    url = f"{client.root}/oauth2/v2.0/token"
    async with client.session.post(url, data={}) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


async def test_a_switch_is_set_and_listed(lab: Lab) -> None:
    code, told = await run(lab, "set", "tenant-smtp-auth=off", "latency=0.5")
    assert code == 0 and "tenant-smtp-auth=off" in told and "latency=0.5" in told
    assert lab.directory.tenants[0].smtp_auth is False and lab.faults.delay == 0.5
    code, told = await run(lab, "show", language="ja")
    assert "サインイン" in told and "テナント全体の SMTP AUTH" in told
    assert all(f"  {switch.name}=" in told for switch in SWITCHES)


async def test_faults_are_listed_with_what_is_left_of_them_and_cleared(lab: Lab) -> None:
    await run(lab, "fault", "RCPT", "550", "--to", "nobody@contoso.example", "--always")
    _, told = await run(lab, "fault", "END", "drop", "--times", "3")
    assert "RCPT  550 5.1.10" in told and "for nobody@contoso.example  (always)" in told
    assert "END  drop  (3 left)" in told
    _, told = await run(lab, "faults", "--json")
    assert [each["at"] for each in json.loads(told)["faults"]] == ["RCPT", "END"]
    _, told = await run(lab, "faults", "--clear")
    assert told == "Scripted faults\n  none\n"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        pytest.param(
            ("set", "nothing=on"), "There is no switch “nothing”", id="no such switch"
        ),
        pytest.param(("set", "secret=lost"), "allowed: valid, ended", id="no such value"),
        pytest.param(("set", "latency=long"), "allowed: a number", id="no number"),
        pytest.param(("set", "secret"), "does not have the format NAME=VALUE", id="no value"),
        pytest.param(("fault", "RCPT", "explode"), "no such fault", id="no such fault"),
    ],
)
async def test_what_cannot_be_set_is_told(
    lab: Lab, argv: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = await run(lab, *argv)
    assert code == 1 and told in capsys.readouterr().err


def test_without_a_running_lab_it_says_how_to_start_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faults", "--folder", str(tmp_path), "--lang", "ja"]) == 1
    assert "動いていません" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path",
    [
        "/lab/set",
        "/lab/fault",
        "/lab/clear",
        "/lab/reset",
        "/lab/new",
        "/lab/sign-in",
        "/lab/empty",
    ],
)
@pytest.mark.parametrize("token", ["", "Bearer wrong"])
async def test_nobody_without_the_token_of_lab_json_changes_anything(
    client: Client, path: str, token: str
) -> None:
    body = {"name": "tenant-smtp-auth", "value": "off"}
    headers = {"Authorization": token} if token else {}
    url = client.lab.address.control_at + path
    async with client.session.post(url, json=body, headers=headers) as answer:
        assert answer.status == 403
    assert client.lab.directory.tenants[0].smtp_auth is True


@pytest.mark.parametrize("place", ["TOKEN", "METADATA", "DEVICE"])
@pytest.mark.parametrize(
    ("does", "status", "kind"),
    [
        pytest.param("503", 503, "text/plain", id="a bare status"),
        pytest.param("html-200", 200, "text/html", id="a portal's page"),
        pytest.param("90033", 503, "application/json", id="an AADSTS code"),
    ],
)
async def test_each_web_endpoint_answers_what_was_scripted(
    client: Client, place: str, does: str, status: int, kind: str
) -> None:
    await run(client.lab, "fault", place, does)
    async with await ask(client, place) as answer:
        assert (answer.status, answer.content_type) == (status, kind)
        assert ("Retry-After" in answer.headers) is (status == 503)
    async with await ask(client, place) as answer:
        assert answer.status in (200, 400)


@pytest.mark.parametrize("does", ["truncated", "drop"])
async def test_an_answer_may_break_off(client: Client, does: str) -> None:
    await run(client.lab, "fault", "TOKEN", does)
    with pytest.raises(aiohttp.ClientError):
        async with await ask(client, "TOKEN") as answer:
            await answer.read()


async def test_a_web_endpoint_may_say_nothing_until_the_other_side_gives_up(
    client: Client,
) -> None:
    await run(client.lab, "fault", "TOKEN", "silent")
    unheard = asyncio.ensure_future(ask(client, "TOKEN"))
    while client.lab.faults.scripted:
        await asyncio.wait([unheard], timeout=0.01)
    done, _ = await asyncio.wait([unheard], timeout=0.2)
    assert not done
    unheard.cancel()
    async with await ask(client, "TOKEN") as answer:
        assert answer.status == 400


async def ask(client: Client, place: str) -> aiohttp.ClientResponse:
    address = client.lab.address
    if place == "METADATA":
        return await client.session.get(f"{client.root}/v2.0/.well-known/openid-configuration")
    form = {"client_id": address.client_id, "scope": "openid", "grant_type": "x"}
    end = {"TOKEN": "token", "DEVICE": "devicecode"}[place]
    return await client.session.post(f"{client.root}/oauth2/v2.0/{end}", data=form)


async def test_an_answer_may_have_several_lines(lab: Lab, wire: Wire) -> None:
    await run(lab, "fault", "EHLO", r"451-4.7.0 First\n451 4.7.0 Second")
    await wire.open()
    said = await wire.say("EHLO node.contoso.example")
    first, second = said.split("\n")
    assert first == "451-4.7.0 First" and second.startswith("451 4.7.0 Second [")
