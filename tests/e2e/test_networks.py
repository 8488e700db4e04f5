"""A route through the office's proxy, from its definition to the mail; a webhook takes over."""

import asyncio
import json
import threading
from contextlib import contextmanager

import pytest

from tests.e2e.world import Home, Mailbox, until
from tests.network.proxies import Proxy
from tests.network.sites import Site

RIGHT, WRONG = "ばってりー staple-CANARY", "battery-CANARY"


@contextmanager
def running(thing):
    """A server of the loop's, for a test that is no coroutine."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    ready = threading.Event()

    async def serve():
        async with thing.open():
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    yield thing
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture
def proxy():
    with running(Proxy(log_in=f"noroshi:{RIGHT}")) as found:
        yield found


@pytest.fixture
def mailbox():
    found = Mailbox().open()
    yield found
    found.close()


@pytest.fixture
def home(tmp_path):
    found = Home(tmp_path)
    yield found
    found.end()


def put(home, value, name="proxy"):
    home.run("secret", "set", name, "--file", "-", input=f"{value}\n")


def said_of_the_route(home):
    return home.run("status", "--json").stdout


def test_the_proxy_s_password_is_asked_for_refused_mended_and_shown_nowhere(
    home, proxy, mailbox, tmp_path
):
    home.define(
        networks__office=f"""
            proxy = "{proxy.address}"
            proxy_user = "noroshi"
            proxy_password = "proxy"
        """,
        routes__relay=f"""
            kind = "smtp"
            network = "office"
            [options]
            host = "localhost"
            port = {mailbox.port}
            protection = "none"
            sender = "alerts@contoso.example"
        """,
    )
    home.run("send", "--to", "a@contoso.example", "--subject", "s", "--text", "t")
    home.serve_warm()
    until(lambda: "noroshi secret set proxy" in said_of_the_route(home), "what is missing")
    put(home, WRONG)
    until(lambda: "refused noroshi's login (407)" in said_of_the_route(home), "407")
    put(home, RIGHT)
    until(lambda: mailbox.mails, "the mail")
    assert f"localhost:{mailbox.port}" in proxy.asked
    told = said_of_the_route(home) + (tmp_path / "node.log").read_text("utf-8")
    assert RIGHT not in told and WRONG not in told
    for path in home.folder.rglob("*"):
        if path.is_file():
            assert RIGHT.encode() not in path.read_bytes(), path


def test_a_webhook_takes_over_while_the_mail_server_is_away(home):
    with running(Site()) as site:
        home.define(
            contacts__ops='addresses = ["ops@contoso.example"]',
            routes__relay="""
                kind = "smtp"
                [options]
                host = "127.0.0.1"
                port = 9
                protection = "none"
                sender = "alerts@contoso.example"
            """,
            routes__chat="""
                kind = "webhook"
                [options]
                url_entry = "chat"
                plain_http = true
                shape = "slack"
            """,
        )
        put(home, f"http://127.0.0.1:{site.port}/hooks/CANARY-of-a-hook", "chat")
        words = ["--to", "ops", "--subject", "Disk full", "--text", "95 %"]
        home.run("send", *words, "--route", "relay", "--route", "chat")
        home.serve_warm()
        until(lambda: site.heard, "the post")
        until(lambda: home.queue() == 0, "the end of it")
    assert json.loads(site.heard[0].body) == {"text": "*Disk full*\n95 %"}
    assert "CANARY-of-a-hook" not in said_of_the_route(home)


def test_a_page_is_watched_through_the_proxy_that_its_monitor_names(home, proxy):
    with running(Site()) as site:
        home.define(
            networks__office=f"""
                proxy = "{proxy.address}"
                proxy_user = "noroshi"
                proxy_password = "proxy"
            """,
            instances__shop=f"""
                rules = []
                [[group]]
                name = "web"
                [[group.monitor]]
                name = "page"
                kind = "http"
                every = "1s"
                network = "office"
                [group.monitor.options]
                url = "http://127.0.0.1:{site.port}/"
                has = ["ok"]
            """,
        )
        home.serve_warm()
        until(lambda: "noroshi secret set proxy" in said_of_the_route(home), "what is missing")
        put(home, RIGHT)
        until(lambda: site.heard, "the look")
        told = json.loads(home.run("try", "shop/web/page", "--json").stdout)
    assert told["level"] == "ok" and set(proxy.asked) == {f"127.0.0.1:{site.port}"}
