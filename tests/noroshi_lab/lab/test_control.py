"""The lab's control, as another program uses it: to look, to change, to sign in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from noroshi_lab.lab.certificates import make_client_certificate
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.remote import LabError, Remote
from noroshi_lab.lab.switches import GROUPS, SWITCHES
from tests.noroshi_lab.lab.lab_clients import SECRET, Client, Clock, Wire
from tests.noroshi_lab.lab.test_device_code import asked, polled
from tests.noroshi_lab.lab.test_exchange import USER, log_in, mail
from tests.noroshi_lab.lab.test_faults import run
from tests.noroshi_lab.lab.test_graph import Caller
from tests.noroshi_lab.lab.test_limits import send
from tests.noroshi_lab.lab.test_other_provider import Other


class Far:
    """A remote whose calls do not hold up the lab, which runs in this loop."""

    def __init__(self, lab: Lab) -> None:
        self._remote = Remote(lab.folder)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._remote, name)
        return lambda *given, **named: asyncio.to_thread(call, *given, **named)


@pytest.fixture
def far(lab: Lab) -> Far:
    return Far(lab)


async def test_the_state_tells_each_switch_with_what_it_takes(far: Far) -> None:
    state = await far.state()
    assert state["now"] == "2026-11-25T01:02:03Z"
    assert [each["name"] for each in state["switches"]] == [each.name for each in SWITCHES]
    groups = {each["group"]["en"] for each in state["switches"]}
    assert groups == {title.en for title, _ in GROUPS}
    for each in state["switches"]:
        assert each["help"]["ja"] and each["takes"]["en"], each["name"]
    state = await far.set("propagation", "1h")
    state = await far.set("tenant-smtp-auth", "off")
    assert state["pending"] == [
        {"name": "tenant-smtp-auth", "value": "off", "at": "2026-11-25T02:02:03Z"}
    ]


def test_no_two_switches_have_one_name() -> None:
    assert len({each.name for each in SWITCHES}) == len(SWITCHES)


async def test_a_fault_is_scripted_on_either_side_and_cleared(far: Far) -> None:
    await far.fault("TOKEN", "503", left=None)
    state = await far.fault("RCPT", "drop", to="a@b.example", side="elsewhere")
    assert [(each["at"], each["side"], each["left"]) for each in state["faults"]] == [
        ("TOKEN", "microsoft", None),
        ("RCPT", "elsewhere", 1),
    ]
    assert (await far.clear())["faults"] == []
    with pytest.raises(LabError, match="no such fault"):
        await far.fault("TOKEN", "explode")


async def test_a_new_secret_holds_beside_the_old_one_until_that_is_ended(
    far: Far, client: Client, clock: Clock
) -> None:
    token = (await client.tokens())["refresh_token"]
    made = await far.new("secret", ends="+180d")
    assert made["ends"] == "2027-05-24T01:02:03+00:00"
    for secret in (SECRET, made["value"]):
        assert (await client.refresh(token, client_secret=secret))[0] == 200
    last = (await far.new("secret", alone=True))["value"]
    for secret, code in ((SECRET, 7000222), (made["value"], 7000222)):
        answer = (await client.refresh(token, client_secret=secret))[1]
        assert answer["error_codes"] == [code]
    assert (await client.refresh(token, client_secret=last))[0] == 200


async def test_a_new_certificate_is_handed_out_with_its_key(far: Far, lab: Lab) -> None:
    made = await far.new("certificate", ends="2027-01-01")
    pem = made["value"]
    assert "PRIVATE KEY" in pem
    certificate = x509.load_pem_x509_certificate(pem.encode())
    assert certificate in lab.board.app.certificates
    assert certificate.not_valid_after_utc.year == 2027
    await far.new("certificate", alone=True)
    assert len(lab.board.app.certificates) == 1


async def test_a_certificate_of_one_s_own_is_registered_once_beside_the_others(
    far: Far, lab: Lab
) -> None:
    own, both = make_client_certificate("Own")
    await far.new("certificate")
    for _ in range(2):
        told = await far.upload(both.decode())
    assert told["thumbprint"] == own.fingerprint(hashes.SHA1()).hex().upper()
    assert told["ends"].startswith("2099-12-31")
    assert lab.board.app.certificates.count(own) == 1 < len(lab.board.app.certificates)
    await far.upload(both.decode(), alone=True)
    assert lab.board.app.certificates == (own,)
    with pytest.raises(LabError, match="not a certificate"):
        await far.upload("hello")


@pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER])
async def test_a_certificate_is_uploaded_by_a_command_and_its_key_stays(
    lab: Lab, tmp_path: Path, form: Encoding
) -> None:
    own, both = make_client_certificate("Own")
    file = tmp_path / "noroshi-m365.cer"
    file.write_bytes(both if form is Encoding.PEM else own.public_bytes(form))
    code, out = await run(lab, "upload", str(file), language="ja")
    assert code == 0 and own.fingerprint(hashes.SHA1()).hex().upper() in out
    assert own in lab.board.app.certificates and "PRIVATE" not in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "Cannot read", id="no file"),
        pytest.param(b"hello", "is not a certificate in PEM or DER", id="something else"),
    ],
)
async def test_what_is_no_certificate_is_not_uploaded(
    lab: Lab, tmp_path: Path, capsys: Any, content: bytes | None, said: str
) -> None:
    file = tmp_path / "given.cer"
    if content is not None:
        file.write_bytes(content)
    before = lab.board.app.certificates
    assert (await run(lab, "upload", str(file)))[0] == 1
    assert said in capsys.readouterr().err and lab.board.app.certificates == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"what": "password"}, "Only secret and certificate can be created"),
        ({"what": "secret", "ends": "soon"}, "is not a date"),
    ],
)
async def test_what_cannot_be_made_is_told(far: Far, given: dict[str, str], words: str) -> None:
    with pytest.raises(LabError, match=words):
        await far.new(**given)


async def test_it_signs_in_as_a_person_would(far: Far, client: Client, other: Other) -> None:
    back = await far.sign_in(client.authorize_url())
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    assert (await client.redeem(code))[0] == 200
    back = await far.sign_in(other.url())
    assert (await other.redeem(dict(parse_qsl(urlsplit(back).query))["code"]))[0] == 200
    client.lab.directory.tenants[0].blocking = True
    with pytest.raises(LabError, match="AADSTS53003"):
        await far.sign_in(client.authorize_url())


@pytest.fixture
def other(client: Client) -> Other:
    return Other(client)


async def test_it_types_in_the_code_that_a_device_shows(client: Client) -> None:
    await run(client.lab, "set", "public-client=allowed")
    told = await asked(client)
    code, said = await run(client.lab, "sign-in", told["user_code"])
    assert code == 0 and "signed in to Noroshi" in said
    assert (await polled(client, told))[0] == 200


async def test_mails_are_listed_by_mailbox_folder_and_number(
    far: Far, lab: Lab, wire: Wire
) -> None:
    await log_in(lab, wire)
    for _ in range(2):
        await send(wire)
    found = await far.mails("ops@contoso.example")
    assert [each["folder"] for each in found] == ["inbox", "inbox"]
    assert found[0]["message_id"] == "<01J.17@contoso.example>" and found[0]["text"]
    assert len(await far.mails(after=found[0]["number"])) == 1
    assert len(await far.mails(USER, folder="sentitems")) == 2
    assert await far.empty(USER) == 2
    assert await far.mails(USER, folder="sentitems") == []


async def test_what_was_asked_and_answered_is_written_down_without_anything_secret(
    far: Far, client: Client, wire: Wire
) -> None:
    lab = client.lab
    answer = await client.tokens()
    await client.refresh(answer["refresh_token"], client_secret="wrong-canary")
    await log_in(lab, wire)
    await send(wire)
    await send(wire, content=mail(sender="boss@contoso.example"))
    caller = Caller(client)
    await caller.send(mail())
    await caller.ask("GET", "/me/messages")
    await far.set("account", "disabled")
    events = await far.events()
    told = [(each["server"], each["what"], each["answer"]) for each in events]
    assert told == [
        ("entra", "token", "200"),
        ("entra", "token", "invalid_client AADSTS7000215"),
        ("smtp", "auth", "235"),
        ("smtp", "mail", "250"),
        ("smtp", "refused", "554 5.2.252"),
        ("graph", "POST sendMail", "202"),
        ("graph", "GET messages", "200"),
        ("lab", "set", "disabled"),
    ]
    assert len(await far.events(after=events[-2]["number"])) == 1
    for secret in (SECRET, "wrong-canary", answer["access_token"], answer["refresh_token"]):
        assert secret not in str(events)
    _, said = await run(lab, "events", "--after", "2")
    assert said.splitlines()[0].split()[2:] == ["smtp", "auth", USER, "235"]


async def test_a_folder_without_a_lab_says_so(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="No lab is running"):
        await asyncio.to_thread(Remote(tmp_path).state)


async def test_what_happens_once_is_told_as_it_was_set(lab: Lab) -> None:
    code, told = await run(lab, "set", "consent=withdrawn", "account=disabled")
    assert code == 0
    set_now = [line.split()[0] for line in told.splitlines()]
    assert set_now == ["consent=withdrawn", "account=disabled"]
    code, told = await run(lab, "show")
    assert "consent=kept" in told and "account=disabled" in told


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_what_was_set_is_told_alone(lab: Lab, language: str) -> None:
    code, told = await run(lab, "set", "account=disabled", "recipients=7", language=language)
    assert code == 0
    assert [line.split()[0] for line in told.splitlines()] == [
        "account=disabled",
        "recipients=7",
    ]
    assert ("宛先" in told) is (language == "ja")
