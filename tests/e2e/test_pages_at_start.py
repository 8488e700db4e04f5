"""A node that starts with many pages to look at: the first looks come together, and what it takes
to look at a page is there before any of them."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.world import Home, status_of, until

PAGES = 60


class Shop(BaseHTTPRequestHandler):
    """Answers whoever asks, and says nothing of it."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_):
        pass


@pytest.fixture
def shop():
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def test_no_page_is_called_unknown_at_the_start(home, shop):
    monitors = "".join(
        f'[[group.monitor]]\nname = "page-{n}"\nkind = "http"\n'
        f'[group.monitor.options]\nurl = "http://127.0.0.1:{shop.server_port}/{n}"\n'
        for n in range(PAGES)
    )
    home.define(instances__web1=f'every = "1s"\n[[group]]\nname = "pages"\n{monitors}')
    home.serve()
    until(lambda: all(one["items"] for one in status_of(home)["monitors"]), "each first look")
    said = (home.folder.parent / "node.log").read_text(encoding="utf-8")
    assert "definitions in use version=1 " in said  # it is the log of this node
    assert [line for line in said.splitlines() if "UNKNOWN" in line or "failed" in line] == []
    assert len(status_of(home)["monitors"]) == PAGES
