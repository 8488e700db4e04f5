"""Looks at a route to mail.example, and prints how each stage is and what is remarked.

It is run where the network is another one. Argument: the address that the server listens at.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from noroshi.transports.diagnostics.smtp import SmtpExamination
from noroshi.transports.smtp.options import Options
from tests.transports.diagnostics.examination_runner import (
    EXAM,
    PATIENT,
    outside,
    stages_of,
    states_of,
)
from tests.transports.mail_server import MailServer, make_certificate


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tls = make_certificate(Path(folder), "mail.example")
        async with MailServer(tls=tls).open(sys.argv[1]) as server:
            wanted = Options(
                host="mail.example",
                port=server.port,
                sender="n@mail.example",
                ca_file=str(Path(folder) / "ca.pem"),
            )
            stages = await stages_of(SmtpExamination(wanted, outside(), EXAM, PATIENT))
    print(states_of(stages))
    print(stages["dns"].found.en)
    print(*(remark.en for remark in stages["tcp"].remarks))


if __name__ == "__main__":
    asyncio.run(main())
