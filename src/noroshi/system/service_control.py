"""Ask the service control manager of Windows for a service: make it, remove it, start and stop it.

https://learn.microsoft.com/windows/win32/services/service-control-manager
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import IntEnum


class ServiceState(IntEnum):
    """Number what a service does, as Windows does (SERVICE_STATUS)."""

    STOPPED = 1
    STARTING = 2
    STOPPING = 3
    RUNNING = 4
    CONTINUING = 5
    PAUSING = 6
    PAUSED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Hold what the manager is to know of a service. `account` is NT SERVICE\\name for one of its
    own."""

    name: str
    display_name: str
    description: str
    command_line: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """Hold what the manager says of a service; `process` is 0 while none runs."""

    state: ServiceState
    process: int
    exit_code: int
    command_line: str
    account: str
    starts_at_boot: bool


if sys.platform == "win32":
    import ctypes
    from collections.abc import Iterator
    from contextlib import contextmanager
    from ctypes import wintypes

    _services = ctypes.WinDLL("advapi32", use_last_error=True)
    _Handle, _Number, _Text = wintypes.HANDLE, wintypes.DWORD, wintypes.LPCWSTR
    _Pointer = ctypes.c_void_p

    CONNECT, CREATE, ALL_ACCESS, DELETE = 0x1, 0x2, 0xF01FF, 0x10000
    QUERY_CONFIG, QUERY_STATUS, START, STOP = 0x1, 0x4, 0x10, 0x20
    OWN_PROCESS, AT_BOOT, NORMAL_ERROR = 0x10, 2, 1
    DESCRIPTION, FAILURE_ACTIONS, DELAYED_START, SID_KIND, TRIGGERS = 1, 2, 3, 5, 8
    UNRESTRICTED = 1
    """SERVICE_SID_TYPE_UNRESTRICTED."""
    STATUS_OF_PROCESS, STOP_CONTROL = 0, 1
    USER_INSTANCE = 0x80
    """SERVICE_USERSERVICE_INSTANCE."""
    RESTART = 1
    RESTARTS = (10_000, 60_000, 60_000)
    """Milliseconds before the first, second and each further restart."""
    FORGET_FAILURES_AFTER = 86_400
    """Seconds without a failure, after which the next one counts as the first."""
    NO_SUCH_SERVICE, NOT_ACTIVE, ALREADY_RUNNING = 1060, 1062, 1056

    class _Action(ctypes.Structure):
        """Mirror SC_ACTION."""

        _fields_ = (("kind", ctypes.c_int), ("delay", _Number))

    class _FailureActions(ctypes.Structure):
        """Mirror SERVICE_FAILURE_ACTIONSW."""

        _fields_ = (
            ("reset", _Number),
            ("message", _Text),
            ("command", _Text),
            ("count", _Number),
            ("actions", ctypes.POINTER(_Action)),
        )

    class _Description(ctypes.Structure):
        """Mirror SERVICE_DESCRIPTIONW."""

        _fields_ = (("text", _Text),)

    class _Flag(ctypes.Structure):
        """Mirror the structures that are one BOOL."""

        _fields_ = (("is_set", wintypes.BOOL),)

    class _SidKind(ctypes.Structure):
        """Mirror SERVICE_SID_INFO."""

        _fields_ = (("kind", _Number),)

    class _Status(ctypes.Structure):
        """Mirror SERVICE_STATUS_PROCESS."""

        _fields_ = tuple(
            (name, _Number)
            for name in (
                "kind",
                "state",
                "accepts",
                "exit_code",
                "own_exit_code",
                "check_point",
                "wait",
                "process",
                "flags",
            )
        )

    class _Config(ctypes.Structure):
        """Mirror QUERY_SERVICE_CONFIGW."""

        _fields_ = (
            ("kind", _Number),
            ("start", _Number),
            ("error_control", _Number),
            ("command_line", wintypes.LPWSTR),
            ("group", wintypes.LPWSTR),
            ("tag", _Number),
            ("needs", wintypes.LPWSTR),
            ("account", wintypes.LPWSTR),
            ("display_name", wintypes.LPWSTR),
        )

    _services.OpenSCManagerW.restype = _services.OpenServiceW.restype = _Handle
    _services.CreateServiceW.restype = _Handle
    _services.OpenSCManagerW.argtypes = (_Text, _Text, _Number)
    _services.OpenServiceW.argtypes = (_Handle, _Text, _Number)
    _services.CreateServiceW.argtypes = (
        _Handle,
        _Text,
        _Text,
        *(_Number,) * 4,
        _Text,
        _Text,
        _Pointer,
        _Text,
        _Text,
        _Text,
    )
    _services.ChangeServiceConfigW.argtypes = (
        _Handle,
        *(_Number,) * 3,
        _Text,
        _Text,
        _Pointer,
        _Text,
        _Text,
        _Text,
        _Text,
    )
    _services.ChangeServiceConfig2W.argtypes = (_Handle, _Number, _Pointer)
    _services.CloseServiceHandle.argtypes = _services.DeleteService.argtypes = (_Handle,)
    _services.StartServiceW.argtypes = (_Handle, _Number, _Pointer)
    _services.ControlService.argtypes = (_Handle, _Number, _Pointer)
    _services.QueryServiceStatusEx.argtypes = (
        _Handle,
        ctypes.c_int,
        _Pointer,
        _Number,
        ctypes.POINTER(_Number),
    )
    _services.QueryServiceConfig2W.argtypes = (
        _Handle,
        _Number,
        _Pointer,
        _Number,
        ctypes.POINTER(_Number),
    )
    _services.QueryServiceConfigW.argtypes = (
        _Handle,
        _Pointer,
        _Number,
        ctypes.POINTER(_Number),
    )

    def install_service(settings: ServiceSettings) -> None:
        """Make a service that starts some minutes after the computer and is started again when it
        fails, or bring the one of that name up to these settings but for its account, which an
        administrator may have changed. Raises OSError."""
        with _manager(CONNECT | CREATE) as manager:
            handle = _services.OpenServiceW(manager, settings.name, ALL_ACCESS)
            if handle:
                with _closing(handle):
                    _change(handle, settings)
                    return
            if ctypes.get_last_error() != NO_SUCH_SERVICE:
                raise _last_error()
            with _closing(_create(manager, settings)) as service:
                _add(service, settings)

    def remove_service(name: str) -> None:
        """Remove a service; one that still runs goes once it has ended. Raises OSError."""
        with _service(name, DELETE) as service:
            _require(_services.DeleteService(service))

    def start_service(name: str) -> None:
        """Tell a service to start; nothing, if it runs. Raises OSError."""
        with _service(name, START) as service:
            if not _services.StartServiceW(service, 0, None):
                error = ctypes.get_last_error()
                if error != ALREADY_RUNNING:
                    raise ctypes.WinError(error)

    def stop_service(name: str) -> None:
        """Tell a service to stop; nothing, if it does not run. Raises OSError."""
        with _service(name, STOP) as service:
            if not _services.ControlService(service, STOP_CONTROL, ctypes.byref(_Status())):
                error = ctypes.get_last_error()
                if error != NOT_ACTIVE:
                    raise ctypes.WinError(error)

    def service_status(name: str) -> ServiceStatus | None:
        """Return what the manager says of a service; None if there is none. Raises OSError."""
        try:
            with _service(name, QUERY_STATUS | QUERY_CONFIG) as service:
                return _status_of(service)
        except OSError as error:
            if error.winerror == NO_SUCH_SERVICE:
                return None
            raise

    def is_started_by_triggers(name: str) -> bool:
        """Return whether something else than the start of the computer starts a service, too: it may
        stop when its work is done. False if Windows does not say."""
        with _service(name, QUERY_CONFIG) as service:
            needed = _Number()
            _services.QueryServiceConfig2W(service, TRIGGERS, None, 0, ctypes.byref(needed))
            buffer = ctypes.create_string_buffer(max(needed.value, ctypes.sizeof(_Number)))
            if not _services.QueryServiceConfig2W(
                service, TRIGGERS, buffer, len(buffer), ctypes.byref(needed)
            ):
                return False
            return _Number.from_buffer(buffer).value > 0

    def is_of_one_user(name: str) -> bool:
        """Return whether a service is the instance for one user who is logged on: it goes with the
        user. Raises OSError."""
        with _service(name, QUERY_CONFIG) as service:
            return bool(_config_of(service).kind & USER_INSTANCE)

    def _status_of(service: int) -> ServiceStatus:
        status, needed = _Status(), _Number()
        _require(
            _services.QueryServiceStatusEx(
                service,
                STATUS_OF_PROCESS,
                ctypes.byref(status),
                ctypes.sizeof(status),
                ctypes.byref(needed),
            )
        )
        config = _config_of(service)
        return ServiceStatus(
            state=ServiceState(status.state),
            process=status.process,
            exit_code=status.own_exit_code or status.exit_code,
            command_line=config.command_line or "",
            account=config.account or "",
            starts_at_boot=config.start == AT_BOOT,
        )

    def _config_of(service: int) -> _Config:
        needed = _Number()
        _services.QueryServiceConfigW(service, None, 0, ctypes.byref(needed))
        buffer = ctypes.create_string_buffer(needed.value)
        _require(_services.QueryServiceConfigW(service, buffer, needed, ctypes.byref(needed)))
        return _Config.from_buffer(buffer)

    def _create(manager: int, settings: ServiceSettings) -> int:
        handle: int | None = _services.CreateServiceW(
            manager,
            settings.name,
            settings.display_name,
            ALL_ACCESS,
            OWN_PROCESS,
            AT_BOOT,
            NORMAL_ERROR,
            settings.command_line,
            None,
            None,
            None,
            settings.account,
            None,
        )
        if not handle:
            raise _last_error()
        return handle

    def _change(service: int, settings: ServiceSettings) -> None:
        _require(
            _services.ChangeServiceConfigW(
                service,
                OWN_PROCESS,
                AT_BOOT,
                NORMAL_ERROR,
                settings.command_line,
                None,
                None,
                None,
                None,
                None,
                settings.display_name,
            )
        )
        _add(service, settings)

    def _add(service: int, settings: ServiceSettings) -> None:
        """Add what a service is not made with: its description, the delay of its start, and what
        happens when it ends without having said so."""
        restarts = (_Action * len(RESTARTS))(*(_Action(RESTART, delay) for delay in RESTARTS))
        failures = _FailureActions(FORGET_FAILURES_AFTER, None, None, len(RESTARTS), restarts)
        additions: tuple[tuple[int, ctypes.Structure], ...] = (
            (DESCRIPTION, _Description(settings.description)),
            (DELAYED_START, _Flag(is_set=True)),
            (FAILURE_ACTIONS, failures),
        )
        for number, addition in additions:
            _require(_services.ChangeServiceConfig2W(service, number, ctypes.byref(addition)))
        _add_sid(service)

    def _add_sid(service: int) -> None:
        """Let the process have the SID NT SERVICE\\name, and with it the home folder, whatever
        account it has. An account of its own has that SID anyway: where the system cannot do it,
        as Wine cannot, nothing is lacking."""
        of_process = _SidKind(UNRESTRICTED)
        _services.ChangeServiceConfig2W(service, SID_KIND, ctypes.byref(of_process))

    @contextmanager
    def _manager(access: int) -> Iterator[int]:
        handle = _services.OpenSCManagerW(None, None, access)
        if not handle:
            raise _last_error()
        with _closing(handle):
            yield handle

    @contextmanager
    def _service(name: str, access: int) -> Iterator[int]:
        with _manager(CONNECT) as manager:
            handle = _services.OpenServiceW(manager, name, access)
            if not handle:
                raise _last_error()
            with _closing(handle):
                yield handle

    @contextmanager
    def _closing(handle: int) -> Iterator[int]:
        try:
            yield handle
        finally:
            _services.CloseServiceHandle(handle)

    def _require(succeeded: int) -> None:
        if not succeeded:
            raise _last_error()

    def _last_error() -> OSError:
        return ctypes.WinError(ctypes.get_last_error())
