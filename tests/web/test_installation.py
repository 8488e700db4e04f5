"""The line that is pasted on another server: whose file is run there, and what it does."""

import asyncio
import hashlib
import os
import re
import stat
import subprocess
import sys
import zipfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from noroshi import __version__
from noroshi.app.agent_listening import AgentListenerControl, listening
from noroshi.core.agents import Invitation
from noroshi.link.install_line import InstallSource, curl_line, python_line, windows_file_path
from noroshi.link.join_code import JoinCode
from noroshi.service import perform
from noroshi.service.agents.install_script import InstallFile, install_script
from noroshi.service.agents.installation import Installation
from noroshi.web.context import WebContext
from noroshi.web.http.self_signed import context_of, own_certificate
from tests.service.clients import NOW
from tests.service.harness import AKI, Harness
from tests.sweeps import sweep

HERE = {"address": "127.0.0.1", "host": "127.0.0.1", "port": 0}
STUB = """\
import os, pathlib, sys
folder = pathlib.Path(sys.argv[-1])
assert sys.argv[1:-1] == ["venv", "--compile"] and os.environ["PEX_TOOLS"] == "1"
(folder / "bin").mkdir(parents=True)
program = folder / "bin" / "python"
program.write_text('#!/bin/sh\\n[ "$4" = --version ] || echo "$@" >>{done}\\n')
program.chmod(0o755)
"""
LINES = ("curl", "python")
MAIN = 'main "$@"\n'
"""The last line of the script, which calls it all."""


@dataclass
class Hub:
    """A hub on loopback with an invitation, and the server on which its line is pasted."""

    harness: Harness
    code: JoinCode
    endpoint: object
    folder: Path

    def line(self, name, language="", agent=""):
        lines = Installation(self.harness.service.context).lines(
            self.code, self.endpoint, language, agent
        )
        return getattr(lines, name)

    @property
    def done(self):
        """What Noroshi was called for on the other server."""
        file = self.folder / "done"
        return file.read_text().splitlines() if file.exists() else []


def fake_file(folder, text=STUB):
    """A file that makes of itself an environment with a Noroshi that writes down its calls."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "noroshi.pex", "w") as archive:
        archive.writestr("__main__.py", text.format(done=folder.parent / "done"))
        archive.writestr(f".deps/noroshi-{__version__}-py3-none-any.whl/x", "")
    return folder / "noroshi.pex"


@pytest.fixture
async def hub(tmp_path):
    file = fake_file(tmp_path / "dist")
    harness = Harness()
    harness.service.context.find_install_file = lambda: file if file.exists() else None
    web = WebContext(service=harness.service, people=harness.people)
    home = tmp_path / "home"
    home.mkdir()
    async with listening(
        harness.store,
        harness.service.context.endpoints,
        AgentListenerControl(lambda: web, home),
    ):
        await perform(harness.service, AKI, "agents_listen", HERE)
        endpoint = harness.service.context.endpoints.listener
        code = JoinCode.create(endpoint.pin)
        await harness.store.put_invitation(invitation(harness, code))
        yield Hub(harness, code, endpoint, tmp_path)


def invitation(harness, code, **changed):
    now = harness.time.now
    made = Invitation(
        id="i1",
        hash=code.secret_hash,
        creator="aki",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    return replace(made, **changed)


def other_server(folder):
    """A folder of programs for PATH: the one who pastes is root there, without systemd."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, text in {"id": "echo 0", "sudo": 'exec "$@"'}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    python = programs / "python3.14"  # the name that is looked for first
    python.unlink(missing_ok=True)
    python.symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    return programs


async def pasted(hub, line, shell="sh", without=()):
    """What the shell of the other server says and ends with, once the line is pasted there.

    Its places are in a folder of the test: the script is the hub's in all else.
    """
    programs = other_server(hub.folder)
    place = f"s#/opt/noroshi#{hub.folder}/opt#;s#/usr/local/bin#{hub.folder}/commands#"
    anywhere = "s#all(.* for one in places)#True#"
    moved = f"sed '{place};s#/run/systemd/system#/nowhere#;{anywhere}' | {shell}"
    line = line.replace("sudo sh", moved)
    environment = os.environ | {
        "PATH": ":".join(map(str, [programs, *places()])),
        "LC_ALL": "C",
    }
    if without:
        environment["PATH"] = str(links(hub.folder, without))
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        line,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


def places():
    """The folders of programs of this machine, but for one with a Noroshi."""
    found = map(Path, os.environ["PATH"].split(":"))
    return [one for one in found if one.is_dir() and not (one / "noroshi").exists()]


def links(folder, without):
    """A folder with all programs of this machine but some."""
    target = folder / "without"
    target.mkdir()
    for place in [folder / "bin", *places()]:
        for program in place.iterdir():
            link = target / program.name
            if program.name not in without and not link.is_symlink():
                link.symlink_to(program)
    return target


@pytest.mark.parametrize("shell", ["sh", "bash", "busybox sh"])
@pytest.mark.parametrize("name", LINES)
async def test_the_pasted_line_installs_and_joins(hub, name, shell):
    code, said = await pasted(hub, hub.line(name), shell)
    assert code == 0, said
    joined = f"-I -m noroshi.cli join {hub.endpoint.address} {hub.code}"
    assert hub.done[-1] == joined
    command = hub.folder / "commands" / "noroshi"
    assert stat.S_IMODE(command.stat().st_mode) == 0o755
    assert "Installing to" in said
    assert "This server has no systemd" in said


@pytest.mark.parametrize("name", LINES)
async def test_the_name_that_was_chosen_at_the_hub_goes_along(hub, name):
    await pasted(hub, hub.line(name, agent="fs01"))
    joined = f"-I -m noroshi.cli join --name fs01 {hub.endpoint.address} {hub.code}"
    assert hub.done == [joined]


async def test_an_invitation_gives_the_lines_or_says_why_it_has_none(hub):
    service = hub.harness.service
    given = {"name": "fs01", "language": "ja"}
    invited = await perform(service, AKI, "agent_invite", given)
    for line in (invited.install_line, invited.python_line):
        code, said = await pasted(hub, line)
        assert (code, "systemd がありません" in said) == (0, True)
    joined = f"--lang ja join --name fs01 {hub.endpoint.address} {invited.code}"
    assert [one.rpartition(" -m noroshi.cli ")[2] for one in hub.done] == [joined] * 2
    (hub.folder / "dist" / "noroshi.pex").unlink()
    without = await perform(service, AKI, "agent_invite", {})
    assert (without.install_line, without.python_line) == ("", "")
    assert "make dist" in without.install_problem.en
    assert without.line.startswith("noroshi join ")


async def test_in_japanese_it_says_all_of_it_in_japanese(hub):
    _, said = await pasted(hub, hub.line("curl", "ja"))
    assert "systemd がありません" in said
    assert hub.done == [f"-I -m noroshi.cli --lang ja join {hub.endpoint.address} {hub.code}"]


async def test_without_curl_the_script_fetches_the_file_by_python(hub):
    code, said = await pasted(hub, hub.line("python"), without=("curl",))
    assert code == 0, said
    assert len(hub.done) == 1


async def test_pasted_again_it_installs_nothing_anew(hub):
    await pasted(hub, hub.line("curl"))
    _, said = await pasted(hub, hub.line("curl"))
    assert "Downloading" not in said
    assert len(hub.done) == 2


async def test_a_noroshi_that_was_installed_in_another_way_joins_and_stays(hub):
    program = other_server(hub.folder) / "noroshi"
    program.write_text(f'#!/bin/sh\necho "$@" >>{hub.folder}/done\n')
    program.chmod(0o755)
    code, said = await pasted(hub, hub.line("curl", agent="fs01"))
    assert code == 0 and f"already installed here ({program})" in said
    assert hub.done == [f"join --name fs01 {hub.endpoint.address} {hub.code}"]
    assert not (hub.folder / "opt").exists() and not (hub.folder / "commands").exists()


@asynccontextmanager
async def in_between(folder, answer):
    """A server in between, with a certificate of its own, that answers all with a text; what it
    was sent."""
    own = folder / "between"
    own.mkdir()
    received = []

    async def serve(reader, writer):
        received.append(await reader.read(10_000))
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
        writer.write((head + answer).encode())
        writer.close()

    context = context_of(*own_certificate(own, {"127.0.0.1"}, NOW))
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], received


@pytest.mark.parametrize("name", LINES)
async def test_of_what_a_server_in_between_answers_nothing_is_run(hub, name):
    mark = hub.folder / "mark"
    async with in_between(hub.folder, f"touch {mark}\n") as (port, received):
        line = hub.line(name).replace(str(hub.endpoint.port), str(port))
        await pasted(hub, line)
    assert not mark.exists()
    # It does not even learn the secret of the invitation.
    assert b"".join(received) == b""
    # The same answer from a server without a pin is run: the test would see it.
    async with in_between(hub.folder / "bin", f"touch {mark}\n") as (port, received):
        await pasted(hub, f"curl -fsSk https://127.0.0.1:{port}/ | sudo sh")
    assert mark.exists()


@pytest.mark.parametrize("without", [(), ("curl",)])
async def test_of_a_file_from_a_server_in_between_nothing_is_run(hub, without):
    mark = hub.folder / "mark"
    evil = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    async with in_between(hub.folder, evil) as (port, received):
        text = script(hub).replace(
            f"ADDRESS={hub.endpoint.address}", f"ADDRESS=127.0.0.1:{port}"
        )
        text = text.replace(f"PORT={hub.endpoint.port}", f"PORT={port}")
        (hub.folder / "script").write_text(text)
        line = f"cat {hub.folder / 'script'} | sudo sh"
        code, said = await pasted(hub, line, without=without)
    assert code == 1 and "Nothing was installed" in said
    assert (mark.exists(), hub.done, b"".join(received)) == (False, [], b"")


def script(hub, digest="0" * 64):
    source = InstallSource(
        host=hub.endpoint.host, port=hub.endpoint.port, certificate=hub.endpoint.certificate
    )
    file = InstallFile(version=__version__, sha256=digest, size=1)
    return install_script(source, hub.code, file, "")


async def test_of_a_file_with_another_hash_nothing_is_run(hub):
    """The hub itself serves another file than that of which its script had the hash."""
    (hub.folder / "script").write_text(script(hub, "0" * 64))
    code, said = await pasted(hub, f"cat {hub.folder / 'script'} | sudo sh")
    assert code == 1 and "does not match the one on the hub" in said
    assert hub.done == []
    assert list((hub.folder / "opt").iterdir()) == []  # and nothing of it stays


async def test_a_script_that_was_cut_off_does_nothing(hub):
    text = script(hub)
    for end in range(0, len(text) - len(MAIN), 97):
        (hub.folder / "script").write_text(text[:end])
        await pasted(hub, f"cat {hub.folder / 'script'} | sudo sh")
    assert hub.done == [] and not (hub.folder / "opt").exists()


@pytest.mark.parametrize(
    "changed", [{"expires_at": NOW - timedelta(days=9999)}, {"used_by": ("another",)}]
)
async def test_an_invitation_that_is_over_says_so(hub, changed):
    await hub.harness.store.put_invitation(invitation(hub.harness, hub.code, **changed))
    code, said = await pasted(hub, hub.line("curl"))
    assert code == 1 and "has expired or has already been used" in said
    assert hub.done == []


async def status(hub, path):
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}"),
        f"https://{hub.endpoint.address}{path}",
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return int(out)


async def test_without_the_secret_nobody_gets_the_script_or_the_file(hub):
    secret = hub.code.secret.hex()
    assert await status(hub, f"/link/1/install/{secret}/noroshi.pex") == 200
    for other in ("0" * 32, "x", secret[:-1], secret.upper() + "0", "%00"):
        assert await status(hub, f"/link/1/install/{other}") == 404
        assert await status(hub, f"/link/1/install/{other}/noroshi.pex") == 404
    assert await status(hub, f"/link/1/install/{secret}/xx") == 404
    await hub.harness.store.put_invitation(
        invitation(hub.harness, hub.code, used_by=("another",))
    )
    assert await status(hub, f"/link/1/install/{secret}/noroshi.pex") == 404


async def test_what_is_wrong_with_the_file_is_told(hub):
    installation = Installation(hub.harness.service.context)
    assert await installation.problem() is None
    file = hub.folder / "dist" / "noroshi.pex"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(".deps/noroshi-0.0.9-py3-none-any.whl/x", "")
    assert "contains version 0.0.9" in (await installation.problem()).en
    file.write_text("no archive")
    assert "cannot be read" in (await installation.problem()).en
    file.unlink()
    assert "make dist" in (await installation.problem()).en
    assert await status(hub, f"/link/1/install/{hub.code.secret.hex()}") == 404


SETUP = """\
#!/bin/sh
echo "$@" >>{done}
"""


def fake_installer(hub, version=__version__):
    """An installer that writes down its arguments, with the version that its resources name."""
    file = hub.folder / "noroshi-setup.exe"
    entry = f"ProductVersion\0\0{version}\0\0".encode("utf-16-le")
    file.write_bytes(SETUP.format(done=hub.folder / "done").encode() + b"exit 0\n" + entry)
    hub.harness.service.context.find_windows_installer = lambda: file
    return file


async def powershell_line_of(hub, **given):
    windows = await Installation(hub.harness.service.context).windows_line(
        hub.code, hub.endpoint, **given
    )
    return windows.line


async def pasted_on_windows(hub, line):
    """Do what PowerShell would do with the line, which is not to be had here: fetch with the
    arguments that it gives to curl, compare the hash, run the file with its arguments."""
    parts = re.search(
        r"curl\.exe (?P<curl>\S+) \$f '(?P<url>[^']+)'.*\.Hash -ne '(?P<sha256>\w{64})'\)\{.*\}"
        r";\$p=Start-Process \$f '(?P<arguments>[^']+)' -Wait -PassThru;",
        line,
    )
    file = hub.folder / "downloaded"
    fetching = await asyncio.create_subprocess_exec(
        "curl", parts["curl"], file, parts["url"], stderr=asyncio.subprocess.DEVNULL
    )
    await fetching.wait()
    content = file.read_bytes() if file.exists() else b""
    if hashlib.sha256(content).hexdigest() != parts["sha256"]:
        return "other file"
    subprocess.run(["sh", file, *parts["arguments"].split()], check=True)
    return "run"


async def test_the_line_for_windows_fetches_the_installer_and_joins(hub):
    fake_installer(hub)
    line = await powershell_line_of(hub, language="ja", name="fs01")
    assert await pasted_on_windows(hub, line) == "run"
    assert hub.done == [f"/S /JOIN={hub.endpoint.address} /CODE={hub.code} /NAME=fs01"]


async def test_a_server_in_between_learns_no_secret_from_windows_and_its_file_is_not_run(hub):
    fake_installer(hub)
    async with in_between(hub.folder, f"touch {hub.folder}/mark\n") as (port, received):
        line = (await powershell_line_of(hub)).replace(str(hub.endpoint.port), str(port))
        assert await pasted_on_windows(hub, line) == "other file"
    asked = b"".join(received)
    assert hub.code.secret_hash.encode() in asked
    assert hub.code.secret.hex().encode() not in asked and str(hub.code).encode() not in asked
    assert not (hub.folder / "mark").exists()


async def test_an_installer_that_was_changed_after_the_line_was_made_is_not_run(hub):
    file = fake_installer(hub)
    line = await powershell_line_of(hub)
    file.write_bytes(file.read_bytes() + b"x")
    assert await pasted_on_windows(hub, line) == "other file"


async def test_the_installer_is_for_whoever_has_an_open_invitation(hub):
    fake_installer(hub)
    path = windows_file_path(hub.code.secret_hash)
    assert await status(hub, path) == 200
    for other in (windows_file_path("0" * 64), windows_file_path(hub.code.secret.hex())):
        assert await status(hub, other) == 404
    # The hash opens nothing but the installer, which is the same for everybody.
    assert await status(hub, f"/link/1/install/{hub.code.secret_hash}/noroshi.pex") == 404
    assert await status(hub, f"/link/1/install/{hub.code.secret_hash}") == 404
    over = invitation(hub.harness, hub.code, used_by=("another",))
    await hub.harness.store.put_invitation(over)
    assert await status(hub, path) == 404


async def test_without_a_fitting_installer_the_invitation_says_how_to_make_one(hub):
    service = hub.harness.service
    invited = await perform(service, AKI, "agent_invite", {})
    assert invited.powershell_line == ""
    assert "dist/noroshi-setup.exe" in invited.powershell_problem.en
    file = fake_installer(hub, "0.0.9")
    invited = await perform(service, AKI, "agent_invite", {})
    assert "contains version 0.0.9" in invited.powershell_problem.en
    file.unlink()
    invited = await perform(service, AKI, "agent_invite", {})
    assert "cannot be read" in invited.powershell_problem.en
    fake_installer(hub)
    invited = await perform(service, AKI, "agent_invite", {"name": "fs01"})
    assert invited.powershell_problem is None
    assert f"/CODE={invited.code} /NAME=fs01'" in invited.powershell_line


@pytest.mark.parametrize(
    ("before", "updates", "after"),
    [
        ("", "", ""),
        ("", "yes", '{"kty": "EC"}'),
        ("another hub's key", "", ""),
        ("another hub's key", "yes", '{"kty": "EC"}'),
        ('{"kty": "EC"}', "", '{"kty": "EC"}'),
    ],
)
def test_only_the_administrator_lets_a_hub_update(tmp_path, before, updates, after):
    file = tmp_path / "hub-key"
    if before:
        file.write_text(f"{before}\n")
    answer_of(PLAIN, f"updates={updates}\npermit_updates", **{"/opt/noroshi": tmp_path})
    assert (file.read_text().strip() if file.exists() else "") == after


async def test_a_pasted_line_lets_the_hub_update_where_it_says_so(hub):
    code, said = await pasted(
        hub, hub.line("curl").replace("sudo sh", "sudo sh -s -- --updates --name x")
    )
    assert code == 0, said
    assert hub.done[-1].endswith(f"--name x {hub.endpoint.address} {hub.code}")
    key = await hub.harness.service.context.agents_hub.update_key()
    assert (hub.folder / "opt" / "hub-key").read_text().strip() == key
    links = [(hub.folder / "opt" / name).readlink() for name in ("current", "fallback")]
    assert links[0] == links[1]


def answer_of(hub_script, call, **files):
    """What a function of the script prints, with other files in place of the system's."""
    text = hub_script.removesuffix(MAIN) + call + "\n"
    for name, path in files.items():
        text = text.replace(name, str(path))
    return subprocess.run(["sh"], input=text, capture_output=True, text=True, check=False)


PLAIN = install_script(
    InstallSource(host="hub", port=1, certificate=b""),
    JoinCode(bytes(16), bytes(32)),
    InstallFile(version="1", sha256="", size=1),
    '{"kty": "EC"}',
)


INSTEAD = "To monitor this server over SSH instead, open Servers › Add a server on the hub."


@sweep(
    ("system", "command"),
    [
        ("ID=debian\nVERSION_ID=12", "apt-get install -y python3"),
        ("ID=debian\nVERSION_ID=11", ""),
        ("ID=ubuntu\nVERSION_ID=20.04\nID_LIKE=debian", ""),
        ("ID=ubuntu\nVERSION_ID=22.04\nID_LIKE=debian", "apt-get install -y python3.11"),
        ("ID=ubuntu\nVERSION_ID=24.04\nID_LIKE=debian", "apt-get install -y python3"),
        ("ID=linuxmint\nVERSION_ID=22\nID_LIKE='ubuntu debian'", "apt-get install -y python3"),
        ("ID=rhel\nVERSION_ID=9.4", "dnf install -y python3.11"),
        ("ID=almalinux\nVERSION_ID=8.10", "dnf install -y python3.11"),
        ("ID=rocky\nVERSION_ID=10.0", "dnf install -y python3"),
        ("ID=fedora\nVERSION_ID=42", "dnf install -y python3"),
        ("ID=amzn\nVERSION_ID=2023", "dnf install -y python3.11"),
        ("ID=opensuse-leap\nVERSION_ID=15.6", "zypper install -y python311"),
        ("ID=arch", "pacman -S --noconfirm python"),
        ("ID=void", ""),
    ],
)
def test_each_distribution_has_its_command(tmp_path, system, command):
    (tmp_path / "os-release").write_text(system)
    done = answer_of(PLAIN, "python_command", **{"/etc/os-release": tmp_path / "os-release"})
    assert (done.stdout.strip(), done.stderr) == (command, "")


@sweep(
    ("system", "glibc", "allowed"),
    [
        ("Linux x86_64", "glibc 2.36", True),
        ("Linux x86_64", "glibc 2.28", True),
        ("Linux x86_64", "glibc 2.17", False),
        ("Linux x86_64", "", False),
        ("Linux aarch64", "glibc 2.36", False),
        ("FreeBSD amd64", "", False),
    ],
)
def test_a_system_for_which_the_file_is_not_is_told(system, glibc, allowed):
    name, machine = system.split()
    fakes = (
        f'uname() {{ [ "$1" = -s ] && echo {name} || echo {machine}; }}\n'
        f"getconf() {{ echo '{glibc}'; }}\n"
    )
    done = answer_of(PLAIN, f"{fakes}need_system && echo good")
    assert (done.stdout == "good\n") is allowed
    assert allowed or ("Nothing was installed" in done.stderr and INSTEAD in done.stderr)


def test_a_system_without_a_python_that_is_new_enough_is_offered_another_way():
    fakes = "find_python() { return 1; }\npython_command() { :; }\n"
    done = answer_of(PLAIN, f"{fakes}need_python")
    assert done.returncode == 1
    assert "no known package of this system" in done.stderr and INSTEAD in done.stderr


def test_a_python_that_the_services_user_cannot_read_is_passed_over(tmp_path):
    """As one in the home folder of an administrator."""
    closed = tmp_path / "closed"
    subprocess.run([sys.executable, "-m", "venv", "--copies", "--without-pip", closed])
    closed.chmod(0o700)
    call = f"PATH={closed / 'bin'}; find_python || echo none"
    assert answer_of(PLAIN, call).stdout == "none\n"
    anywhere = PLAIN.replace("os.stat(one).st_mode & 1", "True")
    assert answer_of(anywhere, call).stdout.startswith(str(closed))


async def test_no_repr_shows_the_secret_of_an_invitation(hub):
    installation = Installation(hub.harness.service.context)
    lines = installation.lines(hub.code, hub.endpoint)
    secret = hub.code.secret.hex()
    assert secret in lines.curl and secret in lines.python
    assert not any(one in repr((lines, hub.code)) for one in (secret, str(hub.code)))


def test_the_lines_hold_the_pin_and_bind_the_certificate():
    code = JoinCode(bytes(16), hashlib.sha256(b"key").digest())
    source = InstallSource(host="2001:db8::7", port=7664, certificate=b"\1" * 32)
    assert "'https://[2001:db8::7]:7664/link/1/install/" in curl_line(source, code)
    assert f"sha256//{code_pin(code)}" in curl_line(source, code)
    line = python_line(source, code)
    assert '"2001:db8::7",7664' in line and "01" * 32 in line


def code_pin(code):
    import base64

    return base64.b64encode(code.pin).decode()
