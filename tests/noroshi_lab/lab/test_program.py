from __future__ import annotations

import io
import json
import logging
import re
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from noroshi.command_line.text_width import width as columns
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.main import _STARTED, OTHER_COMMANDS, main
from tests.noroshi_lab.lab.lab_clients import SECRET, Client, Clock, Wire, xoauth2

RECEIVED = "Received: from n by h\r\n with ESMTPSA (TLS1.3, XOAUTH2 a@b.example)\r\n id 1; now"
CONTENT = (
    "From: Noroshi <a@b.example>\r\nTo: ops@b.example\r\n"
    "Subject: =?utf-8?b?5Y2x6Zm6?=\r\nDate: Wed, 25 Nov 2026 10:02:03 +0900\r\n"
    "In-Reply-To: <1@b.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n使用率 95.2 %\r\n"
)
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program on a folder; it is up when its first line has been read."""
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> subprocess.Popen[str]:
        argv = [
            sys.executable,
            "-m",
            "noroshi_lab.lab",
            "--folder",
            str(tmp_path / "lab"),
            *options,
        ]
        program = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        running.append(program)
        return program

    yield begin
    for program in running:
        program.kill()
        program.communicate()


def told(tmp_path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((tmp_path / "lab" / "lab.json").read_text())
    return found


def read_until(program: subprocess.Popen[str], last: str) -> list[str]:
    assert program.stdout is not None
    lines = []
    for line in program.stdout:
        lines.append(line.rstrip("\n"))
        if last in line:
            break
    return lines


async def fill(folder: Path) -> None:
    await Mailboxes(folder / "mail").keep(
        sender="a@b.example",
        recipients=["ops@b.example"],
        received=RECEIVED,
        queue_id="0A",
        content=CONTENT.encode(),
    )


def run(*argv: str, language: str = "en") -> tuple[int, str]:
    out = io.StringIO()
    code = main(argv, language=language, out=out)
    return code, out.getvalue()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_program_says_where_it_is_and_ends_at_a_signal(
    start: Start, tmp_path: Path, language: str
) -> None:
    program = start("--lang", language)
    lines = read_until(program, "Ctrl-C")
    address = told(tmp_path)
    shown = "\n".join(lines)
    assert ("ラボが動いています" in shown) is (language == "ja")
    assert str(address["sign_in"]) in shown
    assert f"localhost:{address['smtp_port']}" in shown
    assert str(address["ca_file"]) in shown
    assert str(address["password"]) not in shown
    assert address["pid"] == program.pid
    program.send_signal(signal.SIGTERM)
    assert program.wait() == 0


def test_a_restart_keeps_ports_and_secrets_but_makes_a_new_authority(
    start: Start, tmp_path: Path
) -> None:
    first = start()
    read_until(first, "Ctrl-C")
    before, ca = told(tmp_path), (tmp_path / "lab" / "ca.pem").read_bytes()
    first.kill()
    first.wait()
    read_until(start(), "Ctrl-C")
    assert {**told(tmp_path), "pid": 0} == {**before, "pid": 0}
    assert (tmp_path / "lab" / "ca.pem").read_bytes() != ca


def test_a_port_that_is_taken_is_told_and_ends_the_program(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_until(start(), "Ctrl-C")
    port = urlsplit(str(told(tmp_path)["sign_in"])).port
    other = str(tmp_path / "other")
    assert main(["--folder", other, "--port", str(port), "--lang", "ja"]) == 1
    assert "ラボを起動できません" in capsys.readouterr().err


async def test_only_the_owner_can_read_what_the_lab_leaves(lab: Lab) -> None:
    left = [path for path in lab.folder.rglob("*") if path.is_file()]
    names = {"ca.pem", "server.pem", "signing-key.pem", "lab.json"}
    assert names <= {path.name for path in left}
    assert {stat.S_IMODE(path.stat().st_mode) for path in left} == {0o600}
    for folder in (lab.folder, lab.folder / "mail"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_ready_made_definitions_point_a_node_at_the_lab(lab: Lab) -> None:
    folder, address = lab.folder / "definitions", lab.address
    cloud = tomllib.loads((folder / "clouds" / "lab.toml").read_text(encoding="utf-8"))
    account = tomllib.loads((folder / "accounts" / "lab.toml").read_text(encoding="utf-8"))
    assert cloud["authority"].replace("{tenant}", account["tenant"]) == address.authority
    assert {k: v for k, v in cloud.items() if k != "authority"} == {
        "scope": "https://outlook.office.com/SMTP.Send",
        "app_scope": "https://outlook.office365.com/.default",
        "smtp_host": "localhost",
        "smtp_port": address.smtp_port,
        "ca_file": address.ca_file,
        "graph": address.graph,
        "graph_scope": "https://graph.microsoft.com/Mail.Send",
        "graph_app_scope": "https://graph.microsoft.com/.default",
        "inbox_scope": "https://graph.microsoft.com/Mail.Read",
        "graph_shared_scope": "https://graph.microsoft.com/Mail.Send.Shared",
        "inbox_shared_scope": "https://graph.microsoft.com/Mail.Read.Shared",
        "mails_a_minute": 30,
        "connections": 3,
        "recipients_a_day": 10_000,
    }
    assert account["cloud"] == "lab"
    assert account["mailbox"] == address.user
    assert SECRET not in str(account)


async def test_a_sign_in_outlives_a_restart_of_the_lab(
    client: Client, clock: Clock, tmp_path: Path
) -> None:
    answer = await client.tokens()
    async with Lab(tmp_path / "lab", clock=clock, directory=client.lab.directory) as again:
        wire = Wire(again)
        await wire.secure()
        line = f"AUTH XOAUTH2 {xoauth2(again.address.user, answer['access_token'])}"
        assert (await wire.say(line)).startswith("235")
        await wire.close()
    assert (await client.refresh(answer["refresh_token"]))[0] == 200


async def test_no_secret_is_ever_logged(
    client: Client, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await client.tokens()
    await client.refresh(answer["refresh_token"], client_secret="wrong-canary")
    await wire.secure()
    await wire.say(f"AUTH XOAUTH2 {xoauth2(client.lab.address.user, answer['access_token'])}")
    secrets = (
        SECRET,
        "wrong-canary",
        client.lab.address.password,
        answer["access_token"],
        answer["refresh_token"],
        xoauth2(client.lab.address.user, answer["access_token"]),
    )
    logged = caplog.text + repr(client.lab.address) + repr(client.lab.directory.tenants)
    assert [secret for secret in secrets if secret in logged] == []


async def test_the_mailbox_is_listed_with_decoded_subjects(tmp_path: Path) -> None:
    await fill(tmp_path)
    code, shown = run("mail", "--folder", str(tmp_path))
    assert code == 0
    assert shown == (
        "    1  Wed, 25 Nov 2026 10:02:03 +0900  a@b.example → ops@b.example  危険\n"
    )


@pytest.mark.parametrize(
    ("language", "head"),
    [("en", ["From", "To", "Subject", "Date"]), ("ja", ["差出人", "宛先", "件名", "日時"])],
)
async def test_one_mail_is_read_in_either_language(
    tmp_path: Path, language: str, head: list[str]
) -> None:
    await fill(tmp_path)
    code, shown = run("mail", "--folder", str(tmp_path), "1", language=language)
    assert code == 0
    lines = shown.splitlines()
    assert [line.partition(":")[0] for line in lines[:4]] == head
    assert lines[2].endswith(": 危険")
    assert "with ESMTPSA (TLS1.3, XOAUTH2 a@b.example)" in lines[4]
    assert lines[-1] == "使用率 95.2 %"


async def test_lines_of_a_mail_end_as_the_terminal_s_do(tmp_path: Path) -> None:
    text = "first\r\nsecond\r\n"
    await Mailboxes(tmp_path / "mail").keep(
        sender="a@b.example",
        recipients=["ops@b.example"],
        received=RECEIVED,
        queue_id="0A",
        content=f"Subject: two lines\r\n\r\n{text}".encode(),
    )
    _, shown = run("mail", "--folder", str(tmp_path), "1")
    assert shown.endswith("\nfirst\nsecond\n")


async def test_programs_read_the_mailbox_as_json(tmp_path: Path) -> None:
    await fill(tmp_path)
    _, shown = run("mail", "--json", "--folder", str(tmp_path))
    [mail] = json.loads(shown)
    assert mail["subject"] == "危険"
    assert mail["from"] == "Noroshi <a@b.example>"
    assert mail["in_reply_to"] == "<1@b.example>"
    assert Path(mail["file"]).read_bytes().endswith(CONTENT.encode())


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "No message has arrived yet."), ("ja", "メールはまだ届いていません。")],
)
def test_an_empty_mailbox_says_so(tmp_path: Path, language: str, words: str) -> None:
    assert run("mail", "--folder", str(tmp_path / "x"), language=language) == (0, words + "\n")
    assert not (tmp_path / "x").exists()


def test_a_mail_that_is_not_there_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mail", "--folder", str(tmp_path), "7", "--lang", "ja"]) == 1
    assert capsys.readouterr().err == "番号 7 のメールはありません。\n"


async def test_mails_of_an_earlier_start_are_kept_and_numbered_on(tmp_path: Path) -> None:
    await fill(tmp_path)
    await fill(tmp_path)
    assert [mail.number for mail in Mailboxes(tmp_path / "mail").mails()] == [1, 2]


@pytest.mark.parametrize(("language", "word"), [("en", "default"), ("ja", "既定値")])
@pytest.mark.parametrize("command", [[], ["mail"]], ids=["lab", "lab mail"])
def test_help_speaks_both_languages(
    capsys: pytest.CaptureFixture[str], command: list[str], language: str, word: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--lang", language, "--help"])
    assert ended.value.code == 0
    assert word in capsys.readouterr().out


ENGLISH_OF_ARGPARSE = re.compile("usage:|arguments:|options:|show this|error:|expected|invalid")


@pytest.mark.parametrize("of", [[], *([name] for name in OTHER_COMMANDS)])
def test_its_help_is_japanese_for_who_reads_japanese(
    of: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*of, "--lang", "ja", "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith("使い方: noroshi lab") and "このヘルプを表示します" in said
    assert not ENGLISH_OF_ARGPARSE.search(said)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param(["--prot", "1"], "--prot 1 は使えません", id="an unknown option"),
        pytest.param(["--port"], "--port には値が1つ必要です", id="no value"),
        pytest.param(
            ["--port", "x"],
            "--port には整数を指定してください (「x」が指定されています)",
            id="no number",
        ),
        pytest.param(["--lang", "fr"], "--lang", id="a language that there is not"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_the_readers_language(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    language = "en" if "--lang" in typed else "ja"
    with pytest.raises(SystemExit) as ended:
        main(typed, language=language)
    complained = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in complained
    assert bool(ENGLISH_OF_ARGPARSE.search(complained)) is (language == "en")


def test_the_places_it_tells_stand_below_each_other() -> None:
    for words in (_STARTED.en, _STARTED.ja):
        labels = re.findall(r"(?m)^  [^:{]+: +", words)
        assert len(labels) == 9 and len({columns(label) for label in labels}) == 1
