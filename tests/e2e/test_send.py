"""`noroshi send` and `noroshi queue` through a running node: what is printed, and how they end."""

import json

import pytest

from tests.e2e.world import Home, Mailbox, until

NOBODY = "nobody@example.com"


class Choosy(Mailbox):
    """A mail server that does not know somebody, until told."""

    knows_all = False

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address == NOBODY and not self.knows_all:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"


@pytest.fixture(scope="module")
def server():
    box = Choosy().open()
    yield box
    box.close()


@pytest.fixture
def mailbox(server):
    """The server, open and empty."""
    server.raw.clear()
    server.knows_all = False
    return server


def a_home(folder, server):
    home = Home(folder)
    home.define(
        contacts__aki='addresses = ["aki@example.com"]\nlanguage = "ja"',
        contacts__ken='addresses = ["ken@example.com"]\nlanguage = "en"',
        routes__smtp1=f"""
            kind = "smtp"
            [options]
            host = "127.0.0.1"
            port = {server.port}
            protection = "none"
            sender = "noroshi@example.com"
        """,
    )
    return home


@pytest.fixture(scope="module")
def running(tmp_path_factory, server):
    """A running node; each test leaves its queue empty."""
    home = a_home(tmp_path_factory.mktemp("running"), server)
    home.serve_warm()
    yield home
    home.end()


@pytest.fixture
def home(tmp_path, mailbox):
    """A home whose node does not run yet."""
    home = a_home(tmp_path, mailbox)
    yield home
    home.end()


def send(home, *to, subject="hello", **given):
    names = [word for one in to for word in ("--to", one)]
    done = home.run("send", *names, "--subject", subject, "--text", "text", **given)
    return done.stdout.split()


def state(home, mail):
    return json.loads(home.run("queue", "show", mail, "--json").stdout)["queued"]["state"]


def test_a_mail_to_two_contacts_has_two_ids_and_can_be_followed_to_its_receipt(
    running, mailbox
):
    ids = send(running, "aki", "ken")
    assert len(ids) == 2
    until(lambda: len(mailbox.mails) == 2, "both mails")
    assert {mail["To"] for mail in mailbox.mails} == {"aki@example.com", "ken@example.com"}
    for mail in ids:
        until(lambda mail=mail: state(running, mail) == "accepted", "its receipt")
        shown = running.run("--lang", "en", "queue", "show", mail).stdout
        assert "accepted" in shown and "250 2.0.0" in shown and "hello" in shown
    assert running.run("--lang", "en", "queue", "list").stdout == "No messages are waiting.\n"
    assert running.run("queue", "list", "--json").stdout.strip() == "[]"


def test_a_mails_text_may_come_by_a_pipe(running, mailbox):
    running.run("send", "--to", "aki", "--subject", "ログ", input="一行目\n.\n三行目\n")
    until(lambda: mailbox.mails, "the mail")
    assert mailbox.mails[0]["Subject"] == "ログ"
    assert mailbox.mails[0].get_content().splitlines()[:3] == ["一行目", ".", "三行目"]


def test_mails_to_one_contact_arrive_in_the_order_in_which_they_were_sent(running, mailbox):
    subjects = [f"number {count}" for count in range(12)]
    for subject in subjects:
        send(running, "aki", subject=subject)
    until(lambda: len(mailbox.mails) == len(subjects), "every mail")
    assert [mail["Subject"] for mail in mailbox.mails] == subjects


def test_a_refused_mail_is_set_aside_told_and_tried_again_on_demand(running, mailbox):
    (mail,) = send(running, NOBODY)
    until(lambda: state(running, mail) == "set aside", "the mail to be set aside")
    assert "undeliverable" in running.run("--lang", "en", "queue", "list").stdout
    assert "保留" in running.run("--lang", "ja", "queue", "list").stdout
    assert "550 5.1.1 no such user" in running.run("queue", "show", mail).stdout
    assert checked(running) == 1
    mailbox.knows_all = True
    told = running.run("--lang", "en", "queue", "retry", mail).stdout
    assert told == f"Retrying {mail} now: hello\n"
    until(lambda: state(running, mail) == "accepted", "its receipt")
    assert len(mailbox.mails) == 1
    until(lambda: checked(running) == 0, "the queue to be looked at again, and well")


def test_a_mail_to_a_server_that_is_down_says_so_and_leaves_once_it_is_back(running, mailbox):
    mailbox.close()
    (mail,) = send(running, "aki")
    try:
        until(lambda: "route “smtp1” is down" in shown(running, mail), "the route to be down")
        assert not well(running)
    finally:
        mailbox.open()
    running.run("queue", "retry", mail, check=False)  # it may just be out by itself
    until(lambda: mailbox.mails, "the mail")
    until(lambda: well(running), "the route to be well")


def test_all_that_wait_are_retried_by_one_command(running, mailbox):
    mailbox.close()
    mails = [mail for n in range(2) for mail in send(running, "aki", subject=f"s{n}")]
    try:
        until(
            lambda: "route “smtp1” is down" in shown(running, mails[0]), "the route to be down"
        )
        told = running.run("--lang", "en", "queue", "retry-all").stdout
        assert told.startswith("Retrying ")
    finally:
        mailbox.open()
    running.run("queue", "retry-all")
    until(lambda: len(mailbox.mails) == len(mails), "both mails")


def shown(home, mail):
    return " ".join(home.run("--lang", "en", "queue", "show", mail).stdout.split())


def checked(home):
    return home.run("status", "--check", check=False).returncode


def well(home):
    routes = json.loads(home.run("status", "--json").stdout)["routes"]
    return all(route["state"] == "well" for route in routes)


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        pytest.param("send --to akki --subject s --text t", 3, "aki", id="an unknown contact"),
        pytest.param(
            "send --to aki --subject s --text t --route x", 3, "x", id="no such route"
        ),
        pytest.param("send --to aki --text t", 2, "--subject", id="no subject"),
        pytest.param("send --to aki --subject s --level bad", 2, "--level", id="no such level"),
        pytest.param("queue show 01J/send/x", 5, "01J/send/x", id="no such mail"),
        pytest.param("queue retry 01J/send/x", 5, "01J/send/x", id="nothing to try again"),
        pytest.param("authorize smtp1", 5, "smtp1", id="a route that needs no sign-in"),
        pytest.param("authorize smtp9", 5, "smtp9", id="no such route to sign in"),
        pytest.param("plan /nowhere", 3, "/nowhere", id="no such folder"),
        pytest.param("kinds nothing", 5, "nothing", id="no such kind"),
        pytest.param(
            "--door /nowhere.sock status", 4, "/nowhere.sock", id="nobody at the door"
        ),
        pytest.param("queue", 2, "noroshi queue", id="half a command"),
    ],
)
def test_what_cannot_be_done_ends_with_its_code_and_a_reason(running, argv, code, told):
    for language in ("en", "ja"):
        done = running.run("--lang", language, *argv.split(), check=False)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert told in done.stderr and "Traceback" not in done.stderr


def test_the_exit_code_tells_whether_the_mail_was_sent(running, mailbox):
    argv = ("send", "--subject", "s", "--text", "t", "--to")
    assert running.run(*argv, "aki").returncode == 0
    aside = running.run(*argv, NOBODY)
    assert aside.returncode == 8
    mailbox.knows_all = True
    running.run("queue", "retry", aside.stdout.strip())
    until(lambda: not running.queue(), "an empty queue")
    mailbox.close()
    waits = running.run(*argv, "aki")
    assert waits.returncode == 6 and "not sent yet;" in waits.stderr
    mailbox.open()
    running.run("queue", "retry", waits.stdout.strip(), check=False)  # it may just be out
    until(lambda: well(running) and not running.queue(), "the route to be well")


def test_a_mail_that_was_accepted_is_not_sent_again(running, mailbox):
    (mail,) = send(running, "aki")
    until(lambda: state(running, mail) == "accepted", "its receipt")
    again = running.run("--lang", "en", "queue", "retry", mail, check=False)
    assert again.returncode == 5 and "it was accepted" in again.stderr
    assert len(mailbox.mails) == 1


def test_without_a_node_mail_waits_for_it(home, mailbox):
    sent = home.run("--lang", "en", "send", "--to", "aki", "--subject", "s", "--text", "t")
    assert f"The message is sent once noroshi serve --home {home.folder} runs" in sent.stderr
    assert sent.returncode == 7
    assert home.run("status", "--check", check=False).returncode == 4
    home.serve_warm()
    until(lambda: mailbox.mails, "the mail that waited")
    until(lambda: not home.queue(), "an empty queue")
    assert home.run("status", "--check").returncode == 0
