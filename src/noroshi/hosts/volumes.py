"""Read the file systems of this computer: which are worth watching, and how full each is."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from noroshi.core.translation import _, list_names
from noroshi.hosts.threads import run_in_thread
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Unmeasurable, Volume

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds; a healthy NFS server answers in milliseconds
MOUNTS = Path("/proc/self/mountinfo")
NO_DISK = re.compile(
    "autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|efivarfs"
    "|fuse.gvfsd-fuse|fuse.lxcfs|fuse.portal|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay"
    "|proc|pstore|ramfs|rootfs|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs|udf"
)
"""File systems that the kernel makes up, that lie in memory, or that are always full (CD,
snap)."""
UNREADABLE = _("cannot read the list of volumes: {why}")
ALL_HANG = _("none of the volumes answers ({mounts})")


def mount_points(text: str) -> list[str]:
    """Return mount points from proc(5)'s mountinfo, one for each disk, "/" always among
    them."""
    mount_by_device = dict[str, str]()
    for line in text.splitlines():
        mount_fields, _, filesystem_fields = line.partition(" - ")
        _, _, device, root, mount, *_ = mount_fields.split()
        kind = filesystem_fields.split()[0]
        # Another root is a folder of a disk bound elsewhere, as containers do by the dozen.
        if mount == "/":
            mount_by_device[device] = mount
        elif not NO_DISK.fullmatch(kind) and root == "/":
            mount_by_device.setdefault(device, _unescaped_path(mount))
    return sorted(mount_by_device.values())


def mounts_here() -> list[str]:
    """Return the mount points of this computer; OSError if they cannot be read."""
    try:
        return mount_points(MOUNTS.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:  # not Linux
        return [part.mountpoint for part in psutil.disk_partitions(all=False)]


def size_of(mount: str) -> Volume:
    """Return sizes as df(1) has them: what only root may still fill counts as full."""
    usage = psutil.disk_usage(mount)
    return Volume(mount, usage.used + usage.free, usage.free)


class Volumes:
    """Look at each volume in a thread of its own, so that one that hangs holds up none.

    A volume that hangs is left out, and is not asked again before it has answered.
    """

    def __init__(
        self,
        mounts: Callable[[], list[str]] = mounts_here,
        size: Callable[[str], Volume] = size_of,
        patience: float = PATIENCE,
    ) -> None:
        self._mounts, self._size, self._patience = mounts, size, patience
        self._look_by_mount: dict[str, asyncio.Future[Volume]] = {}
        self._hanging_mounts = set[str]()

    async def read(self) -> Sequence[Volume]:
        """Return all volumes that answer in time; Unmeasurable if none does."""
        try:
            mounts = await run_in_thread(self._mounts)
        except OSError as error:
            raise Unmeasurable(UNREADABLE.fill(why=cause_text(error))) from error
        look_by_mount = {mount: self._look(mount) for mount in mounts}
        if awaited_looks := [
            look for mount, look in look_by_mount.items() if mount not in self._hanging_mounts
        ]:
            await asyncio.wait(awaited_looks, timeout=self._patience)
        volumes = [
            volume
            for mount, look in look_by_mount.items()
            if (volume := self._volume_of(mount, look))
        ]
        if self._hanging_mounts and not volumes:
            raise Unmeasurable(ALL_HANG.fill(mounts=list_names(sorted(self._hanging_mounts))))
        return volumes

    def _look(self, mount: str) -> asyncio.Future[Volume]:
        """Look at a volume, once at a time for all who ask: they share the answer."""
        if mount not in self._look_by_mount:
            look = self._look_by_mount[mount] = run_in_thread(lambda: self._size(mount))
            look.add_done_callback(lambda look: self._on_answer(mount, look))
        return self._look_by_mount[mount]

    def _on_answer(self, mount: str, look: asyncio.Future[Volume]) -> None:
        del self._look_by_mount[mount]
        if mount in self._hanging_mounts:
            self._hanging_mounts.discard(mount)
            log.info("a volume answers again mount=%s", mount)
        if not look.cancelled():
            look.exception()  # seen, whether or not anybody still waits for it

    def _volume_of(self, mount: str, look: asyncio.Future[Volume]) -> Volume | None:
        if not look.done():
            if mount not in self._hanging_mounts:
                log.warning("a volume does not answer mount=%s", mount)
            self._hanging_mounts.add(mount)
            return None
        try:
            volume = look.result()
        except OSError:
            # Unmounted since the list was read, or not ours to look at (a user's FUSE mount).
            return None
        return volume if volume.size else None


def _unescaped_path(mount: str) -> str:
    """Undo the escapes of mountinfo, which writes blanks and the like as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), mount)
