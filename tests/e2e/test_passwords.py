"""A route with a password, from its definition to the mail: what is said until it is in the vault."""

import pytest
from aiosmtpd.smtp import AuthResult

from tests.e2e.world import Home, MailServer, until
from tests.ports import free_port
from tests.transports.mail_server import make_certificate

RIGHT, WRONG = "correct-horse ばってりー", "battery-staple-CANARY"


class Relay:
    """A mail server that wants to know who sends, in TLS alone."""

    def __init__(self, folder):
        self.mails, self.tried = [], []
        self.controller = MailServer(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            tls_context=make_certificate(folder),
            authenticator=self.authenticate,
            auth_required=True,
        )
        self.controller.start()

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        self.tried.append(data.password.decode())
        return AuthResult(success=self.tried[-1] == RIGHT, handled=False)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.content)
        return "250 2.0.0 OK"


@pytest.fixture
def relay(tmp_path):
    found = Relay(tmp_path)
    yield found
    found.controller.stop()


@pytest.fixture
def home(relay, tmp_path):
    found = Home(tmp_path)
    found.define(
        routes__relay=f"""
            kind = "smtp"
            [options]
            host = "localhost"
            port = {relay.controller.port}
            ca_file = "{tmp_path / "ca.pem"}"
            sender = "alerts@contoso.example"
            password = "relay-password"
        """
    )
    yield found
    found.end()


def put(home, password):
    home.run("secret", "set", "relay-password", "--file", "-", input=f"{password}\n")


def said_of_the_route(home):
    return home.run("status", "--json").stdout


def test_a_password_is_asked_for_refused_mended_and_shown_nowhere(home, relay, tmp_path):
    home.run("send", "--to", "a@contoso.example", "--subject", "s", "--text", "t")
    home.serve_warm()
    until(
        lambda: "noroshi secret set relay-password" in said_of_the_route(home),
        "what is missing",
    )
    told = home.run("send", "--to", "a@contoso.example", "--subject", "s", "--text", "t").stderr
    assert told.startswith("To a@contoso.example: not sent yet; route ")
    assert "the vault has no entry “relay-password”" in told
    put(home, WRONG)
    until(
        lambda: "did not let alerts@contoso.example sign in" in said_of_the_route(home), "535"
    )
    assert relay.tried == [WRONG] and relay.mails == []
    put(home, RIGHT)
    until(lambda: relay.mails, "the mail, as the route that rested is tried at once")
    told = home.run("send", "--to", "a@contoso.example", "--subject", "s", "--text", "t").stderr
    assert told.startswith("To a@contoso.example: accepted by the server")
    home.end()
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert WRONG.encode() not in kept and RIGHT.encode() not in kept


def test_a_route_with_a_password_needs_no_page_to_sign_in_at(home):
    done = home.run("authorize", "relay", check=False)
    assert done.returncode == 5
    assert "signs in with a password. Store it: noroshi secret set" in done.stderr


def test_without_a_terminal_a_file_is_wanted(home):
    done = home.run("secret", "set", "relay-password", input=RIGHT, check=False)
    assert done.returncode == 3 and "--file FILE" in done.stderr
    empty = home.run("secret", "set", "x", "--file", "-", input="\n", check=False)
    assert empty.returncode == 3 and "nothing was saved" in empty.stderr
