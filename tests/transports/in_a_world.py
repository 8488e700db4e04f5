"""Sends a mail to mail.example by SMTP, and posts to it by HTTP; prints each verdict.

It is run where the network is another one. Argument: the address that the servers listen at.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from noroshi.core.mail import Network
from noroshi.network.http import Patience, open_http
from noroshi.ports import Clocks, TransportContext
from noroshi.transports.smtp.transport import Options, SmtpTransport
from tests.network.sites import Site
from tests.transports.mail_server import MailServer, make_certificate
from tests.transports.smtp.test_transport import LETTER, NOW, PATIENT


async def nothing(*asked):
    raise AssertionError(asked)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tls = make_certificate(Path(folder), "mail.example")
        ca_file = str(Path(folder) / "ca.pem")
        clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
        outside = TransportContext(clocks, nothing, nothing, Network(ca_file=ca_file))
        await mailed(tls, outside)
        await posted(tls, outside)


async def mailed(tls, outside):
    async with MailServer(tls=tls).open(sys.argv[1]) as server:
        wanted = Options(host="mail.example", port=server.port, sender="n@mail.example")
        transport = SmtpTransport(wanted, outside, PATIENT)
        receipt = await transport.send(LETTER)
        await transport.close()
    print(receipt.answers["aki@example.com"].verdict.name)


async def posted(tls, outside):
    async with Site(tls=tls).open(sys.argv[1]) as site:
        http = await open_http(outside, (), Patience(connect=300))
        reply = await http.post(f"https://mail.example:{site.port}/", b"{}", {})
        await http.close()
    print("ACCEPTED" if reply.status == 200 else reply)


if __name__ == "__main__":
    asyncio.run(main())
