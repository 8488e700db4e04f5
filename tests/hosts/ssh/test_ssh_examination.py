"""`noroshi doctor INSTANCE` over SSH: each stage says what it found, or who can mend it."""

from __future__ import annotations

import time
from dataclasses import replace

from noroshi.core.command_text import CopiedCommand
from noroshi.hosts.ssh.examination import SshExamination
from noroshi.hosts.ssh.remote_computer import SCRIPT
from noroshi.ports.examination import Whose, run_steps
from tests.hosts.ssh.conftest import login_of
from tests.hosts.ssh.servers import SshServer
from tests.ports import free_port

ALL = ["name", "port", "host_key", "login", "shell", "rights"]


async def stages_of(login, egress):
    examination = SshExamination(login, egress)
    try:
        return [stage async for stage in run_steps(examination.steps, time.monotonic)]
    finally:
        await examination.close()


async def stopped_at(login, egress):
    stages = await stages_of(login, egress)
    failed = [stage for stage in stages if stage.state == "failed"]
    assert len(failed) == 1
    return failed[0].name, failed[0].remedy


async def test_all_stages_pass_where_all_is_well(server, egress):
    stages = await stages_of(login_of(server.start()), egress)
    assert [(one.name, one.state) for one in stages] == [(name, "ok") for name in ALL]
    assert server.host_key in stages[2].found.en
    assert stages[5].found.en == "volumes, processes, ports, memory and CPU time"


async def test_a_name_that_does_not_resolve_is_the_network_s(server, egress):
    login = replace(login_of(server.start()), address="nas01.invalid")
    name, remedy = await stopped_at(login, egress)
    assert (name, remedy.whose) == ("name", Whose.NETWORK)


async def test_a_port_that_nobody_listens_at_is_the_network_s(server, egress):
    login = replace(login_of(server.start()), port=free_port())
    name, remedy = await stopped_at(login, egress)
    assert (name, remedy.whose) == ("port", Whose.NETWORK)


async def test_a_new_host_key_shows_the_line_for_the_definition(server, egress):
    name, remedy = await stopped_at(login_of(server.start(), host_keys=()), egress)
    assert (name, remedy.whose) == ("host_key", Whose.YOU)
    assert f'host_key = "{server.host_key}"' in remedy.lines


async def test_a_changed_host_key_is_for_the_computer_s_administrator(server, egress):
    login = login_of(server.start(), host_keys=(f"SHA256:{'A' * 43}",))
    name, remedy = await stopped_at(login, egress)
    assert (name, remedy.who.en) == ("host_key", "the administrator of 127.0.0.1")


async def test_a_refused_key_shows_the_line_that_lets_it_in(server, egress, public_key):
    server.authorize("")
    name, remedy = await stopped_at(login_of(server.start()), egress)
    assert name == "login"
    assert remedy.lines[0].startswith("echo ") and public_key.split()[1] in remedy.lines[0]


async def test_a_forced_command_is_recognised_and_the_script_is_named(
    server, egress, public_key
):
    server.authorize(public_key, 'command="echo only backups here"')
    name, remedy = await stopped_at(login_of(server.start()), egress)
    assert (name, remedy.reply) == ("shell", "only backups here")
    assert isinstance(remedy.lines[0], CopiedCommand)
    script = server.folder / "facts.sh"
    script.write_text(SCRIPT, "utf-8")
    server.authorize(public_key, f'command="sh {script}",restrict')
    assert all(one.state == "ok" for one in await stages_of(login_of(server), egress))


async def test_what_the_computer_does_not_tell_is_a_remark(server, egress, public_key):
    script = server.folder / "facts.sh"
    script.write_text(SCRIPT.replace("df -P -k", "no-such-df"), "utf-8")
    server.authorize(public_key, f'command="sh {script}"')
    stages = await stages_of(login_of(server.start()), egress)
    (remark,) = stages[-1].remarks
    assert remark.en.startswith("not available: the volumes (df)")


async def test_the_jump_host_is_examined_before_what_lies_behind_it(
    server, egress, folder, public_key
):
    jump = SshServer(folder / "jump")
    try:
        login = login_of(server.start(), jump=login_of(jump.start()))
        name, remedy = await stopped_at(login, egress)
        assert (name, remedy.who.en) == ("jump", "the administrator of 127.0.0.1")
        jump.authorize(public_key)
        stages = await stages_of(login, egress)
    finally:
        jump.stop()
    assert [one.name for one in stages] == [*ALL[:2], "jump", *ALL[2:]]
    assert all(one.state == "ok" for one in stages)
