"""What a connection with TLS costs while it rests."""

import asyncio
import asyncio.sslproto
import inspect
import ssl
import tracemalloc

from yarl import URL

from noroshi.web.http.http_server import TLS_RECORD
from tests.service.clients import open_manager
from tests.service.harness import Harness

MANY = 20


def test_asyncio_still_takes_the_size_of_its_buffers_from_there():
    source = inspect.getsource(asyncio.sslproto.SSLProtocol)
    assert "max_size = 256 * 1024" in source
    assert "self._ssl_buffer = bytearray(self.max_size)" in source


async def test_a_connection_that_rests_takes_no_more_than_a_record(tmp_path):
    """The client's side of each is in the same process, and counts as well."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    async with open_manager(Harness(), tmp_path, tls=True) as url:
        port = URL(url).port
        tracemalloc.start()
        ends = [
            await asyncio.open_connection("127.0.0.1", port, ssl=trust) for _ in range(MANY)
        ]
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size / MANY < 2 * (TLS_RECORD + (64 << 10))
        for _, writer in ends:
            writer.close()
