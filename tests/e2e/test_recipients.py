"""One mail for several people, each of whom the server answers in its own way."""

import json
from email import message_from_bytes, policy

import pytest

from tests.e2e.world import Home, MailServer, until
from tests.ports import free_port

PEOPLE = ("taken@contoso.example", "gone@contoso.example", "later@contoso.example")
NOT_OURS = "553 5.7.1 <alerts@contoso.example>: Sender address rejected: not owned by user svc"
NO, LATER = "550 5.1.1 User unknown", "451 4.2.2 Mailbox is busy"


class Choosy:
    """Takes some, and remembers for whom each mail was."""

    def __init__(self):
        self.says = {}
        self.mails = []
        self.port = free_port()
        self.controller = MailServer(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((tuple(envelope.rcpt_tos), mail))
        return "250 2.0.0 OK"


@pytest.fixture
def server():
    found = Choosy()
    yield found
    found.controller.stop()


@pytest.fixture
def home(server, tmp_path):
    found = Home(tmp_path)
    found.define(
        routes__plain=f"""
            kind = "smtp"
            [options]
            host = "127.0.0.1"
            port = {server.port}
            protection = "none"
            sender = "alerts@contoso.example"
        """,
        contacts__ops=f"addresses = {json.dumps(PEOPLE)}",
    )
    yield found
    found.end()


def sent(home):
    to = ("--to", "ops", "--route", "plain")
    return home.run("send", *to, "--subject", "s", "--text", "t").stdout.split()[-1]


def shown(home, id):
    return json.loads(home.run("queue", "show", id, "--json").stdout)


def test_each_has_a_verdict_and_only_the_deferred_are_tried_again(home, server):
    server.says = {PEOPLE[1]: NO, PEOPLE[2]: LATER}
    id = sent(home)
    home.serve_warm()
    until(lambda: server.mails, "the mail to the first")
    until(lambda: "Mailbox is busy" in json.dumps(shown(home, id)), "the first attempt")
    server.says = {PEOPLE[1]: NO}
    home.run("queue", "retry", id)
    until(lambda: len(server.mails) == 2, "the mail to the deferred")
    (first, one), (second, other) = server.mails
    assert first == PEOPLE[:1] and second == PEOPLE[2:]
    assert one["Message-ID"] == other["Message-ID"]
    assert one.as_bytes() == other.as_bytes()
    assert all(person in other["To"] for person in PEOPLE)
    until(lambda: "User unknown" in json.dumps(shown(home, id)), "what each was told")
    assert "User unknown" in home.run("queue", "show", id).stdout


def test_a_sender_that_is_refused_at_rcpt_is_the_route_s_fault_and_no_mail_s(home, server):
    server.says = dict.fromkeys(PEOPLE, NOT_OURS)
    ids = [sent(home) for _ in range(3)]
    home.serve_warm()
    until(lambda: "not owned by user" in str(route_of(home)["why"]), "the route to rest")
    assert home.status()["queue"]["set_aside"] == 0 == len(server.mails)
    said = " ".join(home.run("--lang", "en", "status").stdout.split())
    assert "not owned by user" in said and "does not accept alerts@contoso.example" in said
    server.says = {}
    home.run("queue", "retry", ids[0])  # as somebody does who has mended it
    until(lambda: len(server.mails) == 3, "the mails, once the server takes their sender")
    until(lambda: not home.queue(), "the queue to be empty")


def route_of(home):
    (route,) = (one for one in home.status()["routes"] if one["name"] == "plain")
    return route


def test_whom_every_server_refuses_is_set_aside_with_its_words(home, server):
    server.says = dict.fromkeys(PEOPLE, NO)
    id = sent(home)
    home.serve_warm()
    until(lambda: "User unknown" in home.run("queue", "list").stdout, "the queue's words")
    listed = home.run("queue", "list").stdout
    assert id in listed and "undeliverable" in listed
    assert server.mails == []
