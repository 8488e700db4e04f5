"""Bare Python doing the work of a benchmark without Noroshi, as a program of its own.

A figure in seconds says as much about the processor as about the program. The same work done by
the fewest lines that can do it, in the same run on the same machine, makes a ratio of it.

`python -m benchmarks.reference NAME ARGUMENTS` says "ready", does its work upon "go", answers when
it is done, and ends with its standard input, so that its CPU can be read before.

    connect TARGETS PERIOD SECONDS   connect to each [address, port] of a JSON file every PERIOD
    spawn SECONDS RATE PROGRAM ...   run a program that many times a second, and hear it out
    look MONITORS PERIOD SECONDS     read this computer's disks, memory and processes once a second,
                                     and answer that many monitors a PERIOD from it
    answer REQUESTS                  verify the signatures of that many requests, read each and answer
                                     it, all through TLS in memory; nothing is judged or stored
    store FOLDER                     read all TOML files below it, put each into SQLite, commit
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import select
import socket
import ssl
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pysqlite3 import dbapi2 as sqlite

from benchmarks.certificate import make_certificate
from benchmarks.programs import Helper
from benchmarks.usage import usage

TICK = 0.1  # seconds for which connections that are due are gathered, as Noroshi gathers them
LONG = 10.0  # seconds after which the CPU of one connection or one program is known well enough
SHORT = 3  # times that a short work is done
REQUEST = {"clock": 0.0, "about": "x" * 400}  # as long as what an agent asks for news with
WANTED = b"noroshi"  # the name that the monitors of processes look for


def main() -> None:
    """Do the named work once."""
    work = WORKS[sys.argv[1]]
    print(f"ready {time.time():.6f}", flush=True)
    sys.stdin.readline()
    work(*sys.argv[2:])
    print(f"go {time.time():.6f}", flush=True)
    sys.stdin.readline()


def cpu_of(name: str, *arguments: object) -> float:
    """Return the CPU seconds that a reference needs for its work."""
    with Helper("reference", name, *arguments) as reference:
        before = usage(reference.process.pid).cpu
        reference.tell("go")
        return usage(reference.process.pid).cpu - before


def seconds_of(name: str, *arguments: object) -> float:
    """Return the seconds that a reference needs from "go" to its answer: the least of a few, for it
    is short, and a busy moment would flatter whatever stands beside it."""
    return min(_seconds_once(name, *arguments) for _ in range(SHORT))


def _seconds_once(name: str, *arguments: object) -> float:
    with Helper("reference", name, *arguments) as reference:
        began = time.time()
        return reference.tell("go") - began


def _connect(targets: str, period: str, seconds: str) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    addresses = [tuple(target) for target in json.loads(Path(targets).read_text())]
    asyncio.run(_connect_all(addresses, float(period), float(seconds)))


async def _connect_all(addresses: list[tuple[str, int]], period: float, seconds: float) -> None:
    """Connect to each address once a period, spread evenly over it, for that many seconds."""
    begun, done = time.monotonic(), 0
    while (passed := time.monotonic() - begun) < seconds:
        due = int(passed / period * len(addresses))
        chosen = [addresses[n % len(addresses)] for n in range(done, due)]
        await asyncio.gather(*map(_connect_once, chosen))
        done = due
        await asyncio.sleep(TICK)


async def _connect_once(address: tuple[str, int]) -> None:
    with socket.socket() as sock:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)


def _spawn(seconds: str, rate: str, *argv: str) -> None:
    begun, done = time.monotonic(), 0
    while (passed := time.monotonic() - begun) < float(seconds):
        for _ in range(done, due := int(passed * float(rate))):
            _spawn_once(argv)
        done = due
        time.sleep(TICK)


def _spawn_once(argv: tuple[str, ...]) -> None:
    """In a session of its own, with its outputs in pipes; until its end, by a handle."""
    pipes = [os.pipe() for _ in range(2)]
    actions = [(os.POSIX_SPAWN_DUP2, pipe[1], number + 1) for number, pipe in enumerate(pipes)]
    pid = os.posix_spawn(argv[0], argv, {}, file_actions=actions, setsid=True)
    handle = os.pidfd_open(pid)
    select.select([handle], [], [])
    for reads, writes in pipes:
        os.close(writes)
        while os.read(reads, 65536):
            pass
        os.close(reads)
    os.close(handle)
    os.waitpid(pid, 0)


def _look(monitors: str, period: str, seconds: str) -> None:
    """As strict as can be: what all who are due within a second ask for is read once for them, as
    Noroshi reads it, by the same system calls and no others. No answer is judged or kept, and no
    volume that hangs is thought of: those are Noroshi's own work, and what the ratio is about."""
    begun, done = time.monotonic(), 0
    for second in range(1, round(float(seconds)) + 1):
        time.sleep(max(0.0, begun + second - time.monotonic()))
        disks, memory, processes = _disks(), _memory(), _processes()
        for number in range(done, due := int(second / float(period) * int(monitors))):
            kind = number % 3
            if kind == 0:
                disks.copy()
            elif kind == 1:
                memory.copy()
            else:
                [process for process in processes if process[0] == WANTED]
        done = due


def _disks() -> dict[str, os.statvfs_result]:
    lines = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return {words[4]: os.statvfs(words[4]) for words in lines if words[-2].startswith("/dev/")}


def _memory() -> dict[str, str]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines)}


def _processes() -> list[tuple[bytes, bytes, bytes]]:
    """Name, user and command line of each."""
    found = []
    for entry in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208  paths cost
        with suppress(OSError):  # it has ended since
            status, command = _read(f"/proc/{entry}/status"), _read(f"/proc/{entry}/cmdline")
            _, _, rest = status.partition(b"Uid:\t")
            found.append((status[6 : status.index(b"\n")], rest.split(None, 1)[0], command))
    return found


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 1 << 14)
    finally:
        os.close(file)


def _answer(requests: str) -> None:
    """As an agent's hub at the least: one connection, whose handshake is over."""
    server, client = _tls_pair()
    key = ec.generate_private_key(ec.SECP256R1())
    body = json.dumps(REQUEST).encode()
    signature = key.sign(body, ec.ECDSA(hashes.SHA256()))
    for _ in range(int(requests)):
        client.write(body)
        heard = server.read(len(body))
        key.public_key().verify(signature, heard, ec.ECDSA(hashes.SHA256()))
        server.write(json.dumps({"clock": json.loads(heard)["clock"]}).encode())
        client.read(1 << 14)


def _tls_pair() -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Return both ends of a connection by TLS, with a certificate of their own."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, _ = make_certificate(Path(folder))
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(certificate)
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving.wrap_bio(there, back, server_side=True)
    client = asking.wrap_bio(back, there)
    for end in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()
    return server, client


def _store(folder: str) -> None:
    """Read and keep each file; one transaction, synced as Noroshi's are."""
    store = Path(folder).with_suffix(".reference.db")
    store.unlink(missing_ok=True)
    database = sqlite.connect(str(store))
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE documents (name TEXT PRIMARY KEY, body TEXT) STRICT")
    for file in Path(folder).rglob("*.toml"):
        body = json.dumps(tomllib.loads(file.read_text(encoding="utf-8")))
        database.execute("INSERT INTO documents VALUES (?, ?)", (str(file), body))
    database.commit()
    database.close()


WORKS: Mapping[str, Callable[..., None]] = {
    "connect": _connect,
    "spawn": _spawn,
    "look": _look,
    "answer": _answer,
    "store": _store,
}


if __name__ == "__main__":
    main()
