"""From nobody signed in to mail in the mailbox, and through all that can happen to a sign-in."""

import json
import signal
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from tests.e2e.labs import (
    LabInReach,
    LabProgram,
    SigningIn,
    define,
    secret_file,
    signed_in,
    walked,
)
from tests.e2e.world import PATIENCE, Home, until

NO_URL = "http://localhost/MxMail/"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The lab as a program; nothing in it is changed."""
    lab = LabProgram(tmp_path_factory.mktemp("lab")).start()
    yield lab
    lab.end()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


@pytest.fixture
def near(tmp_path, home):
    """A lab within reach, whose tokens are soon too old."""
    lab = LabInReach(tmp_path / "lab", token_seconds=10)
    yield lab
    home.end()
    lab.end()


@pytest.fixture
def running(home, lab):
    """A node that nobody has signed in yet, with the lab's program beside it."""
    define(home, lab)
    home.serve_warm()
    return home


def send(home, subject):
    """The mail's id."""
    ops = ("--to", "ops", "--subject", subject, "--text", "text")
    return home.run("send", *ops).stdout.strip()


def route(home):
    return next(iter(json.loads(home.run("status", "--json").stdout)["routes"]))


def words(text):
    """The text without its columns and line breaks."""
    return " ".join(text.split())


def arrived(lab, subject):
    return any(mail.subject == subject for mail in lab.mails)


def test_what_waits_leaves_once_somebody_has_signed_in(running, lab):
    send(running, "it waited")
    until(lambda: route(running)["state"] == "not signed in", "the route to say so")
    told = words(running.run("status").stdout)
    assert f"noroshi authorize --home {running.folder} m365" in told  # to be typed as it stands
    said = signed_in(running, lab, *secret_file(running, lab))
    assert "Route “m365 [lab]” is signed in as alerts@contoso.example." in said
    until(lambda: arrived(lab, "it waited"), "the mail that waited")
    until(lambda: not running.queue(), "an empty queue")
    assert route(running)["state"] == "well"
    send(running, "and one more")
    until(lambda: arrived(lab, "and one more"), "a mail after it")
    mail = next(mail for mail in lab.mails if mail.subject == "it waited")
    assert "XOAUTH2 alerts@contoso.example" in mail.received


def test_a_browser_on_this_computer_comes_back_by_itself(running, lab):
    send(running, "it waited for a browser")
    sitting = SigningIn(running, "--here", *secret_file(running, lab), language="ja")
    address = walked(lab.card, sitting.url)
    with urlopen(address, timeout=PATIENCE) as page:
        text = page.read().decode()
    said, _ = sitting.process.communicate(timeout=PATIENCE)
    assert sitting.process.returncode == 0, said
    assert "経路「m365」のサインインが完了しました。" in text and "<script" not in text
    assert "経路「m365 [ラボ]」のサインインが完了しました" in said
    until(lambda: arrived(lab, "it waited for a browser"), "the mail that waited")


def test_a_lab_s_route_is_marked_where_the_node_says_by_what_it_sends(running):
    running.end()
    node = running.start("-m", "noroshi.cli", "--home", str(running.folder), "serve")
    assert "sending through m365 (smtp [lab] localhost:" in node.stdout.readline()
    assert "smtp [lab]" in running.run("status").stdout


@pytest.mark.parametrize(
    ("language", "told"),
    [
        pytest.param("en", "it contains no code", id="in English"),
        pytest.param("ja", "code がありません", id="in Japanese"),
    ],
)
def test_what_is_no_finished_sign_in_is_told_as_such(running, lab, language, told):
    sitting = SigningIn(running, *secret_file(running, lab), language=language)
    code, said = sitting.paste(NO_URL)
    assert code == 3 and told in said


def test_every_wrong_paste_gets_its_own_words_and_does_no_harm(running, lab):
    first = SigningIn(running, *secret_file(running, lab))
    old = walked(lab.card, first.url)
    first.end()
    assert "belongs to an earlier sign-in" in refused(running, old)
    assert "URL of the sign-in page" in refused(running, first.url)
    assert "URL is incomplete" in refused(running, lambda url: walked(lab.card, url)[:60])
    assert route(running)["state"] == "not signed in"
    said = signed_in(running, lab)
    assert "is signed in" in said


def refused(home, pasted):
    """What is said of it; `pasted` may need the page's address to be made."""
    sitting = SigningIn(home)
    code, said = sitting.paste(pasted(sitting.url) if callable(pasted) else pasted)
    assert code in (1, 3) and "Traceback" not in said
    return said


def test_a_second_paste_of_the_same_address_changes_nothing(running, lab):
    sitting = SigningIn(running, *secret_file(running, lab))
    address = walked(lab.card, sitting.url)
    assert sitting.paste(address)[0] == 0
    with pytest.raises(RefusedError) as twice:
        SocketClient(running.folder / "door.sock").call(
            "authorize_finish", route="m365", pasted=address
        )
    assert "the sign-in is complete" in twice.value.words.en
    assert "earlier sign-in" in refused(running, address)
    assert route(running)["state"] == "well"


def test_a_wrong_client_secret_is_told_with_who_must_mend_it(running, lab, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("certainly~not-it", encoding="utf-8")
    sitting = SigningIn(running, "--secret-file", str(wrong))
    code, said = sitting.paste(walked(lab.card, sitting.url))
    assert code == 1
    assert "The client secret is wrong (AADSTS7000215)" in said
    assert "certainly" not in said
    signed_in(running, lab, *secret_file(running, lab))


def test_a_revoked_sign_in_holds_the_mail_until_the_next_one(home, near):
    define(home, near)
    home.serve_warm()
    signed_in(home, near, *secret_file(home, near))
    send_and_part(home, near, "before")
    near.revoke(before=datetime.now(UTC))
    send(home, "held")
    until(lambda: route(home)["state"] == "needs somebody", "the route to say so")
    told = words(home.run("status").stdout)
    assert "AADSTS50173" in told and "Sign in again." in told
    assert home.run("status", "--check", check=False).returncode == 1
    assert home.queue() == 1 and not arrived(near, "held")
    signed_in(home, near)
    until(lambda: arrived(near, "held"), "the mail that was held")
    until(lambda: not home.queue(), "an empty queue")
    assert route(home)["state"] == "well"


def send_and_part(home, lab, subject):
    """Send; the lab then ends the connection, so that the next mail needs a token again."""
    lab.faults.drop_after_ok = 1
    send(home, subject)
    until(lambda: arrived(lab, subject) and not home.queue(), subject)
    until_the_token_is_old()


def until_the_token_is_old():
    """The lab gives them ten seconds, of which we use five."""
    old = datetime.now(UTC) + timedelta(seconds=5)
    until(lambda: datetime.now(UTC) > old, "the token's end")


def test_access_tokens_are_renewed_for_as_long_as_mail_leaves(home, near):
    define(home, near)
    home.serve_warm()
    signed_in(home, near, *secret_file(home, near))
    for subject in ("one", "two"):
        given, before = len(near.mint.refresh), datetime.now(UTC)
        send_and_part(home, near, subject)
    assert len(near.mint.refresh) > given > 0
    near.revoke(before=before)
    send(home, "with the newest alone")
    until(lambda: arrived(near, "with the newest alone"), "a mail by the rotated token")


def test_a_rotated_token_survives_kill_9_of_the_node_that_got_it(home, near):
    define(home, near)
    dying = home.start("-m", "tests.e2e.rotation_node", str(home.folder), "killed")
    home.until_its_door_is_open()
    signed_in(home, near, *secret_file(home, near))
    until_the_token_is_old()
    rotated_after = datetime.now(UTC)
    send(home, "as it is renewed")
    assert dying.wait(PATIENCE) == -signal.SIGKILL
    near.revoke(before=rotated_after)
    home.serve_warm()
    until(lambda: arrived(near, "as it is renewed"), "the mail, by the rotated token")
    until(lambda: not home.queue(), "an empty queue")


def test_a_lab_that_came_back_with_a_new_ca_is_trusted_again(home, tmp_path):
    lab = LabProgram(tmp_path / "lab").start()
    try:
        define(home, lab)
        home.serve_warm()
        signed_in(home, lab, *secret_file(home, lab))
        send(home, "before")
        until(lambda: arrived(lab, "before"), "a mail")
        old = (lab.folder / "ca.pem").read_bytes()
        lab.end()
        send(home, "meanwhile")
        lab.start()
        assert (lab.folder / "ca.pem").read_bytes() != old
        until(lambda: arrived(lab, "meanwhile"), "the mail of meanwhile")
        send(home, "afterwards")
        until(lambda: arrived(lab, "afterwards"), "a mail afterwards")
        until(lambda: not home.queue(), "an empty queue")
        assert route(home)["state"] == "well"
    finally:
        lab.end()
