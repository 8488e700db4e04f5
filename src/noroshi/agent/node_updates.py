"""Update this node when its hub orders it: fetch the file, verify it, and have the service start anew.

The step before the start installs it (`update_step`); where this process may write the folder of the
versions itself, it takes that step, and then becomes the new version.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from noroshi import schema
from noroshi.agent.installed_folder import (
    CONFIRMED,
    CURRENT,
    FILE,
    OFFER,
    STEP_BEFORE_START,
    WAITING,
    InstalledFolder,
    UpdateRecord,
    WaitingUpdate,
    confirmed_folder,
    waiting_update,
    write_whole,
)
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError
from noroshi.agent.update_step import (
    OTHER_FILE,
    TRIAL_MINUTES,
    Build,
    UpdateRefusedError,
    build_version,
    refusal_of,
    take_step,
)
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.link.link_messages import LinkFault
from noroshi.link.update_messages import (
    MOST_FILE,
    MOST_FILE_PART,
    NO_UPDATE,
    FilePartRequest,
    UpdateOffer,
    UpdatePhase,
    UpdateReport,
)
from noroshi.ports import Clocks, RouteError, StoreError
from noroshi.vault import VaultError

log = logging.getLogger(__name__)
MOST_FAILURES, MOST_WAITS = 20, 360
"""Attempts to fetch a part that may fail, or meet with a busy hub, until the update is given up: an agent
of many waits for hours until it is its turn."""
PAUSE, LONGEST_PAUSE = 15.0, 600.0
"""Seconds between two attempts to fetch a part, unless the hub names another time, and the longest time
that it may name."""
LOOK_PAUSE = 1.0
TRIAL_PATIENCE = TRIAL_MINUTES * 60.0

OWN_MEANS = _(
    "the hub cannot update this kind of installation. Update Noroshi on the server, in the "
    "way it was installed"
)
NOT_PERMITTED = _(
    "updates by the hub are not allowed on that server. To allow them, create a command "
    "that allows updates, and run it there"
)
NO_STEP = _(
    "the service on that server was set up by an earlier version. Create a command that "
    "allows updates, and run it there"
)
ALREADY_THERE = _("version {version} is already running")
UNDER_WAY = _("an update is already in progress")
NOT_FETCHED = _("the file could not be downloaded from the hub")
NOT_KEPT = _("the file could not be stored: {why}")
FetchPart = Callable[[FilePartRequest], Awaitable[bytes]]
"""Asks the hub for a part of a file. Raises as `LinkClient.ask` does."""


class NodeUpdates:
    """Run the updates of this node. `place` is the folder of its versions; None: it was installed in
    another way. `restart_event` ends the node so that the new version starts."""

    def __init__(
        self,
        place: InstalledFolder | None,
        home: Path,
        clocks: Clocks,
        environment: Mapping[str, str],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        build: Build = build_version,
    ) -> None:
        self._place, self._home, self._clocks = place, home, clocks
        self._has_step_before_start = STEP_BEFORE_START in environment
        self._build, self._sleep = build, sleep
        self._task: asyncio.Task[None] | None = None
        self._report = NO_UPDATE
        self.restart_event = asyncio.Event()
        """Set once the node is to end, so that another version starts."""

    @property
    def report(self) -> UpdateReport:
        """Return how far the last update is, for the hub."""
        if self._report != NO_UPDATE or self._place is None:
            return self._report
        record = self._place.record
        if record.phase == UpdatePhase.TRIAL and self._is_confirmed(record):
            return UpdateReport(phase=UpdatePhase.DONE.value, version=record.version)
        return record.report

    def begin(self, attempt: str, offer: UpdateOffer, fetch: FetchPart) -> None:
        """Begin to update to a version. Raises UpdateRefusedError."""
        if words := self._refusal(offer):
            raise UpdateRefusedError(words)
        self._report = UpdateReport(phase=UpdatePhase.FETCHING.value, version=offer.version)
        self._task = asyncio.create_task(self._run(attempt, offer, fetch))

    async def watch_trial(self, last_contact: Callable[[], datetime | None]) -> None:
        """Confirm the running version once it has reached the hub. If a version on trial does not
        reach it, end the node, so that the earlier version starts."""
        place = self._place
        if place is None:
            return
        if not self._is_on_trial(place.record):
            return await asyncio.to_thread(self._forget_file, place.record)
        folder, started_at = place.record.folder, self._clocks.steady()
        while last_contact() is None:
            if self._clocks.steady() - started_at >= TRIAL_PATIENCE:
                log.error("the new version does not reach the hub and goes back")
                return self.restart_event.set()
            await self._sleep(LOOK_PAUSE)
        while not await asyncio.to_thread(self._try_confirm, folder):
            await self._sleep(PAUSE)

    def take_own_step(self) -> Path | None:
        """Take the step before a start, where no service does; return the Python of the version to
        start instead of this one. Raises OSError."""
        place = self._place
        if place is None or self._has_step_before_start or not place.is_writable:
            return None
        take_step(place, self._home, self._build)
        return place.path / CURRENT / "bin" / "python"

    async def close(self) -> None:
        """Stop the update that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def _refusal(self, offer: UpdateOffer) -> Message | None:
        place = self._place
        if place is None:
            return OWN_MEANS
        if not place.hub_key:
            return NOT_PERMITTED
        if not (self._has_step_before_start or place.is_writable):
            return NO_STEP
        if self.restart_event.is_set() or (self._task is not None and not self._task.done()):
            return UNDER_WAY
        if place.link(CURRENT).name == offer.folder:
            return ALREADY_THERE.fill(version=offer.version)
        return refusal_of(place, offer)

    async def _run(self, attempt: str, offer: UpdateOffer, fetch: FetchPart) -> None:
        try:
            await self._fetch(offer, fetch)
            await asyncio.to_thread(self._keep_offer, attempt, offer)
        except UpdateRefusedError as refusal:
            await self._fail(offer, refusal.words)
        except OSError as error:
            await self._fail(offer, NOT_KEPT.fill(why=cause_text(error)))
        except Exception:  # a fault of ours must not look like an update that goes on for good
            log.exception("the update met with a bug")
            await self._fail(offer, NOT_FETCHED)
        else:
            self._report = UpdateReport(
                phase=UpdatePhase.RESTARTING.value, version=offer.version
            )
            log.info("an update is ready, the node restarts version=%s", offer.version)
            self.restart_event.set()

    async def _fail(self, offer: UpdateOffer, words: Message) -> None:
        log.warning("no update to version %s: %s", offer.version, words)
        await asyncio.to_thread(self._free_space)
        self._report = UpdateReport(
            phase=UpdatePhase.FAILED.value, version=offer.version, words=words
        )

    async def _fetch(self, offer: UpdateOffer, fetch: FetchPart) -> None:
        """Fetch the file, part by part. Raises OSError or UpdateRefusedError."""
        if not 0 < offer.size <= MOST_FILE:
            raise UpdateRefusedError(OTHER_FILE)
        folder, digest, offset = self._home / WAITING, hashlib.sha256(), 0
        await asyncio.to_thread(_empty_folder, folder)
        while offset < offer.size:
            part = await self._fetch_part(offer, offset, fetch)
            if not 0 < len(part) <= min(MOST_FILE_PART, offer.size - offset):
                raise UpdateRefusedError(OTHER_FILE)
            digest.update(part)
            await asyncio.to_thread(_append, folder / FILE, part)
            offset += len(part)
        if digest.hexdigest() != offer.sha256:
            raise UpdateRefusedError(OTHER_FILE)

    async def _fetch_part(self, offer: UpdateOffer, offset: int, fetch: FetchPart) -> bytes:
        request = FilePartRequest(sha256=offer.sha256, offset=offset)
        failures = waits = 0
        while failures < MOST_FAILURES and waits < MOST_WAITS:
            pause, is_busy = PAUSE, False
            try:
                return await fetch(request)
            except LinkRefusedError as refusal:
                is_busy, pause = refusal.fault is LinkFault.BUSY, _pause_after(refusal)
            except (HubNotReachedError, RouteError, StoreError, VaultError) as error:
                log.debug("a part of an update is not fetched: %s", error)
            failures, waits = failures + (not is_busy), waits + is_busy
            await self._sleep(pause)
        raise UpdateRefusedError(NOT_FETCHED)

    def _free_space(self) -> None:
        """Delete the file of an update that failed: the node's own store may lack the space."""
        with suppress(OSError):
            (self._home / WAITING / FILE).unlink(missing_ok=True)

    def _keep_offer(self, attempt: str, offer: UpdateOffer) -> None:
        """Write the offer, which counts from then on, once the file is on the disk. Raises OSError."""
        folder = self._home / WAITING
        with (folder / FILE).open("rb") as stream:
            os.fsync(stream.fileno())
        waiting = WaitingUpdate(attempt=attempt, offer=offer)
        write_whole(folder / OFFER, schema.text(waiting), 0o600)

    def _is_on_trial(self, record: UpdateRecord) -> bool:
        return record.phase == UpdatePhase.TRIAL and not self._is_confirmed(record)

    def _is_confirmed(self, record: UpdateRecord) -> bool:
        return confirmed_folder(self._home) == record.folder

    def _forget_file(self, record: UpdateRecord) -> None:
        """Delete the file of an update that is over, as it is large, and the offer: whoever installs by
        hand then deletes the record of it."""
        waiting = waiting_update(self._home)
        if waiting is not None and waiting.attempt == record.attempt:
            self._delete_file()

    def _try_confirm(self, folder: str) -> bool:
        """Confirm the version; return whether that could be written. Without it the version goes
        back."""
        try:
            self._confirm(folder)
        except OSError as error:
            log.warning("the new version cannot be confirmed: %s", error)
            return False
        return True

    def _delete_file(self) -> None:
        for name in (FILE, OFFER):
            (self._home / WAITING / name).unlink(missing_ok=True)

    def _confirm(self, folder: str) -> None:
        write_whole(self._home / WAITING / CONFIRMED, folder, 0o600)
        self._delete_file()
        log.info("the new version has reached the hub and stays folder=%s", folder)


def _pause_after(refusal: LinkRefusedError) -> float:
    if refusal.is_stale:
        return 0.0
    return min(max(refusal.pause or PAUSE, 1.0), LONGEST_PAUSE)


def _empty_folder(folder: Path) -> None:
    """Empty the folder for an update. The confirmation of the running version stays: the next start
    reads it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif one.name != CONFIRMED:
            one.unlink()


def _append(file: Path, part: bytes) -> None:
    with file.open("ab") as stream:
        stream.write(part)
