"""Run a program on Windows so that nothing of it is left: all that it starts is in one job.

A program starts suspended, is put into a job of its own, and only then goes on. At its own end, at
its time-out, when it prints without an end and when nobody waits for it any more, the job ends all
that is left; so does Windows itself for a node that is killed. What may hang, the start from a
drive that is away and the wait for an end, is in threads.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio
    import codecs
    import subprocess
    import threading
    from collections.abc import Callable
    from contextlib import suppress
    from dataclasses import dataclass
    from typing import IO

    import psutil

    from noroshi.hosts.clearance import Clearance
    from noroshi.hosts.program_texts import ENDLESS, HANGS, NO_START, SLOW
    from noroshi.hosts.programs import ClearedProgram
    from noroshi.hosts.snapshot_cache import retrieve_exception
    from noroshi.hosts.threads import run_in_thread
    from noroshi.hosts.windows_command import command, environment
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.ports import Program, ProgramResult, Unmeasurable
    from noroshi.system.job_object import NO_WINDOW, SUSPENDED, Job
    from noroshi.system.system_folder import system_folder
    from noroshi.system.user_variables import user_variables

    MOST_OUTPUT = 64 * 1024  # bytes of each output
    DRAINED = 16 * MOST_OUTPUT
    """Bytes after which an output is taken to have no end. So many of Noroshi's own scripts are kept:
    the scheduled tasks of a server may be a thousand."""
    PATIENCE = 6.0  # seconds for a start
    EXIT_PATIENCE = 2.0  # seconds until what is ended has ended

    class ProgramRunner:
        """Run programs. Used from one loop."""

        def __init__(self, patience: float = PATIENCE) -> None:
            self._patience = patience
            self._runs = dict[_Run, asyncio.Future[_ProgramEnd]]()
            self.clearance = Clearance()

        async def run(
            self,
            program: Program,
            cleared_program: ClearedProgram,
            most_output: int = MOST_OUTPUT,
        ) -> ProgramResult:
            """Run a program to its end, and keep so many bytes of each output; raise Unmeasurable if
            it cannot start, is too slow, or has no end."""
            path = program.argv[0]
            try:
                run = _Run(program, cleared_program, most_output)
                return _program_result(await self._run(run))
            except _SlowStartError:
                words = HANGS.fill(path=path, seconds=self._patience)
                raise Unmeasurable(words) from None
            except TimeoutError:
                raise Unmeasurable(SLOW.fill(seconds=program.timeout)) from None
            except (OSError, ValueError, psutil.Error) as error:  # ValueError: a NUL
                words = NO_START.fill(path=path, why=cause_text(error))
                raise Unmeasurable(words) from error

        async def _run(self, run: _Run) -> _ProgramEnd:
            """Run it in a thread, and end it at its time-out, which counts from its start."""
            loop, limit = asyncio.get_running_loop(), asyncio.timeout(self._patience)

            def begin() -> None:
                if not run.is_over:
                    limit.reschedule(loop.time() + run.timeout)

            working = run_in_thread(lambda: run.work(lambda: loop.call_soon_threadsafe(begin)))
            working.add_done_callback(retrieve_exception)
            self._runs[run] = working
            try:
                async with limit:
                    return await asyncio.shield(working)
            except TimeoutError:
                if not run.has_started:
                    raise _SlowStartError from None
                raise
            finally:
                run.end()
                await asyncio.wait([working], timeout=EXIT_PATIENCE if run.has_started else 0)
                del self._runs[run]

        async def close(self) -> None:
            """End whatever still runs."""
            for run in self._runs:
                run.end()
            if self._runs:
                await asyncio.wait(self._runs.values(), timeout=EXIT_PATIENCE)

    class _SlowStartError(Exception):
        """The system has not started the program in time."""

    @dataclass(frozen=True, slots=True)
    class _ProgramEnd:
        """A program's end, and the beginning of what it printed."""

        code: int
        output: bytes
        errors: bytes
        is_cut: bool
        has_no_end: bool

    class _Run:
        """One program: `work` in a thread, `end` in any."""

        def __init__(
            self, program: Program, cleared_program: ClearedProgram, most_output: int
        ) -> None:
            """Raises OSError if there can be no job."""
            self._program, self._path = program, cleared_program.path
            self._job = Job()
            self.timeout, self.most_output = program.timeout, most_output
            self.has_started = self.is_over = False

        def work(self, begin: Callable[[], object]) -> _ProgramEnd:
            """Run the program to its end, and end all that it started. Raises OSError, ValueError,
            psutil.Error, Unmeasurable. `begin` is called once it runs."""
            try:
                with self._start() as process:
                    self.has_started = True
                    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                        begin()
                    return self._hear_out(process)
            finally:
                self._job.close()

        def _start(self) -> subprocess.Popen[bytes]:
            system = system_folder()
            process = subprocess.Popen(
                command(self._path, self._program.argv[1:], system, self._program.bits),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=system,
                env=environment(user_variables(), system, self._program.env),
                creationflags=SUSPENDED | NO_WINDOW,
            )
            try:
                self._job.take(process.pid)
                if self.is_over:  # nobody waits any more, or this took too long
                    raise InterruptedError
                psutil.Process(process.pid).resume()
            except BaseException:  # raised anew; it would be suspended for ever
                with process:
                    process.kill()
                raise
            return process

        def _hear_out(self, process: subprocess.Popen[bytes]) -> _ProgramEnd:
            streams = (process.stdout, process.stderr)
            outputs = [_Output(self, stream) for stream in streams if stream]
            code = process.wait()
            self._job.close()  # the outputs end with the last process that holds them
            output, errors = (one.finish() for one in outputs)
            return _ProgramEnd(
                code,
                bytes(output.data),
                bytes(errors.data),
                is_cut=output.is_cut or errors.is_cut,
                has_no_end=output.has_no_end or errors.has_no_end,
            )

        def end(self) -> None:
            """End the program and all that it started, also if it is only about to start."""
            self.is_over = True
            self._job.end()

    class _Output:
        """Hold one output of a program: its beginning, and its `total` size in bytes."""

        def __init__(self, run: _Run, stream: IO[bytes]) -> None:
            self.data, self.total = bytearray(), 0
            self._run, self._stream = run, stream
            self._reading = threading.Thread(target=self._read, daemon=True)
            self._reading.start()

        @property
        def is_cut(self) -> bool:
            return self.total > len(self.data)

        @property
        def has_no_end(self) -> bool:
            return self.total > DRAINED

        def _read(self) -> None:
            with suppress(OSError):
                while part := self._stream.read(MOST_OUTPUT):
                    self.data += part[: self._run.most_output - len(self.data)]
                    self.total += len(part)
                    if self.has_no_end:
                        self._run.end()
                        return

        def finish(self) -> _Output:
            """Wait for the end of it: a moment at most, should a process outside the job hold it."""
            self._reading.join(EXIT_PATIENCE)
            return self

    def _program_result(end: _ProgramEnd) -> ProgramResult:
        if end.has_no_end:
            raise Unmeasurable(ENDLESS.fill(most=DRAINED // 1024))
        return ProgramResult(end.code, decoded(end.output), decoded(end.errors), end.is_cut)

    def decoded(data: bytes) -> str:
        """Return a text that a program printed: in UTF-8, else in the console's code page. Its last
        character may be cut."""
        try:
            text = codecs.getincrementaldecoder("utf-8")().decode(data)
        except UnicodeDecodeError:
            text = data.decode("oem", "replace")
        return text.removeprefix("\ufeff").replace("\r\n", "\n")
