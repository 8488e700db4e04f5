"""Volumes: which count, and that one which hangs holds up none of the others."""

from __future__ import annotations

import sys
import threading

import pytest

from noroshi.hosts.volumes import Volumes, mount_points, size_of
from noroshi.ports import Unmeasurable, Volume
from tests.hosts.folder import local

MOUNTINFO = r"""
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
24 22 0:22 / /run rw,nosuid - tmpfs tmpfs rw,size=10k
25 22 254:2 / /srv/my\040data rw master:2 - xfs /dev/vdb rw
26 22 254:2 / /mnt/again rw - xfs /dev/vdb rw
27 22 254:1 /etc/hosts /etc/hosts rw - ext4 /dev/vda1 rw
28 22 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro
29 22 0:50 / /mnt/nas rw - nfs4 nas:/export rw
30 22 0:51 / /var/lib/docker/overlay2/a/merged rw - overlay overlay rw
31 22 0:52 / /mnt/far rw - fuse.sshfs far:/ rw
"""


def test_disks_and_network_drives_count_once_each():
    assert mount_points(MOUNTINFO.strip()) == ["/", "/mnt/far", "/mnt/nas", "/srv/my data"]


def test_the_root_counts_whatever_it_lies_on():
    assert mount_points("22 1 0:30 / / rw - overlay overlay rw") == ["/"]


async def test_this_machine_has_a_root_that_holds_something():
    top = "C:\\" if sys.platform == "win32" else "/"
    (root,) = [volume for volume in await local().volumes() if volume.mount == top]
    assert 0 < root.free < root.size


async def test_a_volume_that_hangs_is_left_out_and_asked_once():
    answers, asked = threading.Event(), []

    def size(mount: str) -> Volume:
        asked.append(mount)
        if mount == "/hangs":
            answers.wait()
        return Volume(mount, 100, 50)

    volumes = Volumes(lambda: ["/", "/hangs"], size, patience=1.0)
    assert [v.mount for v in await volumes.read()] == ["/"]
    assert [v.mount for v in await volumes.read()] == ["/"]
    assert asked.count("/hangs") == 1
    answers.set()
    while len(await volumes.read()) < 2:
        pass


async def test_when_every_volume_hangs_nothing_can_be_said():
    answers = threading.Event()

    def size(mount: str) -> Volume:
        answers.wait()
        return Volume(mount, 1, 1)

    with pytest.raises(Unmeasurable, match=r"none of the volumes answers \(/a, /b\)"):
        await Volumes(lambda: ["/a", "/b"], size, patience=0.01).read()
    answers.set()


async def test_a_volume_that_is_gone_or_empty_is_left_out(tmp_path):
    def size(mount: str) -> Volume:
        return Volume(mount, 0, 0) if mount == "/empty" else size_of(mount)

    mounts = [str(tmp_path), str(tmp_path / "gone"), "/empty"]
    assert [v.mount for v in await Volumes(lambda: mounts, size).read()] == [str(tmp_path)]


async def test_a_list_that_cannot_be_read_is_told():
    def mounts() -> list[str]:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(
        Unmeasurable, match="cannot read the list of volumes: Permission denied"
    ):
        await Volumes(mounts).read()
