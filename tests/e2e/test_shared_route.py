"""An agent notifies through a route that its hub shares, with a secret of the hub, while the hub is
away: two real nodes, a server for mail, and one for a webhook."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.e2e.test_agent_alarms import ROUTE, SHOP, Shop, caught_up, killed, known
from tests.e2e.test_agent_alone import SHORTEST, alarms, ledger, sender
from tests.e2e.world import until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
SECRET_PATH = "/hook/Xq7-8Q.geheim"


class Webhook:
    """Takes what is posted to its secret URL."""

    def __init__(self):
        self.posts = posts = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                is_right = self.path == SECRET_PATH
                if is_right:
                    posts.append(json.loads(body))
                self.send_response(200 if is_right else 404)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{SECRET_PATH}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def texts(self):
        return [json.dumps(one) for one in self.posts if "shop" in json.dumps(one)]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def webhook():
    webhook = Webhook()
    yield webhook
    webhook.close()


@pytest.fixture
def shop(hub, server, mailbox, webhook):
    """The agent fs01 watches a port, and the hub shares its webhook with it."""
    with (hub.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(SHORTEST)
    shop = Shop()
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    hub.call("set_secret", name="hook", value=webhook.url)
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=mailbox.port),
        routes__hook='kind = "webhook"\n[options]\nurl_entry = "hook"\nplain_http = true',
        instances__files=SHOP.format(port=shop.port).replace('"1s"', '"5s"'),
    )
    known(server, "critical")
    until(lambda: alarms(mailbox) and not hub.queue(), "the alarm")
    hub.run("agent", "share", "fs01", "hook")
    until(lambda: sender(server) == ("linked", "promised"), "the hub to know of the route")
    return shop


def test_the_agent_notifies_by_the_shared_route_while_the_hub_is_away(
    hub, server, mailbox, webhook, shop
):
    assert webhook.texts() == []
    killed(hub.running[-1])
    with shop.open():
        known(server, "ok")
        until(webhook.texts, "the agent to notify")
        assert sender(server) == ("alone", "hub-away")
        hub.serve_warm()
        until(lambda: sender(server)[0] == "linked", "the hub to notify again")
        caught_up(hub, server)
        until(lambda: not hub.queue(), "the hub to have sent what it may")
    (text,) = webhook.texts()
    assert "[RECOVERED]" in text
    assert alarms(mailbox) == ["[CRITICAL]"]
    assert ledger(hub)[:2] == [("accepted", {""}), ("accepted", {"fs01"})]
    nothing_readable(server)
    hub.run("agent", "unshare", "fs01", "hook")
    until(lambda: sender(server)[0] == "no-route", "the agent to have no route")
    assert "routes/hook" not in server.link()["given"]
    assert hub.call("agent_revoke", agent="fs01")["secrets"] == ["hook"]


def test_an_agent_that_forbids_it_withdraws_the_route_while_the_hub_is_away(
    hub, server, mailbox, webhook, shop
):
    killed(hub.running[-1])
    killed(server.running[-1])
    with (server.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write("\nhub_routes = false\n")
    server.serve_warm()
    until(lambda: sender(server)[0] == "no-route", "the agent to have no route")
    assert "routes/hook" not in server.link()["given"]
    hub.serve_warm()
    until(lambda: not hub.call("agent_show", agent="fs01")["accepts_routes"], "the hub to know")
    server.until_linked()
    assert "routes/hook" not in server.link()["given"]


def nothing_readable(server):
    """No file of the agent has the secret as it is."""
    for file in server.folder.rglob("*"):
        if file.is_file():
            assert SECRET_PATH.encode() not in file.read_bytes(), file
