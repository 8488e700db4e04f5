"""Debian's OpenSSH on loopback, with keys, users and rules of the test's own.

It runs in a mount namespace in which /etc/passwd and /etc/shadow are the test's: no account of the
computer is touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports import free_port

SSHD = "/usr/sbin/sshd"
USER, PASSWORD = "watcher", "correct horse"
UID = 4711
CHROOT = "/srv"
"""Where a chroot is mounted for the server alone: sshd wants that all above it belongs to root, which
a temporary folder does not."""
APPLETS = ("sh", "cat", "grep", "ps", "df", "uname", "netstat", "env", "sleep")
"""What an appliance has: no procps, no coreutils, no bash."""


@dataclass
class SshServer:
    """A server with a user `watcher`, whose home and shell are the test's."""

    folder: Path
    shell: str = "/bin/sh"
    rules: str = ""
    port: int = 0
    listens: str = "127.0.0.1"
    host_key_kind: str = "ed25519"
    authorized: str = ""
    has_sftp: bool = True
    mounts: str = ""
    """Commands of a shell that mount more for the server, each ended by &&."""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        self.home.mkdir(exist_ok=True)
        os.chown(self.home, UID, UID)
        self.port = self.port or free_port()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    @property
    def host_key(self) -> str:
        """The fingerprint, as ssh-keygen prints it."""
        run = ["ssh-keygen", "-lf", str(self.folder / f"host_{self.host_key_kind}.pub")]
        return subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()[1]

    def authorize(self, public_key: str, options: str = "") -> None:
        self.authorized = f"{options} {public_key}".strip() + "\n"
        (self.folder / "authorized").write_text(self.authorized, "utf-8")

    def confine(self, busybox: Path) -> Path:
        """Let the user see a folder with busybox alone, and /proc, as an appliance is; return the
        folder."""
        root = self.folder / "root"
        for name in ("bin", "proc", "etc", "home"):
            (root / name).mkdir(parents=True)
        shutil.copy(busybox, root / "bin/busybox")
        for name in APPLETS:
            (root / "bin" / name).symlink_to("busybox")
        (root / "etc/passwd").write_text(f"{USER}:x:{UID}:{UID}::/home:/bin/sh\n", "utf-8")
        self.rules = f"ChrootDirectory {CHROOT}"
        self.mounts = f"mount --bind {root} {CHROOT} && mount -t proc proc {CHROOT}/proc &&"
        return root

    def start(self) -> SshServer:
        self._make_host_key()
        self._write_files()
        script = (
            f"mount --bind {self.folder}/passwd /etc/passwd && "
            f"mount --bind {self.folder}/shadow /etc/shadow && "
            f"{self.mounts} mkdir -p /run/sshd && exec {SSHD} -D -e -f {self.folder}/config"
        )
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", script], stderr=log, stdout=log
            )
        wait_until(self.answers)
        return self

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def kill_sessions(self) -> None:
        """End the processes of all who are logged in, as a reboot does."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in map(int, children.read_text().split()):
            os.kill(pid, signal.SIGKILL)

    def _make_host_key(self) -> None:
        key = self.folder / f"host_{self.host_key_kind}"
        if not key.exists():
            run = ["ssh-keygen", "-q", "-t", self.host_key_kind, "-N", "", "-f", str(key)]
            subprocess.run(run, check=True)

    def _write_files(self) -> None:
        account = f"{USER}:x:{UID}:{UID}::{self.home}:{self.shell}\n"
        run = ["openssl", "passwd", "-6", PASSWORD]
        hashed = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
        self._write("passwd", Path("/etc/passwd").read_text() + account)
        self._write(
            "shadow", Path("/etc/shadow").read_text() + f"{USER}:{hashed}:20000::::::\n"
        )
        if not (self.folder / "authorized").exists():
            self._write("authorized", "")
        sftp = "Subsystem sftp internal-sftp\n" if self.has_sftp else ""
        self._write(
            "config",
            f"Port {self.port}\nListenAddress {self.listens}\n"
            f"HostKey {self.folder}/host_{self.host_key_kind}\nPidFile none\nUsePAM no\n"
            f"StrictModes no\nAuthorizedKeysFile {self.folder}/authorized\n"
            f"LogLevel VERBOSE\nUseDNS no\n{sftp}{self.rules}\n",
        )

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")


def wait_until(condition, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
