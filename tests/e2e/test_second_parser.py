"""A parser that is not ours, nor Python's, reads in our mails what Python reads: Email::MIME."""

import json
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes, policy
from itertools import product
from pathlib import Path

import pytest

from noroshi.core.mail import Envelope
from noroshi.transports.mime.message import compose
from tests.e2e.world import Home, Mailbox, until
from tests.sweeps import sweep

PERL = Path(__file__).parent / "subjects.pl"
SUBJECTS = {
    "Japanese": "[危険] 受注サーバー 空き容量: 残り4.2%",
    "long enough to be folded many times": "停止しました。" * 30,
    "half-width kana": "ｻｰﾊﾞｰ ﾃｲｼ",
    "a wave dash and a full-width tilde": "10時〜11時、12時～13時",
    "circled digits and a rare kanji": "①番機 髙橋様 𠮷野家",
    "emoji with a joiner": "警告 👩‍💻 🔥",
    "combining marks": "か\u3099き\u3099",
    "both scripts by turns": "web01 が down、db02 も down " * 4,
    "what looks encoded already": "=?utf-8?B?5Y2x6Zm6?= とは",
    "plain ASCII": "disk /var is full",
    "blanks at seams": "一  二 a  b 三",
}


def read_by_perl(files):
    done = subprocess.run(
        ["perl", PERL, *files], capture_output=True, check=True, encoding="utf-8"
    )
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def read_by_python(mail):
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    return {
        "subject": str(mail["Subject"]),
        "from": str(mail["From"]),
        "texts": [leaf.get_content() for leaf in leaves if not leaf.is_attachment()],
        "files": [
            {"name": leaf.get_filename(), "text": leaf.get_content()}
            for leaf in leaves
            if leaf.is_attachment()
        ],
    }


def written(folder, mails):
    files = [folder / f"{number}.eml" for number in range(len(mails))]
    for file, raw in zip(files, mails, strict=True):
        file.write_bytes(raw)
    return files


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """A mail with each subject, in that order, as its server took it."""
    folder, box = tmp_path_factory.mktemp("sent"), Mailbox().open()
    home = Home(folder)
    home.define(
        routes__plain=f"""
            kind = "smtp"
            [options]
            host = "127.0.0.1"
            port = {box.port}
            protection = "none"
            sender = "alerts@contoso.example"
            sender_name = "のろし"
        """
    )
    try:
        for subject in SUBJECTS.values():
            to = ("--to", "ops@contoso.example", "--route", "plain")
            home.run("send", *to, "--subject", subject, "--text", f"本文: {subject}")
        home.serve_warm()
        until(lambda: len(box.raw) == len(SUBJECTS), "every mail")
    finally:
        home.end()
        box.close()
    return {message_from_bytes(raw, policy=policy.default)["Subject"]: raw for raw in box.raw}


def test_both_read_each_subject_exactly(sent, tmp_path):
    assert set(sent) == set(SUBJECTS.values())
    mails = [message_from_bytes(raw, policy=policy.default) for raw in sent.values()]
    assert read_by_perl(written(tmp_path, sent.values())) == [read_by_python(m) for m in mails]


TEXT = "使用率が 95.2% です。\n10時～11時\n"
WHOLE = {
    "text alone": {},
    "HTML beside it": {"html": '<meta charset="utf-8"><p>使用率が 95.2% です</p>\n'},
    "a file": {"attachments": [{"name": "a.log", "type": "text/plain", "text": "一\n二 ①\n"}]},
    "all of it": {
        "html": "<p>使用率 ⚠</p>\n",
        "attachments": [
            {"name": "監視ログ 11月24日.txt", "type": "text/plain", "text": "エラー\n"},
            {
                "name": "受注サーバーの昨夜の記録" * 4 + ".csv",
                "type": "text/csv",
                "text": "a,b\n",
            },
        ],
    },
}


CHARSETS = ("utf-8", "iso-2022-jp")


def composed(charset, sort, subject):
    letter = Envelope(
        id="01J.17/ops/aki",
        routes=("smtp1",),
        contact="aki",
        to=("aki@contoso.example",),
        order="01J/aki",
        alarms=(),
        payload={"subject": SUBJECTS[subject], "text": TEXT, **WHOLE[sort]},
        born=datetime(2026, 11, 24, tzinfo=UTC),
    )
    return compose(letter, "alerts@contoso.example", "のろし", charset)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Each mail that there may be, as Python reads it and as Perl does, which starts but once."""
    cases = list(product(CHARSETS, WHOLE, SUBJECTS))
    raws = [composed(*case) for case in cases]
    by_perl = read_by_perl(written(tmp_path_factory.mktemp("composed"), raws))
    mails = [message_from_bytes(raw, policy=policy.default) for raw in raws]
    return dict(zip(cases, zip(map(read_by_python, mails), by_perl, strict=True), strict=True))


@sweep("charset", CHARSETS)
@sweep("sort", WHOLE)
@sweep("subject", SUBJECTS)
def test_both_read_html_files_and_iso_2022_jp_alike(charset, sort, subject, both):
    by_python, by_perl = both[charset, sort, subject]
    assert by_perl == by_python
    files = WHOLE[sort].get("attachments", [])
    assert [file["name"] for file in by_perl["files"]] == [file["name"] for file in files]
    same = SUBJECTS[subject].replace("～", "〜")
    assert by_perl["subject"].replace("～", "〜") == same
