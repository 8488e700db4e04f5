"""A node as a process with its manager on a free port: its people, its memory, and requests that
are written byte by byte."""

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

from noroshi.cli.clients.socket import SocketClient
from tests.e2e.world import Home

GOOD = "correct horse battery"


class Managed:
    """The node, its manager's port, and an API token of each role."""

    def __init__(self, folder: Path, web: str = "{ port = 0 }"):
        self.home = Home(folder)
        settings = self.home.folder / "noroshi.toml"
        text = settings.read_text("utf-8").replace("web = false", f"web = {web}")
        settings.write_text(text, "utf-8")
        self.node, self.port = None, 0

    def open(self):
        self.node = self.home.serve()
        told = ""
        while not (found := re.search(r"https?://[^\s/]+:(\d+)/", told)):
            told += self.node.stdout.readline()
        self.port = int(found[1])
        self.ask("user_add", name="boss", role="administrator", password=GOOD)
        return self

    def close(self):
        self.home.end()

    @property
    def door(self) -> Path:
        return self.home.folder / "door.sock"

    def ask(self, op, **args):
        return SocketClient(self.door).call(op, **args)

    def token(self, role: str) -> str:
        made = self.ask("token_new", name=role, role=role, programs=True)
        return made["token"]

    # its memory

    def memory(self, name: str) -> int:
        """VmRSS or VmHWM of the process, in bytes (proc_pid_status(5))."""
        status = Path(f"/proc/{self.node.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) << 10

    def forget_the_peak(self) -> None:
        """VmHWM begins anew at what is resident now (proc_pid_clear_refs(5))."""
        Path(f"/proc/{self.node.pid}/clear_refs").write_text("5")

    # requests

    async def dial(self, source="127.0.0.1"):
        return await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(source, 0), limit=1 << 20
        )

    async def request(self, head: str, body: bytes = b"", source="127.0.0.1"):
        """Status, headers and body of the answer to one request on a connection of its own."""
        reader, writer = await self.dial(source)
        length = f"content-length: {len(body)}\r\n" if body else ""
        text = f"{head}\r\nhost: 127.0.0.1\r\nconnection: close\r\n{length}\r\n"
        try:
            writer.write(text.encode() + body)
            await writer.drain()
            return parted(await reader.read())
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def healthy(self, source="127.0.0.1", path="/healthz") -> bool:
        status, _, _ = await self.request(f"GET {path} HTTP/1.1", source=source)
        return status == 200


def parted(answer: bytes):
    """Status, headers and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1]) if lines[0] else 0
    headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
    return status, headers, body


def told(body: bytes):
    return json.loads(body)
