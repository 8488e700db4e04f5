"""`noroshi selftest`: try on this computer what Noroshi uses of Windows, and write a report.

It changes nothing but a folder of its own below the user's temporary files, which it deletes.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio
    import ctypes
    import locale
    import os
    import platform
    import shutil
    import socket
    import subprocess
    import tempfile
    import threading
    import time
    import uuid
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from contextlib import contextmanager
    from datetime import UTC, datetime
    from enum import StrEnum
    from functools import partial
    from pathlib import Path
    from types import MappingProxyType
    from typing import Any, NamedTuple, TypeVar

    import psutil

    from noroshi import __version__, sandbox, schema
    from noroshi.checks import KINDS
    from noroshi.cli import exits
    from noroshi.cli.context import CommandContext
    from noroshi.cli.errors import RefusedError
    from noroshi.cli.handlers.windows_service import program_warnings
    from noroshi.cli.output.tables import table
    from noroshi.cli.paths import NAME
    from noroshi.core.translation import Message, _, composed, pgettext
    from noroshi.door.pipe_listener import access
    from noroshi.hosts.job_runner import ProgramRunner
    from noroshi.hosts.local import LocalHost, SharedParts
    from noroshi.hosts.programs import ProgramRules
    from noroshi.hosts.time_zone import machine_zone
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.ports import USUAL_BITS, Clocks, Program, ProgramResult, Unmeasurable
    from noroshi.system.job_object import ProcessBounds
    from noroshi.system.named_pipe import make_pipe, open_pipe, pipe_name
    from noroshi.system.owners import make_private_folder, owner_name, readers, writers
    from noroshi.system.port_claim import claim
    from noroshi.system.privileges import is_administrator
    from noroshi.system.service_control import ServiceState, service_status
    from noroshi.system.shared_files import open_to_read
    from noroshi.system.windows_event_source import SOURCE, is_registered
    from noroshi.system.windows_registry import read_value
    from noroshi.system.windows_security import account_name, own_groups, own_sid
    from noroshi.vault import dpapi

    T = TypeVar("T")
    FILE = "noroshi-selftest.txt"
    CLOCKS = Clocks(wall=lambda: datetime.now(UTC), steady=time.monotonic)
    SECONDS, TREE_RUNS_FOR = 5.0, 15.0
    ENDS_WITHIN = 10.0
    """Seconds within which a process is gone that was ended."""
    LONGEST_TRIAL, LONGEST_SEARCH = 60.0, 330.0
    """Seconds that a trial may take, and that of Windows Update: Windows may be slow to list the
    updates. A service or a log that hangs must not keep the report from being written."""
    POWERSHELL_STARTS_WITHIN = 50.0
    """Seconds: on a slow server, with an antivirus program, its first start takes long."""
    MOST_NAMES = 5
    KINDS_TRIED: Mapping[str, Mapping[str, Any]] = MappingProxyType(
        {
            "disk": {},
            "memory": {},
            "cpu": {},
            "process": {"name": "svchost.exe"},
            "reach": {"address": "127.0.0.1", "by": "icmp"},
            "service": {"include": ("EventLog",)},
            "updates": {},
            "task": {"exclude": ()},
            "eventlog": {},
            "counter": {"counter": r"\Memory\Available Bytes"},
            "registry": {
                "key": r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
                "value": "ProductName",
            },
        }
    )
    """The types of monitors that are tried, each with its options."""
    TREE = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[1]])
open(sys.argv[2], "w").close()
time.sleep(600)
"""
    GREEDY = """
import subprocess, sys
try:
    bytearray(512 << 20)
    print("memory")
except MemoryError:
    print("no-memory")
try:
    subprocess.run([sys.executable, "-c", ""])
    print("process")
except OSError:
    print("no-process")
"""
    BOUNDS = ProcessBounds(memory=256 << 20, cpu_seconds=20)
    POWERSHELL = (
        'Write-Output "PowerShell $($PSVersionTable.PSVersion) $([IntPtr]::Size * 8) bits '
        '\u65e5\u672c\u8a9e"\n'
    )
    POWERSHELL_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell"
    DEFENDER = "WinDefend"
    JAPANESE = "\u65e5\u672c\u8a9e"

    WRITTEN = _("Report: {path}")
    CANNOT_WRITE = _("The report {path} could not be written: {why}")
    HEAD = _(
        "The report contains the names of this computer and of its accounts, services and "
        "processes, but no passwords."
    )

    class Verdict(StrEnum):
        """Say how a trial ended."""

        PASSED = "passed"
        FAILED = "failed"
        NOT_TRIED = "not tried"

    VERDICTS = {
        Verdict.PASSED: pgettext("selftest", "passed"),
        Verdict.FAILED: pgettext("selftest", "failed"),
        Verdict.NOT_TRIED: pgettext("selftest", "not tried"),
    }

    class Trial(NamedTuple):
        """Hold what is tried, and how long it may take. `run` returns what was seen, and raises what
        went wrong."""

        title: Message
        run: Callable[[], str]
        seconds: float = LONGEST_TRIAL

    class Finding(NamedTuple):
        """Hold how a trial ended, and what was seen."""

        title: Message
        verdict: Verdict
        detail: str

    class NotTriedError(Exception):
        """Report that something cannot be tried on this computer as it is."""

    class NotAsExpectedError(Exception):
        """Report that something happened that should not."""

    def selftest(context: CommandContext) -> int:
        """Try everything, print it and write it to a file; exit code 1 if something failed."""
        findings = [find_out(trial) for trial in _trials(context)]
        rows = [
            (context.say(VERDICTS[one.verdict]), context.say(one.title), one.detail)
            for one in findings
        ]
        print("\n".join(table(rows)))
        _write(Path(context.args.file or FILE).absolute(), findings, context)
        failed = any(one.verdict is Verdict.FAILED for one in findings)
        return exits.TROUBLE if failed else exits.DONE

    def _trials(context: CommandContext) -> Iterator[Trial]:
        yield Trial(_("system"), _system)
        yield Trial(_("rights of this user"), _rights)
        yield Trial(_("protected folder"), _protected_folder)
        yield Trial(_("home folder"), lambda: _home_folder(context))
        yield Trial(_("program files"), _program_files)
        yield Trial(_("protected key"), _protected_key)
        yield Trial(_("named pipe"), _named_pipe)
        yield Trial(_("service"), _service)
        yield Trial(_("node"), lambda: _node(context))
        yield Trial(_("event log source"), _event_source)
        yield Trial(_("ending a program and its child process"), _program_tree)
        yield Trial(_("limits of Noroshi's own child processes"), _own_child)
        yield Trial(_("group policy and antivirus"), _policies)
        yield Trial(_("PowerShell script"), _powershell)
        yield Trial(_("32-bit PowerShell script"), lambda: _powershell(bits=32))
        yield Trial(_("exclusive port"), _exclusive_port)
        yield Trial(_("log renamed while it is read"), _shared_log)
        yield Trial(_("Japanese output"), _japanese_output)
        for kind, options in KINDS_TRIED.items():
            title = composed("{title} ({kind})", title=KINDS[kind].title, kind=kind)
            seconds = LONGEST_SEARCH if kind == "updates" else LONGEST_TRIAL
            yield Trial(title, partial(_kind, kind, options), seconds)

    def find_out(trial: Trial) -> Finding:
        """Try something, and return how that ended."""
        try:
            return Finding(trial.title, Verdict.PASSED, _detail_of(trial))
        except NotTriedError as reason:
            return Finding(trial.title, Verdict.NOT_TRIED, str(reason))
        except (Unmeasurable, RefusedError) as error:
            return Finding(trial.title, Verdict.FAILED, error.words.en)
        except Exception as error:  # one that fails must not hide the others
            return Finding(trial.title, Verdict.FAILED, f"{type(error).__name__}: {error}")

    def _detail_of(trial: Trial) -> str:
        """Return what was seen, or raise what went wrong. What hangs is left behind, in a thread of
        its own."""
        result_future = Future[str]()

        def work() -> None:
            try:
                result_future.set_result(trial.run())
            except BaseException as error:  # raised anew where the trial is waited for
                result_future.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            return result_future.result(trial.seconds)
        except TimeoutError:
            if result_future.done():  # the trial's own
                raise
            raise NotAsExpectedError(f"not done after {trial.seconds:g} s") from None

    def _write(path: Path, findings: Sequence[Finding], context: CommandContext) -> None:
        """Write the report in English, for whoever develops Noroshi. Raises RefusedError."""
        rows = [(str(one.verdict), one.title.en, one.detail) for one in findings]
        lines = [
            f"Noroshi {__version__}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "",
            *table(rows),
        ]
        try:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            words = CANNOT_WRITE.fill(path=path, why=cause_text(error))
            raise RefusedError("trouble", words) from None
        print()
        print(context.say(HEAD))
        print(context.say(WRITTEN.fill(path=path)))

    # ------------------------------------------------------------------------ what is tried

    def _system() -> str:
        ansi, oem = ctypes.windll.kernel32.GetACP(), ctypes.windll.kernel32.GetOEMCP()
        wine = getattr(ctypes.windll.ntdll, "wine_get_version", None)
        if wine is not None:
            wine.restype = ctypes.c_char_p
        parts = (
            platform.platform(),
            platform.win32_edition() or "",
            f"Wine {wine().decode()}" if wine else "",
            f"Python {platform.python_version()}",
            f"code pages {ansi}, {oem}",
            f"time zone {machine_zone()}",
        )
        return "; ".join(part for part in parts if part)

    def _rights() -> str:
        role = "administrator" if is_administrator() else "no administrator"
        return f"{account_name(own_sid())}: {role}"

    def _protected_folder() -> str:
        with _own_folder() as folder:
            if other_writers := writers(folder):
                raise NotAsExpectedError(
                    f"{', '.join(other_writers)} can write to a new folder"
                )
            return f"owner {owner_name(folder)}"

    def _home_folder(context: CommandContext) -> str:
        home = context.home
        if not home.is_dir():
            raise NotTriedError(f"there is no {home}")
        if other_users := sorted({*writers(home), *readers(home)}):
            raise NotAsExpectedError(f"{', '.join(other_users)} can read {home} or write to it")
        return f"{home}, owner {owner_name(home)}"

    def _program_files() -> str:
        """See who beside administrators can change Python or Noroshi."""
        program, package = Path(sys.executable), Path(sandbox.__file__)
        if warnings := [one.en for one in program_warnings((program, package))]:
            raise NotAsExpectedError("; ".join(warnings))
        return str(program)

    def _protected_key() -> str:
        secret = uuid.uuid4().bytes
        sealed = dpapi.protect(secret)
        if secret in sealed or dpapi.unprotect(sealed) != secret:
            raise NotAsExpectedError("the key did not come back as it was")
        return f"{len(sealed)} bytes"

    def _named_pipe() -> str:
        name = pipe_name(f"noroshi-selftest-{uuid.uuid4().hex}")
        with (
            make_pipe(name, access(own_sid(), "", own_groups()), is_first=True) as pipe,
            open_pipe(name, SECONDS) as caller,
        ):
            pipe.wait_for_client()
            caller.sendall(b"x")
            pipe.recv(1)
            user, _groups = pipe.client()
        if user != own_sid():
            raise NotAsExpectedError(f"the pipe's caller is taken for {account_name(user)}")
        return f"caller {account_name(user)}"

    def _service() -> str:
        service = service_status(NAME)
        if service is None:
            raise NotTriedError("not installed")
        at_boot = "automatic" if service.starts_at_boot else "by hand"
        return f"{service.state.name}, {service.account}, {at_boot}, {service.command_line}"

    def _node(context: CommandContext) -> str:
        service = service_status(NAME)
        if service is None or service.state is not ServiceState.RUNNING:
            raise NotTriedError("the service is not running")
        answer = context.call("status")
        return f"{len(answer['monitors'])} monitors"

    def _event_source() -> str:
        if service_status(NAME) is None:
            raise NotTriedError("the service is not installed")
        if not is_registered():
            raise NotAsExpectedError("the event log does not know Noroshi")
        return f"Application, {SOURCE}"

    def _program_tree() -> str:
        """Run a program that starts a child, and see that both end at the time-out."""
        mark = uuid.uuid4().hex
        with _own_folder() as folder:
            script, start_file = folder / "tree.py", folder / "started"
            script.write_text(TREE, encoding="utf-8")
            argv = (str(script), mark, str(start_file))
            try:
                _run(folder, Program(argv=argv, timeout=TREE_RUNS_FOR))
            except Unmeasurable as expected:
                words = expected.words.en
            else:
                raise NotAsExpectedError("the program was not ended")
            if not start_file.exists():
                raise NotAsExpectedError(f"it had started no child: {words}")
            if left_processes := _remaining_processes(mark):
                raise NotAsExpectedError(f"still running: {left_processes}")
        return words

    def _own_child() -> str:
        """Start a child as those that read templates and certificates, and see what it cannot do."""

        async def ask(program: Path) -> bytes:
            child = await sandbox.start(program, BOUNDS)
            answer, _errors = await child.communicate(b"")
            return answer

        with _own_folder() as folder:
            program = folder / "greedy.py"
            program.write_text(GREEDY, encoding="utf-8")
            answer = asyncio.run(ask(program)).decode().split()
        if answer != ["no-memory", "no-process"]:
            raise NotAsExpectedError(" ".join(answer) or "no answer")
        return f"{BOUNDS.memory >> 20} MiB, one process"

    def _policies() -> str:
        """Tell what may keep scripts from running: the policy of a domain, and Windows' own antivirus."""
        try:
            policy = str(read_value(POWERSHELL_POLICY, "ExecutionPolicy"))
        except FileNotFoundError:
            policy = "none"
        defender = service_status(DEFENDER)
        state = defender.state.name if defender else "not installed"
        return f"scripts by group policy: {policy}; Microsoft Defender: {state}"

    def _powershell(bits: int = USUAL_BITS) -> str:
        with _own_folder() as folder:
            script = folder / "version.ps1"
            script.write_text(POWERSHELL, encoding="utf-8-sig")
            program = Program(argv=(str(script),), bits=bits, timeout=POWERSHELL_STARTS_WITHIN)
            result = _run(folder, program)
        output = result.output.strip()
        if result.code or JAPANESE not in output or f" {bits} bits" not in output:
            raise NotAsExpectedError(
                f"exit code {result.code}: {output} {result.errors.strip()}"
            )
        return output

    def _exclusive_port() -> str:
        with socket.socket() as own_listener, socket.socket() as other_listener:
            claim(own_listener)
            own_listener.bind(("127.0.0.1", 0))
            other_listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                other_listener.bind(own_listener.getsockname())
            except OSError as error:
                return str(error)
            raise NotAsExpectedError("another program could take the port")

    def _shared_log() -> str:
        with _own_folder() as folder:
            log, old_log = folder / "a.log", folder / "a.log.1"
            log.write_text("x", encoding="utf-8")
            with os.fdopen(open_to_read(str(log)), "rb") as file:
                log.rename(old_log)
                old_log.unlink()
                return f"{len(file.read())} byte read after it was deleted"

    def _japanese_output() -> str:
        command = [sys.executable, "-I", "-m", "noroshi.cli", "--lang", "ja", "--help"]
        output = subprocess.run(command, capture_output=True, check=True).stdout
        encoding = locale.getencoding()
        line = output.decode(encoding, errors="replace").strip().splitlines()[-1]
        return f"{encoding}: {line.strip()}"

    def _kind(kind: str, options: Mapping[str, Any]) -> str:
        check = KINDS[kind]
        settings: Any = schema.read(check.options, options)

        async def work(host: LocalHost) -> str:
            outcome = await check.run(settings, host, {})
            readings = [
                f"{one.item} {one.name} {one.value:g}".strip() for one in outcome.readings
            ]
            more = f"; {len(readings)} in all" if len(readings) > MOST_NAMES else ""
            return "; ".join(readings[:MOST_NAMES]) + more

        return _with_host((), work)

    # ----------------------------------------------------------------------------- helpers

    @contextmanager
    def _own_folder() -> Iterator[Path]:
        """Make a folder that only administrators, SYSTEM and this user may write to, and delete
        it afterwards."""
        parent = Path(tempfile.mkdtemp(prefix="noroshi-selftest-"))
        folder = parent / "own"
        try:
            make_private_folder(folder)
            yield folder
        finally:
            shutil.rmtree(parent, ignore_errors=True)

    def _run(folder: Path, program: Program) -> ProgramResult:
        async def work(host: LocalHost) -> ProgramResult:
            return await host.run(program)

        return _with_host((folder,), work)

    def _with_host(
        folders: Sequence[Path], work: Callable[[LocalHost], Coroutine[Any, Any, T]]
    ) -> T:
        """Run work with this computer as monitors see it, and return its result."""

        async def use_host() -> T:
            runner = ProgramRunner()
            host = LocalHost(
                ProgramRules(tuple(folders)),
                CLOCKS,
                shared_parts=SharedParts(program_runner=runner),
            )
            try:
                return await work(host)
            finally:
                await runner.close()

        return asyncio.run(use_host())

    def _remaining_processes(mark: str) -> Sequence[int]:
        """Return the processes with a mark in their command line, once they had time to end."""
        processes = [
            process
            for process in psutil.process_iter(["cmdline"])
            if mark in (process.info["cmdline"] or ())
        ]
        _ended_processes, alive = psutil.wait_procs(processes, ENDS_WITHIN)
        return [process.pid for process in alive]
