"""Read the services of Windows."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from fnmatch import fnmatchcase
    from typing import Protocol

    import psutil

    from noroshi.ports import ServiceFact, ServiceState, StartType
    from noroshi.system.service_control import (
        is_of_one_user,
        is_started_by_triggers,
        service_status,
    )

    STATES = {
        "running": ServiceState.RUNNING,
        "start_pending": ServiceState.STARTING,
        "continue_pending": ServiceState.STARTING,
        "pause_pending": ServiceState.PAUSED,
        "paused": ServiceState.PAUSED,
        "stop_pending": ServiceState.STOPPING,
        "stopped": ServiceState.STOPPED,
    }
    START_TYPES = {
        "automatic": StartType.AUTOMATIC,
        "manual": StartType.MANUAL,
        "disabled": StartType.DISABLED,
    }
    NEVER_STARTED = 1077
    """The exit code of a service that was not started since the computer was."""

    class Service(Protocol):
        """Describe what psutil has of a service."""

        def name(self) -> str: ...
        def display_name(self) -> str | None: ...
        def status(self) -> str: ...
        def start_type(self) -> str: ...
        def pid(self) -> int | None: ...

    def _all_services() -> Iterable[Service]:
        services: Iterable[Service] = psutil.win_service_iter()
        return services

    def read_services(
        names: Sequence[str], all_services: Callable[[], Iterable[Service]] = _all_services
    ) -> Sequence[ServiceFact]:
        """Return the services of these names or display names, whatever the case of their letters,
        each once. One that this account may not read is left out, unless its whole name is given.
        Raises OSError."""
        fact_by_name = {
            fact.name: fact
            for service in all_services()
            if _is_selected(service, names)
            for fact in _facts_of(service, is_named_in_full=_is_named_in_full(service, names))
        }
        known_names = {
            name.casefold()
            for fact in fact_by_name.values()
            for name in (fact.name, fact.title)
        }
        missing_names = [
            name
            for name in names
            if not _has_wildcards(name) and name.casefold() not in known_names
        ]
        missing = (ServiceFact(name=name, state=ServiceState.MISSING) for name in missing_names)
        return [*fact_by_name.values(), *missing]

    def _is_selected(service: Service, names: Sequence[str]) -> bool:
        """Return whether these names select a service. Wildcards select none of a single user, which
        comes and goes with its logons, under another name each time."""
        if _is_named_in_full(service, names):
            return True
        is_matching = any(_is_named(service, name) for name in names)
        return is_matching and not _is_of_one_user(service.name())

    def _is_named_in_full(service: Service, names: Sequence[str]) -> bool:
        return any(_is_named(service, name) for name in names if not _has_wildcards(name))

    def _has_wildcards(name: str) -> bool:
        return bool(set("*?[") & set(name))

    def _is_named(service: Service, name: str) -> bool:
        pattern = name.casefold()
        return fnmatchcase(service.name().casefold(), pattern) or fnmatchcase(
            (service.display_name() or "").casefold(), pattern
        )

    def _facts_of(service: Service, *, is_named_in_full: bool) -> Iterator[ServiceFact]:
        """Yield what Windows says of a service; nothing if it was removed since."""
        try:
            state = STATES.get(service.status(), ServiceState.STOPPED)
            exit_code = _exit_code(service.name()) if state is ServiceState.STOPPED else 0
            yield ServiceFact(
                name=service.name(),
                title=service.display_name() or "",
                state=ServiceState.FAILED if exit_code else state,
                start_type=_start_type(service),
                detail=str(exit_code) if exit_code else "",
                ends_by_itself=state is ServiceState.STOPPED
                and _ends_by_itself(service.name()),
                run=str(service.pid() or ""),
            )
        except psutil.NoSuchProcess:
            return
        except (psutil.AccessDenied, OSError):
            if is_named_in_full:
                title = service.display_name() or ""
                yield ServiceFact(
                    name=service.name(), title=title, state=ServiceState.UNREADABLE
                )

    def _start_type(service: Service) -> StartType:
        try:
            return START_TYPES.get(service.start_type(), StartType.UNKNOWN)
        except (psutil.AccessDenied, OSError):
            return StartType.UNKNOWN

    def _exit_code(name: str) -> int:
        """Return the code with which a service ended; 0 if it ended well, or never ran."""
        try:
            status = service_status(name)
        except OSError:
            return 0
        code = status.exit_code if status else 0
        return 0 if code == NEVER_STARTED else code

    def _is_of_one_user(name: str) -> bool:
        try:
            return is_of_one_user(name)
        except OSError:
            return False

    def _ends_by_itself(name: str) -> bool:
        try:
            return is_started_by_triggers(name)
        except OSError:
            return False
