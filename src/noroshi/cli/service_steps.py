"""Start and stop the service of Windows, wait until it has, and exchange its program."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import shutil
    import time
    from collections.abc import Callable, Sequence
    from contextlib import closing, suppress
    from dataclasses import replace
    from pathlib import Path

    from pysqlite3 import dbapi2 as driver

    from noroshi.cli.errors import RefusedError
    from noroshi.cli.paths import HOME, NAME, OUTPUT
    from noroshi.core.command_text import CommandText
    from noroshi.core.translation import Message, _, pgettext
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.logs.sinks import FILE as LOG_FILE
    from noroshi.ports import StoreError
    from noroshi.stores.sqlite.backup import copy
    from noroshi.stores.sqlite.error_messages import in_words
    from noroshi.stores.sqlite.migrations import applied_steps
    from noroshi.system.service_control import (
        ServiceSettings,
        ServiceState,
        install_service,
        service_status,
        start_service,
        stop_service,
    )

    STARTS_WITHIN, STOPS_WITHIN, STEP = 120.0, 40.0, 0.25
    """Seconds."""
    STATES = {
        ServiceState.STOPPED: pgettext("service", "stopped"),
        ServiceState.STARTING: pgettext("service", "starting"),
        ServiceState.STOPPING: pgettext("service", "stopping"),
        ServiceState.RUNNING: pgettext("service", "running"),
        ServiceState.CONTINUING: pgettext("service", "starting"),
        ServiceState.PAUSING: pgettext("service", "stopping"),
        ServiceState.PAUSED: pgettext("service", "stopped"),
    }
    COPY_ENDING = ".before-update"
    """Of the copy of the store that the last update made; the next one replaces it."""
    LOG_ENDINGS = ("-wal", "-shm")
    PART_ENDING = ".part"
    """Of what is to take the place of the store, until it is whole."""
    NO_COPY = (StoreError, OSError, driver.Error)
    """Errors that may keep a store from being copied, there and back."""

    NOT_STARTED = _(
        "The service did not start (state {state}, exit code {code}). The reason is in {log} or "
        "{output}."
    )
    STILL_STARTING = _(
        "The service is still starting after {seconds:g} s. Run {command} to check whether it is "
        "running. If it is not, the reason is in {log} or {output}."
    )
    NOT_STOPPED = _("The service has not stopped within {seconds:g} s. Nothing was changed.")
    NOT_COPIED = _(
        "The store could not be copied ({why}), so the service was not updated. The previous "
        "version is running again."
    )
    WENT_BACK = _(
        "The new version did not start, so the previous version is running again: {program}"
    )

    def start_and_wait() -> None:
        """Start the service, and wait until it runs. Raises RefusedError if it does not."""
        try:
            start_service(NAME)
        except OSError as error:
            raise _not_started([("", cause_text(error))]) from None
        wait_until(lambda: current_state() is not ServiceState.STARTING, STARTS_WITHIN)
        if current_state() is not ServiceState.RUNNING:
            raise _not_started()

    def stop_and_wait() -> None:
        """Stop the service, and wait until it has. Raises RefusedError if it does not, OSError
        if Windows refuses."""
        stop_service(NAME)
        if not wait_until(lambda: current_state() is ServiceState.STOPPED, STOPS_WITHIN):
            raise RefusedError("trouble", NOT_STOPPED.fill(seconds=STOPS_WITHIN))

    def update_service(settings: ServiceSettings, store: Path) -> None:
        """Stop the service, copy the store, and start the service with these settings; with the
        previous program and store if it does not start. Raises RefusedError if the previous
        program runs again or nothing does, and OSError."""
        previous = service_status(NAME)
        assert previous is not None
        stop_and_wait()
        try:
            _copy_store(store)
        except NO_COPY as error:
            start_and_wait()
            raise RefusedError("trouble", NOT_COPIED.fill(why=_words_of(error))) from None
        try:
            install_service(settings)
            start_and_wait()
        except (RefusedError, OSError) as error:
            _go_back(replace(settings, command_line=previous.command_line), store)
            words = WENT_BACK.fill(program=previous.command_line)
            raise RefusedError("trouble", words, [("", _words_of(error))]) from None

    def store_copy(store: Path) -> Path:
        """Return the path of the copy that an update makes of a store."""
        return store.with_name(f"{store.name}{COPY_ENDING}")

    def current_state() -> ServiceState:
        """Return what the service does; stopped, if there is none."""
        service = service_status(NAME)
        return service.state if service else ServiceState.STOPPED

    def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
        """Return whether it became so in time."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() >= end:
                return False
            time.sleep(STEP)
        return True

    def _not_started(problems: Sequence[tuple[str, Message]] = ()) -> RefusedError:
        service, home = service_status(NAME), Path(HOME)
        log, output = home / LOG_FILE, home / OUTPUT
        if service and service.state is ServiceState.STARTING:
            words = STILL_STARTING.fill(
                seconds=STARTS_WITHIN,
                command=CommandText("service status"),
                log=log,
                output=output,
            )
        else:
            words = NOT_STARTED.fill(
                state=STATES[service.state if service else ServiceState.STOPPED],
                code=service.exit_code if service else 0,
                log=log,
                output=output,
            )
        return RefusedError("trouble", words, problems)

    def _go_back(settings: ServiceSettings, store: Path) -> None:
        with suppress(RefusedError, *NO_COPY):  # then the start says what is wrong
            stop_and_wait()
            _put_store_back(store)
        with suppress(OSError):  # Windows may refuse each change, and start what it has
            install_service(settings)
        start_and_wait()

    def _copy_store(store: Path) -> None:
        copied_store = store_copy(store)
        copied_store.unlink(missing_ok=True)
        if store.exists():
            with closing(driver.connect(store, isolation_level=None)) as db:
                copy(db, copied_store)

    def _put_store_back(store: Path) -> None:
        """Put the copy in the store's place, if the new program changed the schema: a store that
        it left as it was may hold more than the copy."""
        copied_store = store_copy(store)
        if not copied_store.exists() or _steps(store) == _steps(copied_store):
            return
        part = store.with_name(f"{store.name}{PART_ENDING}")
        shutil.copyfile(copied_store, part)
        for ending in LOG_ENDINGS:
            store.with_name(f"{store.name}{ending}").unlink(missing_ok=True)
        part.replace(store)

    def _words_of(error: Exception) -> Message:
        if isinstance(error, RefusedError | StoreError):
            return error.words
        return in_words(error)

    def _steps(store: Path) -> dict[int, str]:
        with closing(driver.connect(store, isolation_level=None)) as db:
            return applied_steps(store, db)
