"""Bare aiosmtplib, as a program of its own: the same mail again and again, nothing kept.

Arguments: the mail server's port, its CA file, the file with the mail, how many mails, by how
many connections. It says "ready" once all are signed in, sends upon "go", and answers when done.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from itertools import count
from pathlib import Path

from aiosmtplib import SMTP

TOKEN = "t" * 2000  # as long as Entra's


async def main() -> None:
    """Send them all."""
    port, ca_file, mail = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_bytes()
    mails, connections = int(sys.argv[4]), int(sys.argv[5])
    context = ssl.create_default_context(cafile=ca_file)
    open_ones = [await _signed_in(port, context) for _ in range(connections)]
    print(f"ready {time.time():.6f}", flush=True)
    sys.stdin.readline()
    numbers = count()
    await asyncio.gather(*(_send(one, mail, numbers, mails) for one in open_ones))
    print(f"go {time.time():.6f}", flush=True)
    sys.stdin.readline()  # its CPU is read before it ends
    for one in open_ones:
        await one.quit()


async def _signed_in(port: int, context: ssl.SSLContext) -> SMTP:
    client = SMTP(
        hostname="localhost",
        port=port,
        use_tls=True,
        tls_context=context,
        username="noroshi@example.com",
        oauth_token_generator=_token,
    )
    await client.connect()
    return client


async def _token() -> str:
    return TOKEN


async def _send(client: SMTP, mail: bytes, numbers: count[int], mails: int) -> None:
    while next(numbers) < mails:
        await client.sendmail("noroshi@example.com", ["ops@example.com"], mail)


if __name__ == "__main__":
    asyncio.run(main())
