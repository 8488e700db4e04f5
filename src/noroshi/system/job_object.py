"""Keep a process and all that it starts in one job, which ends all of them at once.

https://learn.microsoft.com/windows/win32/procthread/job-objects
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessBounds:
    """Hold what a process of our own may take: bytes of memory, seconds of CPU time (0: any), and
    the number of processes, itself among them."""

    memory: int
    cpu_seconds: int = 0
    processes: int = 1


if sys.platform == "win32":
    import ctypes
    import threading
    from ctypes import wintypes

    EXTENDED_LIMITS = 9
    PROCESS_TIME, MOST_PROCESSES, PROCESS_MEMORY = 0x2, 0x8, 0x100
    SUSPENDED, NO_WINDOW = 0x4, 0x08000000
    """CREATE_SUSPENDED and CREATE_NO_WINDOW; the latter also keeps Ctrl+C of our console away."""
    TICKS = 10_000_000
    """LARGE_INTEGER counts time in units of 100 ns."""
    DIE_ON_FAULT, KILL_ON_CLOSE = 0x400, 0x2000
    """Flags of a job: no box asks anybody about a process that crashed; and all of them end with
    the last handle of the job, so also with a node that is killed."""
    ASSIGN = 0x100 | 0x1
    """PROCESS_SET_QUOTA and PROCESS_TERMINATE: what a process is put into a job with."""
    ENDED = 1
    """The exit code of what is ended."""

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateJobObjectW.restype = _kernel.OpenProcess.restype = wintypes.HANDLE
    _kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    _kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _kernel.SetInformationJobObject.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
    )

    class _BasicLimits(ctypes.Structure):
        """Mirror JOBOBJECT_BASIC_LIMIT_INFORMATION."""

        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("least_working_set", ctypes.c_size_t),
            ("most_working_set", ctypes.c_size_t),
            ("most_processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        )

    class _Limits(ctypes.Structure):
        """Mirror JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("basic", _BasicLimits),
            ("transfers", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peaks", ctypes.c_size_t * 2),
        )

    class Job:
        """A job; any thread may use it."""

        def __init__(self) -> None:
            """Make an empty one. Raises OSError."""
            limits = _Limits()
            limits.basic.flags = DIE_ON_FAULT | KILL_ON_CLOSE
            self._handle: int = _new_job(limits)
            self._using = threading.Lock()

        def take(self, pid: int) -> None:
            """Take in a process that has started nothing yet. Raises OSError."""
            with self._using:
                _take(self._handle, pid)

        def end(self) -> None:
            """End all that is in it."""
            with self._using:
                if self._handle:
                    _kernel.TerminateJobObject(self._handle, ENDED)

        def close(self) -> None:
            """End all that is in it, and let go of it."""
            with self._using:
                if self._handle:
                    _kernel.TerminateJobObject(self._handle, ENDED)
                    _kernel.CloseHandle(self._handle)
                self._handle = 0

    def hold_within(pid: int, bounds: ProcessBounds) -> None:
        """Hold a process that has started nothing yet within bounds, to its end: a job lasts as long
        as a process is in it. Raises OSError."""
        job = _new_job(limits_within(bounds))
        try:
            _take(job, pid)
        finally:
            _kernel.CloseHandle(job)

    def limits_within(bounds: ProcessBounds) -> _Limits:
        """Return the limits of a job for one process within bounds."""
        limits = _Limits()
        limits.basic.flags = DIE_ON_FAULT | MOST_PROCESSES | PROCESS_MEMORY
        limits.basic.most_processes = bounds.processes
        limits.process_memory = bounds.memory
        if bounds.cpu_seconds:
            limits.basic.flags |= PROCESS_TIME
            limits.basic.process_time = bounds.cpu_seconds * TICKS
        return limits

    def _new_job(limits: _Limits) -> int:
        """Return the handle of an empty job. Raises OSError."""
        job: int = _require(_kernel.CreateJobObjectW(None, None))
        size = ctypes.sizeof(limits)
        try:
            _require(
                _kernel.SetInformationJobObject(
                    job, EXTENDED_LIMITS, ctypes.byref(limits), size
                )
            )
        except OSError:
            _kernel.CloseHandle(job)
            raise
        return job

    def _take(job: int, pid: int) -> None:
        process: int = _require(_kernel.OpenProcess(ASSIGN, False, pid))
        try:
            _require(_kernel.AssignProcessToJobObject(job, process))
        finally:
            _kernel.CloseHandle(process)

    def _require(result: int | None) -> int:
        if not result:
            raise ctypes.WinError(ctypes.get_last_error())
        return result
