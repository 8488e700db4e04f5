"""Be the process of a service of Windows: say how far it is, hear when it is to stop, and end it
when it stands still.

https://learn.microsoft.com/windows/win32/services/service-programs
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Container
from contextlib import suppress
from typing import NamedTuple, Protocol

WATCHDOG = 120.0
"""Seconds without a sign of life after which the process ends; Windows starts it again."""
STEP = 1.0
STANDS_STILL = 4
"""The exit code of a process that ended itself."""
STARTS_WITHIN, STOPS_WITHIN = 900.0, 30.0
"""Seconds that starting and stopping may take."""


class Watchdog:
    """End a process that gives no sign of life for long. Only the time counts in which this thread
    ran: a computer that slept is no process that stands still."""

    def __init__(self, seconds: float, bite: Callable[[], None]) -> None:
        self._steps, self._bite = int(seconds / STEP), bite
        self._silent_steps, self._end_event = 0, threading.Event()

    def start(self) -> None:
        """Begin to watch."""
        threading.Thread(target=self._run, daemon=True, name="noroshi-watchdog").start()

    def feed(self) -> None:
        """Take a sign of life."""
        self._silent_steps = 0

    def stop(self) -> None:
        """Watch no longer."""
        self._end_event.set()

    def step(self) -> None:
        """Count one more second without a sign of life."""
        self._silent_steps += 1
        if self._silent_steps >= self._steps:
            self._bite()

    def _run(self) -> None:
        while not self._end_event.wait(STEP):
            self.step()


class ManagedProcess(Protocol):
    """Be the process of a service of Windows. `notify` takes what systemd is told elsewhere
    (sd_notify(3))."""

    @property
    def watchdog(self) -> float:
        """Return within how many seconds "WATCHDOG=1" is wanted."""

    def notify(self, text: str) -> None:
        """Take "READY=1", "WATCHDOG=1" and "STOPPING=1"."""

    def on_stop(self, act: Callable[[], None]) -> None:
        """Let this be called, from any thread, when Windows stops the service; at once if it has
        done so already."""


class _Report(NamedTuple):
    """Hold what the manager is told: the state, what it may ask, and seconds to wait for more."""

    state: int
    accepts: int = 0
    wait: float = 0.0


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _services = ctypes.WinDLL("advapi32", use_last_error=True)

    OWN_PROCESS = 0x10
    STOP_AND_SHUTDOWN = 0x1 | 0x4
    STARTING = _Report(2, wait=STARTS_WITHIN)
    STOPPING = _Report(3, wait=STOPS_WITHIN)
    RUNNING, STOPPED = _Report(4, STOP_AND_SHUTDOWN), _Report(1)
    STOP, INTERROGATE, SHUTDOWN = 1, 4, 5
    DONE, NOT_IMPLEMENTED, SPECIFIC_ERROR = 0, 120, 1066
    STDERR, SILENCE = 2, b"no sign of life for two minutes: the process ends itself\n"
    CONNECTS_WITHIN = 30.0
    """Seconds within which Windows calls back whom it started as a service."""

    class _Status(ctypes.Structure):
        """Mirror SERVICE_STATUS."""

        _fields_ = tuple(
            (name, wintypes.DWORD)
            for name in (
                "kind",
                "state",
                "accepts",
                "exit_code",
                "own_exit_code",
                "check_point",
                "wait",
            )
        )

    _Main = ctypes.WINFUNCTYPE(None, wintypes.DWORD, ctypes.c_void_p)
    _Handler = ctypes.WINFUNCTYPE(
        wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p
    )

    class _Entry(ctypes.Structure):
        """Mirror SERVICE_TABLE_ENTRYW."""

        _fields_ = (("name", wintypes.LPWSTR), ("main", _Main))

    _services.RegisterServiceCtrlHandlerExW.restype = wintypes.HANDLE
    _services.RegisterServiceCtrlHandlerExW.argtypes = (
        wintypes.LPCWSTR,
        _Handler,
        ctypes.c_void_p,
    )
    _services.SetServiceStatus.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Status))

    class ServiceProcess:
        """Stand between the service control manager and the node, which runs in the first
        thread."""

        watchdog = WATCHDOG

        def __init__(self, name: str) -> None:
            self._name, self._handle = name, 0
            self._begin_event, self._end_event = threading.Event(), threading.Event()
            self._error: int = 0
            self._stop: Callable[[], None] | None = None
            self._is_told_to_stop = False
            self._dog = Watchdog(WATCHDOG, _end_at_once)
            self._handler, self._main = _Handler(self._control), _Main(self._run_main)

        def run(self, work: Callable[[], int], stays_down: Container[int]) -> int:
            """Do the service's work, and return its exit code; tell it if the service is to stay
            down with it: Windows starts again whoever ends without a word. Raises OSError if
            Windows did not start this process as a service."""
            thread = threading.Thread(target=self._dispatch, daemon=True, name="services")
            thread.start()
            if not self._begin_event.wait(CONNECTS_WITHIN) or self._error:
                raise ctypes.WinError(self._error)
            code = work()
            self._dog.stop()
            if code in stays_down:
                self._report(STOPPED, code)
                self._end_event.set()
                thread.join(STOPS_WITHIN)
            return code

        def on_stop(self, act: Callable[[], None]) -> None:
            """Let this be called, from any thread, when Windows stops the service; at once if it
            has done so already."""
            self._stop = act
            if self._is_told_to_stop:
                act()

        def notify(self, text: str) -> None:
            """Take "READY=1", "WATCHDOG=1" and "STOPPING=1"."""
            if text == "READY=1":
                self._report(RUNNING)
                self._dog.start()
            elif text == "WATCHDOG=1":
                self._dog.feed()
            elif text == "STOPPING=1":
                self._dog.stop()
                self._report(STOPPING)

        def _dispatch(self) -> None:
            table = (_Entry * 2)(_Entry(self._name, self._main), _Entry(None, _Main()))
            if not _services.StartServiceCtrlDispatcherW(table):
                self._error = ctypes.get_last_error()
                self._begin_event.set()

        def _run_main(self, _count: int, _arguments: int | None) -> None:
            """Be ServiceMain: Windows calls it in a thread of its own."""
            self._handle = _services.RegisterServiceCtrlHandlerExW(
                self._name, self._handler, None
            )
            self._report(STARTING)
            self._begin_event.set()
            self._end_event.wait()

        def _control(
            self, code: int, _kind: int, _data: int | None, _context: int | None
        ) -> int:
            """Be HandlerEx."""
            if code in (STOP, SHUTDOWN):
                self._report(STOPPING)
                self._is_told_to_stop = True
                if self._stop is not None:
                    self._stop()
            return DONE if code in (STOP, SHUTDOWN, INTERROGATE) else NOT_IMPLEMENTED

        def _report(self, report: _Report, code: int = 0) -> None:
            status = _Status(
                kind=OWN_PROCESS,
                state=report.state,
                accepts=report.accepts,
                exit_code=SPECIFIC_ERROR if code else 0,
                own_exit_code=code,
                wait=int(report.wait * 1000),
            )
            _services.SetServiceStatus(self._handle, ctypes.byref(status))

    _current = list[ServiceProcess]()

    def run_as_service(name: str, work: Callable[[], int], stays_down: Container[int]) -> int:
        """Do the work of a service in this process, which Windows started as one, and return its
        exit code. With one of `stays_down`, Windows does not start it again. Raises OSError."""
        process = ServiceProcess(name)
        _current.append(process)
        return process.run(work, stays_down)

    def service_process() -> ManagedProcess | None:
        """Return this process as a service; None if it is none."""
        return _current[0] if _current else None

    def _end_at_once() -> None:
        # Not to the log, whose thread may stand still too.
        with suppress(OSError):
            os.write(STDERR, SILENCE)
        os._exit(STANDS_STILL)
else:

    def service_process() -> ManagedProcess | None:
        """Return None: no process is a service of Windows here."""
        return None
