"""Measure network shares of Windows, so that one whose server hangs holds up none."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio

    from noroshi.core.translation import Message, _
    from noroshi.hosts.snapshot_cache import retrieve_exception
    from noroshi.hosts.threads import run_in_thread
    from noroshi.hosts.volumes import size_of
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.ports import Volume
    from noroshi.system.windows_shares import log_in, share_of

    PATIENCE = 8.0  # seconds for one measurement
    HANGS = _("the share does not answer within {seconds:g} s")

    class NetworkShares:
        """Measure shares, from one event loop."""

        def __init__(self) -> None:
            self._measurement_by_path = dict[str, asyncio.Future[Volume]]()

        async def volume(self, path: str, user: str, password: str) -> Volume | Message:
            """Return the sizes of a share, or why there are none. A share that hangs is not asked
            again before it has answered."""
            measurement = self._measurement_by_path.get(path)
            if measurement is None:
                measurement = run_in_thread(lambda: _measure(path, user, password))
                self._measurement_by_path[path] = measurement
                measurement.add_done_callback(retrieve_exception)
                measurement.add_done_callback(
                    lambda _measurement: self._measurement_by_path.pop(path, None)
                )
            done_tasks, _unfinished = await asyncio.wait([measurement], timeout=PATIENCE)
            if not done_tasks:
                return HANGS.fill(seconds=PATIENCE)
            try:
                return measurement.result()
            except OSError as error:
                return cause_text(error)

    def _measure(path: str, user: str, password: str) -> Volume:
        parts = share_of(path)
        if user and parts is not None:
            log_in(parts[1], user, password)
        return size_of(path)
