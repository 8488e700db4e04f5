"""`noroshi demo`: the whole path on one machine, seen from outside."""

import re
import signal
import socket
from email import message_from_bytes, message_from_string, policy
from email.utils import parsedate_to_datetime

import pytest

from noroshi_lab.demo import story_texts
from tests.e2e.demos import Demo, printed_mails
from tests.e2e.test_second_parser import read_by_perl, read_by_python, written

WATCHES_ON = "Ctrl-C"


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """`demo --once` in both languages, and one that will watch on, all at the same time."""
    folder = tmp_path_factory.mktemp("demos")
    found = {
        "en": Demo(folder / "en", "--once", "--lang", "en"),
        "ja": Demo(folder / "ja", "--once", "--lang", "ja"),
        "watching": Demo(folder / "watching", "--lang", "en"),
    }
    yield found
    for demo in found.values():
        demo.end()


@pytest.fixture(scope="module", params=["en", "ja"], ids=["in English", "in Japanese"])
def once(request, demos):
    demos[request.param].wait()
    return demos[request.param]


@pytest.fixture(scope="module")
def mails(once):
    printed = printed_mails(once.said)
    return [message_from_string(raw, policy=policy.default) for raw, _ in printed]


def test_once_ends_well_after_both_mails(once, mails):
    assert once.process.returncode == 0, once.complained
    assert once.complained == ""
    assert len(mails) == 2
    assert not list(once.temporary.iterdir())


def test_both_mails_came_over_tls_signed_in_by_xoauth2(mails):
    for mail in mails:
        received = " ".join(str(mail["Received"]).split())
        assert re.search(
            r"with ESMTPSA \(TLS1\.[23], XOAUTH2 alerts@contoso\.example\)", received
        )


def test_the_recovery_is_in_the_alarms_thread(mails):
    alarm, recovery = mails
    assert recovery["In-Reply-To"] == recovery["References"] == alarm["Message-ID"]
    assert alarm["References"] is None and alarm["In-Reply-To"] is None
    assert recovery["Message-ID"] != alarm["Message-ID"]


def test_each_mail_says_when_what_and_how_important_it_is(mails, once):
    language = "ja" if "届いたまま" in once.said else "en"
    for mail, importance in zip(mails, ("high", "low"), strict=True):
        # RFC 5322, 3.3: -0000 would say that the zone is unknown.
        assert re.search(r" [+-]\d{4}$", str(mail["Date"])) and "-0000" not in mail["Date"]
        assert parsedate_to_datetime(str(mail["Date"])).tzinfo is not None
        assert mail["Importance"] == importance
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Auto-Response-Suppress"] == "All"
        assert mail["Content-Language"] == language
        assert mail["List-Id"].endswith("<shop01.noroshi.contoso.example>")
        assert mail["From"].addresses[0].addr_spec == "alerts@contoso.example"
        assert mail["To"].addresses[0].addr_spec == "ops@contoso.example"
        assert mail.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in mail.iter_parts()]
        assert kinds == ["text/plain", "text/html"]


def test_the_machines_own_name_is_told_to_nobody(mails):
    for mail in mails:
        given = str(mail["Message-ID"]).strip("<>").rpartition("@")[2]
        assert re.fullmatch(r"[0-9a-f]{16}\.noroshi\.invalid", given)
        from_whom = re.match(r"from (\S+) \(", str(mail["Received"]))[1]
        assert from_whom == "contoso.example"
        assert not {given, from_whom} & {socket.gethostname(), socket.getfqdn()}


def test_a_mail_is_printed_as_it_is_read_too(once, mails):
    for mail, (_, read) in zip(mails, printed_mails(once.said), strict=True):
        subject, text = read.split("\n\n", 1)
        assert subject == mail["Subject"]
        assert text.split() == mail.get_body(("plain",)).get_content().split()


def whole(printed):
    """A mail as the demo prints it, without the part of which it only counts the lines."""
    counted = r"--=_\w+\nContent-Type: text/html;(?:(?!\n--).)*\n…[^\n]*\n\n"
    rest, cut = re.subn(counted, "", printed, flags=re.DOTALL)
    assert cut == 1
    return rest


def test_both_read_the_demos_mails_alike(once, tmp_path):
    raws = [whole(raw).encode() for raw, _ in printed_mails(once.said)]
    mails = [message_from_bytes(raw, policy=policy.default) for raw in raws]
    by_perl = read_by_perl(written(tmp_path, raws))
    assert by_perl == [read_by_python(mail) for mail in mails]
    in_japanese = "届いたまま" in once.said
    start = (
        "[危険] shop01 受注サービス: " if in_japanese else "[CRITICAL] shop01 Order service: "
    )
    assert by_perl[0]["subject"].startswith(start)


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path / "demo", "--lang", "en")
    yield demo
    demo.end()


def beginning(words):
    """As far as it is the same at each run."""
    return words.en.partition("{")[0]


def is_all_gone(demo):
    return demo.left == [] and not list(demo.temporary.iterdir())


@pytest.mark.parametrize(
    "moment",
    [story_texts.HEAD, story_texts.LAB, story_texts.SIGNED],
    ids=["at once", "with the lab", "signed in"],
)
def test_ctrl_c_on_the_way_ends_it_with_all_that_it_started(moment, demo):
    demo.until_it_says(beginning(moment))
    demo.process.send_signal(signal.SIGINT)
    assert demo.wait() == 0
    assert demo.complained == ""
    assert is_all_gone(demo)


def test_when_the_lab_dies_on_the_way_it_says_so_and_ends(demo):
    demo.until_it_says(beginning(story_texts.SIGNED))
    dies("lab", demo)


def test_when_the_node_dies_while_it_watches_on_it_says_so_and_ends(demos):
    demos["watching"].until_it_says(WATCHES_ON)
    dies("node", demos["watching"])


def dies(name, demo):
    demo.child({"lab": "noroshi_lab.lab", "node": " serve"}[name]).kill()
    assert demo.wait() == 1
    assert f"The demo cannot continue: {name} ended unexpectedly" in demo.complained
    assert "Traceback" not in demo.complained
    assert is_all_gone(demo)
