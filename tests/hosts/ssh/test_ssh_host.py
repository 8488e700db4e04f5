"""A computer that is asked over SSH: Debian's OpenSSH, as administrators have it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from noroshi.hosts.local import listening_ports
from noroshi.hosts.ssh.remote_computer import SCRIPT
from noroshi.hosts.volumes import mounts_here, size_of
from noroshi.ports import Program, Unmeasurable
from tests.hosts.ssh.conftest import login_of
from tests.hosts.ssh.servers import UID, USER, SshServer


def asked(hosts, server, **changes):
    return hosts.host_for(login_of(server, **changes), None)


async def problem_of(question):
    with pytest.raises(Unmeasurable) as error:
        await question
    return error.value.words.en


async def test_a_key_logs_in_and_all_facts_come(server, hosts):
    host = asked(hosts, server.start())
    volumes = {one.mount: one.size for one in await host.volumes()}
    assert volumes == {mount: size_of(mount).size for mount in mounts_here()}
    assert (await host.memory()).total > 0
    assert (await host.processor()).cores == os.cpu_count()
    assert {one.port for one in await host.listeners()} >= {server.port}
    assert {one.port for one in listening_ports()} >= {server.port}
    assert any(one.pid == os.getpid() for one in await host.processes())


async def test_neither_the_script_nor_what_it_runs_is_among_the_processes(server, hosts):
    processes = await asked(hosts, server.start()).processes()
    of_user = [one for one in processes if one.user == USER]
    assert of_user
    assert not [one for one in of_user if one.name == "ps" or one.command == ("sh", "-s")]


async def test_a_password_logs_in(server, hosts):
    server.authorize("")
    assert await asked(hosts, server.start(), key="", password="password").memory()


async def test_a_wrong_password_is_the_login_s_fault(server, hosts):
    host = asked(hosts, server.start(), key="", password="wrong")
    assert "refused watcher's login" in await problem_of(host.memory())


async def test_a_host_key_that_nobody_confirmed_is_shown_and_nothing_is_asked(server, hosts):
    host = asked(hosts, server.start(), host_keys=())
    words = await problem_of(host.memory())
    assert "is not confirmed yet" in words and server.host_key in words
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in words
    assert "Accepted" not in server.log


async def test_another_host_key_than_before_is_refused_before_anybody_logs_in(
    server, hosts, folder, public_key
):
    first = server.start()
    login = login_of(first)
    first.stop()
    other = SshServer(folder / "other", port=first.port)
    other.authorize(public_key)
    try:
        other.start()
        words = await problem_of(hosts.host_for(login, None).memory())
    finally:
        other.stop()
    assert "the host key of" in words and "has changed to" in words and other.host_key in words
    assert "Accepted" not in other.log


async def test_what_is_no_key_is_told_before_anybody_is_asked(server, hosts, secrets):
    secrets["key"] = "-----BEGIN NOTHING-----"
    words = await problem_of(asked(hosts, server.start()).memory())
    assert words.startswith("the key key in the vault cannot be used")


SYSTEMCTL = """\
#!/bin/sh
test "$TZ" = UTC && test "$LC_ALL" = C || exit 9
printf 'Id=web.service\\nLoadState=loaded\\nActiveState=active\\nUnitFileState=enabled\\n'
"""


async def test_services_and_updates_are_asked_by_the_computer_s_own_programs(
    server, hosts, folder
):
    program = folder / "systemctl"
    program.write_text(SYSTEMCTL)
    program.chmod(0o755)
    server.rules = f"SetEnv PATH={folder}:/usr/bin:/bin\n"
    system = await asked(hosts, server.start()).system_facts()
    (service,) = await system.services(["web"])
    assert (service.name, service.state, service.start_type) == ("web", "running", "automatic")
    words = await problem_of(system.registry_value("HKLM\\SOFTWARE", ""))
    assert words == "this type of monitor works on Windows only, and not over SSH"


async def test_a_key_for_the_script_alone_can_run_nothing_else(
    server, hosts, public_key, folder
):
    (folder / "facts.sh").write_text(SCRIPT, "utf-8")
    server.authorize(public_key, f'command="sh {folder}/facts.sh",restrict')
    system = await asked(hosts, server.start()).system_facts()
    words = await problem_of(system.services(["web"]))
    assert words.startswith("the key of watcher on 127.0.0.1:")
    assert words.endswith("is restricted to Noroshi's script, so it cannot run systemctl")


async def test_one_connection_serves_turn_after_turn(server, hosts):
    host = asked(hosts, server.start())
    for number in range(3):
        assert await host.run(Program(argv=("echo", str(number))))
    assert server.log.count("Accepted publickey") == 1


async def test_monitors_of_one_turn_share_a_session(server, hosts):
    host = asked(hosts, server.start())
    await asyncio.gather(host.memory(), host.volumes(), host.processes(), host.listeners())
    assert server.log.count("Starting session: command") == 1


async def test_the_next_turn_makes_a_new_connection_after_one_that_broke(server, hosts):
    host = asked(hosts, server.start())
    assert await host.memory()
    server.kill_sessions()
    await problem_of(host.run(Program(argv=("true",))))
    assert (await host.run(Program(argv=("echo", "again")))).output == "again\n"


async def test_a_computer_that_hangs_in_the_middle_of_an_answer_holds_up_no_other(
    server, hosts, folder, public_key
):
    host = asked(hosts, server.start())
    hanging = asyncio.ensure_future(
        host.run(Program(argv=("sh", "-c", "echo begun; sleep 600"), timeout=1.0))
    )
    other = SshServer(folder / "other")
    other.authorize(public_key)
    try:
        assert await asked(hosts, other.start()).memory()
    finally:
        other.stop()
    assert "did not finish within 1 s" in await problem_of(hanging)
    assert await host.memory()


async def test_fifty_computers_are_asked_on_kept_connections(server, hosts):
    server.rules = "MaxStartups 100\n"
    server.start()
    logins = [
        login_of(server, host_keys=(server.host_key, f"SHA256:{n:043}")) for n in range(50)
    ]
    many = [hosts.host_for(login, None) for login in logins]
    for _turn in range(2):
        answers = await asyncio.gather(*(host.run(Program(argv=("true",))) for host in many))
        assert [answer.code for answer in answers] == [0] * 50
    assert server.log.count("Accepted publickey") == 50


async def test_a_jump_host_leads_to_a_computer_that_listens_behind_it(
    server, hosts, folder, public_key
):
    jump = SshServer(folder / "jump")
    jump.authorize(public_key)
    try:
        host = asked(hosts, server.start(), jump=login_of(jump.start()))
        assert await host.memory()
        assert "Accepted publickey" in jump.log and "Accepted publickey" in server.log
    finally:
        jump.stop()


async def test_a_jump_host_that_forwards_nothing_is_named(server, hosts, folder, public_key):
    jump = SshServer(folder / "jump", rules="AllowTcpForwarding no\n")
    jump.authorize(public_key)
    try:
        host = asked(hosts, server.start(), jump=login_of(jump.start()))
        words = await problem_of(host.memory())
    finally:
        jump.stop()
    assert words.startswith(f"127.0.0.1:{jump.port} does not forward connections to")


async def test_with_the_script_as_a_forced_command_all_facts_come(server, hosts, public_key):
    script = server.folder / "facts.sh"
    script.write_text(SCRIPT, "utf-8")
    server.authorize(public_key, f'command="sh {script}",restrict')
    host = asked(hosts, server.start())
    assert await host.volumes() and await host.memory() and await host.processes()


async def test_another_forced_command_is_told_with_the_way_out(server, hosts, public_key):
    server.authorize(public_key, 'command="echo only backups here"')
    words = await problem_of(asked(hosts, server.start()).memory())
    assert "only backups here" in words and "noroshi ssh-script" in words


async def test_a_restricted_shell_is_told(server, hosts):
    server.shell = "/usr/sbin/nologin"
    words = await problem_of(asked(hosts, server.start()).memory())
    assert "does not run Noroshi's script for watcher" in words


async def test_a_computer_with_busybox_alone_tells_the_same(server, hosts):
    """As an appliance is: no procps, no coreutils, no bash."""
    tools = server.folder / "bin"
    tools.mkdir()
    for name in ("sh", "cat", "grep", "ps", "df", "uname", "netstat", "env"):
        (tools / name).symlink_to("/bin/busybox")
    output = subprocess.run(
        [str(tools / "sh")],
        input=SCRIPT.replace("PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH", f"PATH={tools}"),
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (server.folder / "as-busybox").write_text(output, "utf-8")
    server.shell = "/bin/sh"
    server.authorize(server.authorized.strip(), f'command="cat {server.folder}/as-busybox"')
    host = asked(hosts, server.start())
    assert {one.mount for one in await host.volumes()} == set(mounts_here())
    assert any(one.name for one in await host.processes())
    assert (await host.memory()).total and (await host.listeners())


async def test_a_chroot_with_busybox_alone_tells_all_facts(server, hosts):
    """As an appliance is, asked over the SSH server itself: there is not even a /dev/null."""
    root = server.confine(Path("/bin/busybox"))
    (root / "home/app.log").write_text("one\ntwo\n", "utf-8")
    host = asked(hosts, server.start())
    assert {one.mount: one.size > 0 for one in await host.volumes()} == {"/": True}
    assert (await host.memory()).total > 0
    assert (await host.processor()).cores == os.cpu_count()
    assert {one.port for one in await host.listeners()} >= {server.port}
    processes = await host.processes()
    assert any(one.pid == os.getpid() for one in processes)
    assert any(one.user == USER and one.name == "sh" for one in processes)
    result = await host.run(Program(argv=("sh", "-c", 'echo "$A"; exit 3'), env={"A": "x"}))
    assert (result.code, result.output) == (3, "x\n")

    def read(files):
        with files.open("/home/app.log")[0] as file:
            return file.read(100)

    assert await host.with_files(read) == b"one\ntwo\n"


async def test_a_program_runs_with_its_variables_and_its_code(server, hosts):
    host = asked(hosts, server.start())
    program = Program(argv=("sh", "-c", 'echo "$A" "$0"; exit 3', "b c"), env={"A": "x $y"})
    result = await host.run(program)
    assert (result.code, result.output) == (3, "x $y b c\n")


async def test_a_program_of_another_user_is_refused(server, hosts):
    host = asked(hosts, server.start())
    words = await problem_of(host.run(Program(argv=("true",), runs_as="root")))
    assert words.startswith("over SSH, programs run as the login user")


async def test_log_files_are_read_from_their_offset(server, hosts):
    host = asked(hosts, server.start())
    (server.home / "app.log").write_text("one\ntwo\n")
    (server.home / ".hidden.log").write_text("")

    def look(files):
        (fact,) = files.find(f"{server.home}/*.log")
        file, opened = files.open(fact.path)
        with file:
            file.seek(4)
            return fact, opened, file.read(100)

    fact, opened, content = await host.with_files(look)
    assert (fact.size, fact.identity, content) == (8, opened.identity, b"two\n")


async def test_a_renamed_log_file_has_the_same_identity(server, hosts):
    host = asked(hosts, server.start())
    log = server.home / "app.log"
    log.write_text("one\n")
    before = await host.with_files(lambda files: files.find(str(log)))
    log.rename(server.home / "app.log.1")
    log.write_text("new\n")
    after = await host.with_files(lambda files: files.find(f"{server.home}/app.log*"))
    assert before[0].identity == after[1].identity != after[0].identity


async def test_a_file_that_is_closed_to_the_user_or_missing_is_an_error_of_the_system(
    server, hosts
):
    host = asked(hosts, server.start())
    closed = server.home / "closed.log"
    closed.write_text("secret")
    closed.chmod(0o600)
    assert closed.stat().st_uid != UID
    with pytest.raises(PermissionError):
        await host.with_files(lambda files: files.open(str(closed)))
    with pytest.raises(FileNotFoundError):
        await host.with_files(lambda files: files.find(str(server.home / "none.log")))


async def test_without_sftp_log_files_are_refused_with_the_reason(server, hosts):
    server.has_sftp = False
    host = asked(hosts, server.start())
    words = await problem_of(host.with_files(lambda files: files.find("/etc/*")))
    assert words.startswith("log files are read over SFTP")


async def test_no_key_of_the_node_s_own_user_is_offered(
    server, hosts, tmp_path, monkeypatch, key
):
    home = tmp_path / "root"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_ed25519").write_bytes(key.export_private_key())
    monkeypatch.setenv("HOME", str(home))
    host = asked(hosts, server.start(), key="", password="wrong")
    assert "refused watcher's login" in await problem_of(host.memory())
    assert "Accepted" not in server.log


async def test_pieces_of_work_on_files_at_once_share_one_session(server, hosts):
    host = asked(hosts, server.start())
    await asyncio.gather(
        *(host.with_files(lambda files: files.find("/etc/passwd")) for _ in range(4))
    )
    assert server.log.count("subsystem 'sftp'") == 1


async def test_a_long_output_is_read_too(server, hosts, public_key):
    script = server.folder / "facts.sh"
    names = "'%7d 1 S root a-name\\n' $(seq 10000 25000)"
    script.write_text(
        SCRIPT.replace("part commands", f"printf {names}\npart commands"), "utf-8"
    )
    server.authorize(public_key, f'command="sh {script}"')
    assert len(await asked(hosts, server.start()).processes()) > 15000
