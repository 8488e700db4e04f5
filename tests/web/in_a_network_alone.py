"""A manager that other computers reach, in a network of its own: a program for test_agent_listener.py.

It prints, as JSON, what agents and browsers find there.
"""

import asyncio
import json
import ssl
import sys
from pathlib import Path

from noroshi.config.web import Web
from noroshi.web.context import WebContext
from noroshi.web.http.self_signed import CERTIFICATE, hash_of, pin_of
from noroshi.web.server import open_web
from tests.service.harness import Harness

WITHOUT_CHECKS = ssl.create_default_context()
WITHOUT_CHECKS.check_hostname, WITHOUT_CHECKS.verify_mode = False, ssl.CERT_NONE


async def status(port, path):
    """The status of an answer to whoever knows the node by another name than its browsers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=WITHOUT_CHECKS)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.9.9.9\r\nConnection: close\r\n\r\n".encode()
    )
    head = await reader.readline()
    writer.close()
    return int(head.split()[1])


async def main(home):
    harness, said = Harness(), []
    web = WebContext(service=harness.service, people=harness.people)
    settings = Web(address="0.0.0.0", port=0, hosts=("hub.example.com",))
    async with open_web(settings, home, web, said.append):
        endpoint = harness.service.context.endpoints.manager
        port, certificate = endpoint.port, home / CERTIFICATE
        found = {
            "host": endpoint.host,
            "pin": endpoint.pin == pin_of(certificate),
            "certificate": endpoint.certificate == hash_of(certificate),
            "page": await status(port, "/login"),
            "link": await status(port, "/link/1/install/x"),
        }
    found["closed"] = harness.service.context.endpoints.manager is None
    print(json.dumps(found))


asyncio.run(main(Path(sys.argv[1])))
