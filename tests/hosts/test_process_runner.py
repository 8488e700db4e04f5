"""Programs are run so that nothing of them is left: real programs, most of them hostile."""

from __future__ import annotations

import asyncio
import os
import pwd
import resource
import signal
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from noroshi.app.node_process import STOP_WITHIN
from noroshi.hosts.launcher import mark_in
from noroshi.hosts.process_runner import (
    A_PROCESSOR,
    BUSY,
    EXIT_PATIENCE,
    KILL_PATIENCE,
    KILL_TRIES,
    ProgramRunner,
)
from noroshi.hosts.programs import ClearedProgram, Identity, ProgramRules
from noroshi.ports import Program, Unmeasurable
from tests.hosts.folder import ROOT, Sleeper, local, run, script

BIN = Path("/usr/bin")
ME = pwd.getpwuid(os.geteuid()).pw_name
FOREVER = 600.0
PATIENCE = 20.0  # seconds; only a broken program takes so long
pytestmark = pytest.mark.usefixtures("running")
LEFTOVERS = {
    "in its group": "{sleep} >/dev/null 2>&1 &",
    "in a session of its own": "setsid {sleep} >/dev/null 2>&1 &",
    "without a parent": "(setsid {sleep} >/dev/null 2>&1 &)",
    "without a parent or an environment": "(env -i setsid {sleep} >/dev/null 2>&1 &)",
    "with the pipes open": "(setsid {sleep} &)",
}


async def test_what_it_prints_and_its_code_come_back(folder):
    ran = await run(folder, "echo out; echo err >&2; exit 7")
    assert (ran.code, ran.output, ran.errors, ran.is_truncated) == (7, "out\n", "err\n", False)


async def test_no_shell_reads_the_arguments(folder):
    path = script(folder, 'printf "%s|" "$@"')
    ran = await local(folder).run(Program(argv=(path, "a b", "$HOME", "; id", "*")))
    assert ran.output == "a b|$HOME|; id|*|"


async def test_its_environment_is_path_lang_and_what_is_named(folder):
    program = Program(argv=("/usr/bin/env",), env={"WARN": "80", "HOME": "/nowhere"})
    ran = await local(BIN, env=("WARN", "HOME")).run(program)
    given = dict(line.split("=", 1) for line in ran.output.splitlines())
    assert given.keys() == {"PATH", "LANG", "WARN", "HOME"}
    assert given["WARN"] == "80" and given["LANG"] == "C.UTF-8"


async def test_it_inherits_no_handle_and_reads_from_nowhere(folder):
    argv = ("/usr/bin/sh", "-c", "ls /proc/$$/fd; cat; pwd; true")
    with (folder / "ours").open("w", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        ran = await local(BIN).run(Program(argv=argv))
    assert ran.output.split() == ["0", "1", "2", "/"]


async def test_without_runs_as_root_becomes_nobody(folder):
    ran = await run(folder, "id -un; id -Gn")
    user, groups = ran.output.splitlines()
    assert user == ("nobody" if ROOT else ME)
    assert not (ROOT and "root" in groups)


async def test_a_named_user_runs_it_if_the_process_may(folder):
    path = script(folder, "id -un")
    host = local(folder, runs_as=("daemon",))
    if ROOT:
        ran = await host.run(Program(argv=(path,), runs_as="daemon"))
        assert ran.output == "daemon\n"
    else:
        with pytest.raises(Unmeasurable, match="only root can run a program as daemon"):
            await host.run(Program(argv=(path,), runs_as="daemon"))
        assert (await host.run(Program(argv=(path,), runs_as=ME))).output == f"{ME}\n"


async def test_output_is_cut_and_the_code_is_kept(folder):
    ran = await run(folder, "head -c 100000 /dev/zero | tr '\\0' x; exit 2")
    assert (len(ran.output), ran.code, ran.is_truncated) == (64 * 1024, 2, True)


@pytest.mark.parametrize("where", ["", ">&2"], ids=["output", "errors"])
async def test_output_without_an_end_is_ended(folder, where):
    with pytest.raises(Unmeasurable, match="more than 1024 KiB"):
        await run(folder, f"yes {where}", timeout=FOREVER)


async def test_what_is_no_utf_8_does_not_matter(folder):
    ran = await run(folder, r"printf '\377ok'")
    assert ran.output.endswith("ok")


async def test_a_program_that_is_too_slow_is_ended(folder):
    sleeper = Sleeper()
    with pytest.raises(
        Unmeasurable, match=r"no answer within 0\.3 s; the program and its child processes"
    ):
        await run(folder, f"trap '' TERM; {sleeper.command}", timeout=0.3)
    await sleeper.is_gone()


@pytest.mark.parametrize("left", LEFTOVERS.values(), ids=LEFTOVERS)
async def test_a_run_that_is_cut_short_ends_all_that_it_started(folder, left):
    sleeper = Sleeper()
    text = left.format(sleep=sleeper.command)
    task = asyncio.create_task(run(folder, f"{text}\nsleep 86400", timeout=FOREVER))
    await sleeper.runs()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await sleeper.is_gone()


async def test_a_time_out_ends_all_that_it_started(folder):
    sleepers = [Sleeper() for _ in LEFTOVERS]
    lines = [
        t.format(sleep=s.command) for t, s in zip(LEFTOVERS.values(), sleepers, strict=True)
    ]
    with pytest.raises(Unmeasurable, match="no answer"):
        await run(folder, "\n".join([*lines, "sleep 86400"]), timeout=0.5)
    for sleeper in sleepers:
        await sleeper.is_gone()


async def test_a_run_that_is_cancelled_while_it_starts_leaves_nothing(folder):
    sleeper = Sleeper()
    program = Program(argv=(script(folder, f"exec {sleeper.command}"),), timeout=FOREVER)
    for patience in range(10):
        task = asyncio.create_task(local(folder).run(program))
        await asyncio.sleep(patience / 1000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await sleeper.is_gone()


async def test_a_child_that_keeps_the_pipes_open_holds_nobody_up(folder):
    sleeper = Sleeper()
    ran = await run(folder, f"(setsid {sleeper.command} &); echo 42", timeout=FOREVER)
    assert (ran.code, ran.output) == (0, "42\n")
    await sleeper.is_gone()


async def test_what_stays_in_the_group_ends_with_the_program(folder):
    sleeper = Sleeper()
    await run(folder, f"{sleeper.command} >/dev/null 2>&1 & echo started")
    await sleeper.is_gone()


async def test_a_daemon_that_detached_for_good_may_outlive_a_run_that_ended_well(folder):
    sleeper = Sleeper()
    detached = f"setsid sh -c 'echo ready; exec {sleeper.command} >/dev/null' 2>/dev/null"
    assert (await run(folder, f"({detached} &) | head -n 1")).output == "ready\n"
    await sleeper.runs()
    for pid in sleeper.pids:
        os.kill(pid, 9)


async def test_a_program_that_a_signal_ends_tells_which(folder):
    assert (await run(folder, "kill -9 $$")).code == -9


async def test_many_run_at_once(folder):
    path = script(folder, 'echo "$1"')
    host = local(folder)
    runs = [host.run(Program(argv=(path, str(n)), timeout=FOREVER)) for n in range(60)]
    assert [ran.output for ran in await asyncio.gather(*runs)] == [f"{n}\n" for n in range(60)]


async def test_nothing_stays_open_in_our_own_process(folder):
    await run(folder, "echo hi")
    before = set(Path("/proc/self/fd").iterdir())
    for _ in range(5):
        await run(folder, "echo hi")
        with pytest.raises(Unmeasurable):
            await run(folder, "sleep 86400", timeout=0.05)
    assert len(set(Path("/proc/self/fd").iterdir()) - before) <= 1


async def test_a_program_that_cannot_start_says_why(folder):
    path = folder / "no-format"
    path.write_bytes(b"\x00\x01")
    path.chmod(0o755)
    with pytest.raises(Unmeasurable, match=f"cannot start {path}: Exec format error"):
        await local(folder).run(Program(argv=(str(path),)))


async def test_a_program_has_all_ids_of_its_user_and_no_right_of_ours(folder):
    ran = await run(folder, "cat /proc/self/status")
    status = dict(line.split(":\t", 1) for line in ran.output.splitlines())
    nobody = pwd.getpwnam("nobody")
    user, group = (nobody.pw_uid, nobody.pw_gid) if ROOT else (os.geteuid(), os.getegid())
    assert set(status["Uid"].split()) == {str(user)}
    assert set(status["Gid"].split()) == {str(group)}
    if ROOT:
        assert status["Groups"].split() == [str(group)]
        for name in ("CapPrm", "CapEff", "CapAmb"):
            assert int(status[name], 16) == 0
    assert int(status["SigBlk"], 16) == int(status["SigIgn"], 16) == 0


async def test_a_user_may_have_any_number_that_the_kernel_takes(folder, running):
    """A directory's users have numbers above 2**31 where it maps them so."""
    big = 3_000_000_000
    path = Path(script(folder, "id -u; id -g; id -G"))
    cleared = ClearedProgram(path, Identity(big, big + 1, (big + 1, big + 2)))
    if not ROOT:
        with pytest.raises(Unmeasurable, match="not permitted"):
            await running.run(Program(argv=(str(path),)), cleared)
        return
    ran = await running.run(Program(argv=(str(path),)), cleared)
    assert ran.output.split() == [str(big), *2 * [str(big + 1)], str(big + 2)]


async def test_what_starts_programs_holds_nothing_of_ours(folder):
    with (folder / "ours").open("w", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        assert (await run(folder, "echo 1")).output == "1\n"
        launcher = Path(f"/proc/{the_launcher().pid}")
        held = {str(handle.readlink()) for handle in (launcher / "fd").iterdir()}
    assert str(folder / "ours") not in held
    assert (launcher / "environ").read_bytes() == b""


@pytest.mark.parametrize("left", LEFTOVERS.values(), ids=LEFTOVERS)
async def test_what_ran_ends_with_what_started_it_and_another_takes_its_place(folder, left):
    sleeper = Sleeper()
    text = left.format(sleep=sleeper.command)
    task = asyncio.create_task(run(folder, f"{text}\nsleep 86400", timeout=FOREVER))
    await sleeper.runs()
    while not task.done():  # what was hardly begun is begun anew, but not for ever
        for launcher in launchers():
            launcher.kill()
        await asyncio.sleep(0.1)
    with pytest.raises(
        Unmeasurable,
        match="was killed from outside Noroshi, so this program was terminated too",
    ):
        await task
    await sleeper.is_gone()
    assert (await run(folder, "echo 1")).output == "1\n"


async def test_what_had_not_begun_is_begun_by_the_next(folder):
    await run(folder, "true")
    stopped = the_launcher()
    stopped.suspend()
    tasks = [asyncio.create_task(run(folder, "echo 1", timeout=FOREVER)) for _ in range(3)]
    await asyncio.sleep(0.1)
    stopped.kill()
    assert [ran.output for ran in await asyncio.gather(*tasks)] == ["1\n"] * 3


async def test_a_program_whose_start_hangs_holds_nobody_else_up(folder):
    program, running = (
        Program(argv=(script(folder, "echo 1"),), timeout=FOREVER),
        ProgramRunner(1.0),
    )
    cleared = ProgramRules((folder,)).clear(program)
    await running.run(program, cleared)
    the_launcher().suspend()
    runs = [running.run(program, cleared) for _ in range(3)]
    hanging, *others = await asyncio.gather(*runs, return_exceptions=True)
    await running.close()
    assert isinstance(hanging, Unmeasurable)
    assert hanging.words.en.startswith(f"{program.argv[0]} could not be started within 2 s")
    assert [ran.output for ran in others] == ["1\n"] * 2


async def test_one_process_starts_all_and_ends_with_us(folder, running):
    await asyncio.gather(*(run(folder, "true") for _ in range(5)))
    (launcher,) = launchers()
    await running.close()
    assert not launcher.is_running()


FLOOD = """#!/usr/bin/python3
import fcntl, os, time
fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 1 << 20)
os.write(1, b"x" * (1 << 19))
os.write(2, b"x")
while not os.path.exists("{go}"):
    time.sleep(0.01)
os.write(1, b"x" * (1 << 20))
"""


async def test_a_flood_that_ends_in_the_same_moment_ends_nothing_else(folder):
    other = asyncio.create_task(
        run(folder, f"until [ -e {folder}/on ]; do sleep 0.1; done; echo 1")
    )
    path = folder / "flood"
    path.write_text(FLOOD.format(go=folder / "go"), encoding="utf-8")
    path.chmod(0o755)
    flood = asyncio.create_task(local(folder).run(Program(argv=(str(path),), timeout=FOREVER)))
    await asyncio.sleep(1.0)  # by then the first half of it was heard
    launcher = the_launcher()
    (program,) = (one for one in launcher.children() if "flood" in " ".join(one.cmdline()))
    launcher.suspend()
    (folder / "go").touch()
    while program.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110  the kernel tells nobody but the parent
        await asyncio.sleep(0.01)
    launcher.resume()
    with pytest.raises(Unmeasurable, match="more than 1024 KiB"):
        await flood
    (folder / "on").touch()
    assert (await other).output == "1\n"


async def test_many_at_once_are_started_by_as_many_as_the_processors_keep_busy(folder, running):
    most = A_PROCESSOR * len(os.sched_getaffinity(0))
    program = Program(argv=(script(folder, "sleep 0.1"),), timeout=FOREVER)
    await asyncio.gather(*(local(folder).run(program) for _ in range(BUSY * (most + 2))))
    started = launchers()
    assert len(started) == most
    await running.close()
    assert not any(launcher.is_running() for launcher in started)


async def test_a_launcher_that_hangs_holds_up_only_what_it_was_asked_for(folder):
    program, running = (
        Program(argv=(script(folder, "echo 1"),), timeout=FOREVER),
        ProgramRunner(FOREVER, 2),
    )
    cleared = ProgramRules((folder,)).clear(program)
    await running.run(program, cleared)
    hanging = the_launcher()
    hanging.suspend()
    held = [asyncio.create_task(running.run(program, cleared)) for _ in range(BUSY)]
    await asyncio.sleep(0)
    assert [(await running.run(program, cleared)).output for _ in range(3)] == ["1\n"] * 3
    assert not any(task.done() for task in held)
    hanging.resume()
    assert [ran.output for ran in await asyncio.gather(*held)] == ["1\n"] * BUSY
    await running.close()


def test_a_node_that_stops_has_time_for_a_launcher_that_hangs():
    assert EXIT_PATIENCE + KILL_PATIENCE < STOP_WITHIN


async def asleep(folder):
    """Start a program that sleeps. Return it, the runner of it, and the task that awaits its end."""
    sleeper, running = Sleeper(), ProgramRunner()
    program = Program(argv=(script(folder, sleeper.command),), timeout=FOREVER)
    cleared = ProgramRules((folder,)).clear(program)
    task = asyncio.create_task(running.run(program, cleared))
    await sleeper.runs()
    return sleeper, running, task


@pytest.mark.parametrize("how", ["hangs", "hangs at a cancelled run", "was killed"])
async def test_nothing_is_left_at_the_end_by_a_launcher_that_cannot_see_to_it(folder, how):
    sleeper, running, task = await asleep(folder)
    unable = the_launcher()
    (unable.kill if how == "was killed" else unable.suspend)()
    if how == "hangs at a cancelled run":
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await running.close()
    async with asyncio.timeout(PATIENCE):
        await sleeper.is_gone()
    assert not unable.is_running()
    await asyncio.gather(task, return_exceptions=True)


@contextmanager
def no_file_can_be_opened():
    """As where a process has as many open as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_nothing_is_left_at_the_end_by_a_launcher_whose_place_nothing_could_take(
    folder, caplog
):
    """It is lost, and what it started is being ended, as the next program cannot be started."""
    sleeper, running = Sleeper(), ProgramRunner()
    program = Program(argv=(script(folder, sleeper.command),), timeout=FOREVER)
    cleared = ProgramRules((folder,)).clear(program)
    task = asyncio.create_task(running.run(program, cleared))
    await sleeper.runs()
    lost = the_launcher()
    lost.kill()
    lost.wait()
    while "is lost" not in caplog.text:  # noqa: ASYNC110  turns of the loop, in which it hears that
        await asyncio.sleep(0)
    with no_file_can_be_opened(), pytest.raises(Unmeasurable, match="cannot be started"):
        await running.run(program, cleared)
    closing = asyncio.create_task(running.close())
    done, _ = await asyncio.wait([closing, task], return_when=asyncio.FIRST_COMPLETED)
    assert done != {closing}  # nobody is told that all is over before what it started is
    await closing
    with pytest.raises(Unmeasurable, match="killed from outside Noroshi"):
        await task
    await sleeper.is_gone()


async def test_what_a_lost_launcher_left_is_ended_once_a_file_can_be_opened_again(
    folder, caplog
):
    """It is found by files of /proc, and a node may have as many files open as it may."""
    sleeper, running, task = await asleep(folder)
    the_launcher().kill()
    with no_file_can_be_opened():
        async with asyncio.timeout(PATIENCE):
            while "cannot be found" not in caplog.text:  # noqa: ASYNC110  it tells nobody else
                await asyncio.sleep(0)
    with pytest.raises(Unmeasurable, match="killed from outside Noroshi"):
        await task
    async with asyncio.timeout(PATIENCE):
        await sleeper.is_gone()
    await running.close()


async def test_what_a_lost_launcher_left_is_looked_for_until_a_file_can_be_opened(
    folder, caplog
):
    """However long that takes: nobody else would ever end it."""
    sleeper, running, task = await asleep(folder)
    the_launcher().kill()
    with no_file_can_be_opened():
        await looked_for_in_vain(caplog, KILL_TRIES + 1)
    with pytest.raises(Unmeasurable, match="killed from outside Noroshi"):
        await task
    async with asyncio.timeout(PATIENCE):
        await sleeper.is_gone()
    await running.close()


async def test_a_node_that_stops_does_not_look_for_ever_and_says_so(folder, caplog):
    sleeper, running, task = await asleep(folder)
    the_launcher().kill()
    with no_file_can_be_opened():
        await looked_for_in_vain(caplog, KILL_TRIES)
        async with asyncio.timeout(PATIENCE):
            await running.close()
    assert "may go on running" in caplog.text
    with pytest.raises(Unmeasurable, match="killed from outside Noroshi"):
        await task
    for pid in sleeper.pids:
        os.kill(pid, signal.SIGKILL)
    await sleeper.is_gone()


async def looked_for_in_vain(caplog, times):
    async with asyncio.timeout(PATIENCE):
        while caplog.text.count("cannot be found") < times:  # noqa: ASYNC110  it tells nobody else
            await asyncio.sleep(0)


async def test_what_ran_by_another_launcher_goes_on_when_one_is_killed(folder):
    path = script(folder, f"until [ -e {folder}/go ]; do sleep 0.05; done; echo 1")
    program, running = Program(argv=(path,), timeout=FOREVER), ProgramRunner(max_launchers=2)
    cleared = ProgramRules((folder,)).clear(program)
    tasks = [asyncio.create_task(running.run(program, cleared)) for _ in range(2 * BUSY)]
    while len(begun := [one for one in launchers() if one.children()]) < 2:  # noqa: ASYNC110  the kernel tells nobody but the parent
        await asyncio.sleep(0.05)
    begun[0].kill()
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
    (folder / "go").touch()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    await running.close()
    good = [one for one in ended if not isinstance(one, BaseException)]
    assert len(good) >= BUSY and {ran.output for ran in good} == {"1\n"}
    lost = [one for one in ended if isinstance(one, BaseException)]
    assert lost and all("was killed from outside Noroshi" in one.words.en for one in lost)


def test_a_process_that_is_going_bears_no_mark():
    """Linux may say nothing of its limits, where it still lets them be opened."""
    limits = b"Max locked memory 8388608 8388608 bytes\nMax file locks 77 unlimited locks\n"
    assert (mark_in(limits), mark_in(b"")) == (b"77", b"")


def launchers() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [child for child in children if " ".join(child.cmdline()).endswith("launcher.py")]


def the_launcher() -> psutil.Process:
    (launcher,) = launchers()
    return launcher


async def test_a_program_that_may_have_begun_is_not_begun_again(folder):
    """It ends what started it in its very first moment, in which nobody has told of it yet."""
    path = script(folder, f"echo 1 >> {folder}/begun; kill -9 $PPID; sleep 86400")
    running, cleared = ProgramRunner(), ClearedProgram(Path(path), None)
    with pytest.raises(Unmeasurable, match="killed from outside Noroshi"):
        await running.run(Program(argv=(path,), timeout=FOREVER), cleared)
    await running.close()
    assert (folder / "begun").read_text() == "1\n"
