"""Measure network shares of Windows, so that one whose server hangs holds up none."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio
    import threading
    from collections import defaultdict
    from collections.abc import Callable
    from contextlib import nullcontext

    from noroshi.core.translation import Message, _
    from noroshi.hosts.snapshot_cache import retrieve_exception
    from noroshi.hosts.threads import run_in_thread
    from noroshi.hosts.volumes import size_of
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.ports import Volume
    from noroshi.system.windows_shares import log_in, share_of

    PATIENCE = 8.0  # seconds for one measurement
    HANGS = _("the share did not answer within {seconds:g} s")

    class NetworkShares:
        """Measure shares, from one event loop."""

        def __init__(self, measure: Callable[[str, str, str], Volume] | None = None) -> None:
            self._measure = measure or measure_share
            self._measurement_by_login = dict[tuple[str, str, str], asyncio.Future[Volume]]()
            self._turn_by_server = defaultdict[str, threading.Lock](threading.Lock)

        async def volume(self, path: str, user: str, password: str) -> Volume | Message:
            """Return the sizes of a share, or why there are none. A share that hangs is not asked
            again before it has answered."""
            login = (path, user, password)
            measurement = self._measurement_by_login.get(login)
            if measurement is None:
                turn = self._turn_by_server[_server_of(path)]
                measurement = run_in_thread(lambda: self._measure_in_turn(login, turn))
                self._measurement_by_login[login] = measurement
                measurement.add_done_callback(retrieve_exception)
                measurement.add_done_callback(
                    lambda _measurement: self._measurement_by_login.pop(login, None)
                )
            done_tasks, _unfinished = await asyncio.wait([measurement], timeout=PATIENCE)
            if not done_tasks:
                return HANGS.fill(seconds=PATIENCE)
            try:
                return measurement.result()
            except OSError as error:
                return cause_text(error)

        def _measure_in_turn(self, login: tuple[str, str, str], turn: threading.Lock) -> Volume:
            """Measure while nobody else logs in to the server: Windows knows one user of each server
            at a time, and the login of the next one ends that of the last."""
            _path, user, _password = login
            with turn if user else nullcontext():
                return self._measure(*login)

    def measure_share(path: str, user: str, password: str) -> Volume:
        """Return the sizes of a share, as a user sees them. Raises OSError."""
        parts = share_of(path)
        if user and parts is not None:
            log_in(parts[1], user, password)
        return size_of(path)

    def _server_of(path: str) -> str:
        parts = share_of(path)
        return parts[0].casefold() if parts else ""
