"""A pickup folder: whether a mail could be written there, by a file that is no mail."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from noroshi.core.mail import Fault
from noroshi.core.translation import _, plain
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.examination import Exam, Step, StepResult
from noroshi.transports.diagnostics.connection_remedies import step_error
from noroshi.transports.pickup import CANNOT_WRITE, HANGS, PATIENCE, Options, why_of
from noroshi.transports.pickup_folder import try_to_write

T = TypeVar("T")
FOLDER, WRITE_TITLE = _("Folder"), _("Write")
ROOM = _("{folder}, {free:.1f} GiB free")
FILE_WRITTEN = _("a file was written and deleted again; no message was written")


class PickupExamination:
    """See `examinations.Examination`."""

    def __init__(
        self,
        options: Options,
        context: TransportContext,
        exam: Exam,
        patience: float = PATIENCE,
    ) -> None:
        self._folder, self._exam, self._patience = Path(options.folder), exam, patience

    @property
    def steps(self) -> Sequence[Step]:
        return (
            Step(name="folder", title=FOLDER, take=self._examine_folder),
            Step(name="write", title=WRITE_TITLE, take=self._write),
        )

    async def close(self) -> None:
        """Do nothing: nothing is held open."""

    async def _examine_folder(self) -> StepResult:
        free_bytes = await self._in_thread(lambda: _room_in(self._folder))
        return StepResult(ROOM.fill(folder=self._folder, free=free_bytes / 2**30))

    async def _write(self) -> StepResult:
        await self._in_thread(lambda: try_to_write(self._folder))
        return StepResult(FILE_WRITTEN)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.to_thread(work)
        except TimeoutError:
            reason = HANGS.fill(seconds=self._patience)
        except OSError as error:
            reason = why_of(error)
        message = CANNOT_WRITE.fill(folder=self._folder, why=reason)
        trouble = RouteError(message, fault=Fault.SETUP)
        raise step_error(trouble, self._exam, plain(str(self._folder))) from None


def _room_in(folder: Path) -> int:
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, "")
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "")
    return shutil.disk_usage(folder).free
