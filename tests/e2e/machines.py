"""Computers that are namespaces of this one, with a cable each to one switch: run by root.

Each has a network, mounts and a host name of its own, a volume for the home folder of its node,
and a disk that the others lack. Nothing of them has a name outside, and each ends with the process
that holds it, which ends with this one: so they are gone however a test ends.
"""

import ctypes
import os
import subprocess
from contextlib import contextmanager
from ipaddress import ip_interface
from pathlib import Path

from tests.warm.server import MACHINE

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
HELD = (
    *("setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--uts"),
    *("sh", "-euc"),
)
HOLD = "echo ready; exec sleep infinity"
SWITCH = "ip link add switch type bridge; ip link set switch up;"
MACHINE_SETUP = """
echo {name} >/proc/sys/kernel/hostname
mount -t tmpfs -o size={size}m tmpfs {folder}
mkdir {folder}/disk
mount -o loop {image} {folder}/disk
echo {name} | md5sum | cut -c -32 >{folder}/machine-id
test ! -e /etc/machine-id || mount --bind {folder}/machine-id /etc/machine-id
ip link set lo up
"""
FILTER = """
table inet field {{
    chain incoming {{ type filter hook input priority 0; {incoming}; }}
    chain outgoing {{ type filter hook output priority 0; {outgoing}; }}
}}
"""


def run(*argv, text=None):
    subprocess.run(
        list(map(str, argv)), check=True, input=text, text=True, stdout=subprocess.PIPE
    )


class Holder:
    """A process that keeps namespaces of its own until it ends."""

    def __init__(self, setup):
        self.process = subprocess.Popen(
            [*HELD, setup + HOLD], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout.readline() == "ready\n", setup

    @property
    def prefix(self):
        """Before a command, lets it run there."""
        where = ("--target", str(self.process.pid), "--net", "--mount", "--uts")
        return ("setpriv", "--pdeathsig", "KILL", "nsenter", *where)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Machine(Holder):
    """A computer at a switch. `folder` is a volume of `size` MiB that is there alone; what a test
    wants of it, it finds in `outside`."""

    def __init__(self, switch, folder, address, size=128):
        folder.mkdir()
        self.name, self.folder, self.address = folder.name, folder, str(address.ip)
        image = folder.with_suffix(".image")
        with image.open("wb") as file:
            file.truncate(2 << 20)
        run("mkfs.ext4", "-q", image)
        super().__init__(
            MACHINE_SETUP.format(name=self.name, size=size, folder=folder, image=image)
        )
        self.outside = Path(f"/proc/{self.process.pid}/root{folder}")
        self.environment = {MACHINE: str(self.process.pid)}
        self._connect(switch, address)

    def _connect(self, switch, address):
        ends = "type", "veth", "peer", "name", "eth0", "netns", self.process.pid
        run(*switch.prefix, "ip", "link", "add", self.name, *ends)
        run(*switch.prefix, "ip", "link", "set", self.name, "master", "switch", "up")
        run(*self.prefix, "ip", "address", "add", address, "dev", "eth0")
        run(*self.prefix, "ip", "link", "set", "eth0", "up")

    def own_path(self, path):
        """A path of `outside` as the computer itself knows it."""
        return self.folder / path.relative_to(self.outside)

    @contextmanager
    def network(self):
        """Sockets and threads that are made meanwhile are on that computer."""
        with _opened("/proc/thread-self/ns/net") as own:
            with _opened(f"/proc/{self.process.pid}/ns/net") as there:
                _enter(there)
            try:
                yield
            finally:
                _enter(own)

    def filters(self, incoming="accept", outgoing="accept"):
        """Rules of nft(8) for its packets, in place of those before."""
        rules = FILTER.format(incoming=incoming, outgoing=outgoing)
        self.heal()
        run(*self.prefix, "nft", "-f", "-", text=rules)

    def heal(self):
        """All packets pass."""
        run(*self.prefix, "nft", "flush", "ruleset")

    def cut_from(self, peer):
        """No packet passes between the two."""
        self.filters(f"ip saddr {peer.address} drop", f"ip daddr {peer.address} drop")

    def hear_nothing_from(self, peer):
        """What this computer says arrives, and no answer does."""
        self.filters(incoming=f"ip saddr {peer.address} drop")

    def cut_off(self):
        """No packet passes to or from another computer."""
        self.filters('iifname "eth0" drop', 'oifname "eth0" drop')

    def say_nothing_to(self, peer):
        """The connection stands, and nothing of what this computer says arrives."""
        self.filters(outgoing=f"ip daddr {peer.address} drop")

    def lose(self, percent, peer):
        """Each packet between the two is lost with that probability."""
        lost = f"numgen random mod 100 < {percent} drop"
        self.filters(f"ip saddr {peer.address} {lost}", f"ip daddr {peer.address} {lost}")


class Field:
    """A switch, and the computers at it."""

    def __init__(self, folder):
        self.folder, self.machines = folder, []
        self.switch = Holder(SWITCH)

    def machine(self, name, **given):
        address = ip_interface(f"10.77.0.{len(self.machines) + 1}/24")
        machine = Machine(self.switch, self.folder / name, address, **given)
        self.machines.append(machine)
        return machine

    def end(self):
        for holder in (*self.machines, self.switch):
            holder.end()


@contextmanager
def _opened(path):
    file = os.open(path, os.O_RDONLY)
    try:
        yield file
    finally:
        os.close(file)


def _enter(network):
    """setns(2) of this thread, which the os module has from Python 3.12 on."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(network, NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "cannot enter the network of a machine")
