"""Mails as files in a folder: whole, under the same name each time, or told why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.core.mail import Answer, Envelope, Verdict
from noroshi.ports import Clocks, TransportContext
from noroshi.transports.pickup import KIND, WRITTEN_AS, Options, PickupTransport, file_name
from noroshi.transports.pickup_folder import write

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("files",),
    contact="aki",
    to=("aki@example.com", "sam@日本語.example"),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={"subject": "[危険] FS01", "text": "使用率は 95.2% です。\n.\n", "language": "ja"},
    born=NOW,
)


def pickup(folder, patience=300.0, write=write, **given):
    wanted = Options(folder=str(folder), sender="n@example.com", **given)
    outside = TransportContext(Clocks(wall=lambda: NOW, steady=lambda: 0.0), nobody, nobody)
    return PickupTransport(wanted, outside, patience, write)


async def nobody(*_):
    raise AssertionError("a folder needs no sign-in")


def files(folder):
    return sorted(path.name for path in folder.iterdir())


async def test_a_mail_is_written_whole_and_nothing_else_is_left(tmp_path):
    receipt = await pickup(tmp_path).send(LETTER)
    (name,) = files(tmp_path)
    assert name == file_name(LETTER) == receipt.provider_id
    assert receipt.message_ids == (f"<{LETTER.id}@example.com>",)
    said = Answer(Verdict.ACCEPTED, words=WRITTEN_AS.fill(name=name))
    assert receipt.answers == dict.fromkeys(LETTER.to, said) and receipt.at == NOW
    mail = message_from_bytes((tmp_path / name).read_bytes(), policy=policy.default)
    assert mail["Subject"] == "[危険] FS01" and mail["From"].addresses[0].username == "n"
    assert mail["To"] == "aki@example.com, sam@xn--wgv71a119e.example"
    assert mail.get_content() == "使用率は 95.2% です。\r\n.\r\n"


async def test_the_same_envelope_twice_is_one_file(tmp_path):
    await pickup(tmp_path).send(LETTER)
    first = (tmp_path / file_name(LETTER)).read_bytes()
    await pickup(tmp_path).send(LETTER)
    assert files(tmp_path) == [file_name(LETTER)]
    assert (tmp_path / file_name(LETTER)).read_bytes() == first


def test_names_are_in_the_order_in_which_the_mails_were_made():
    letters = [
        replace(LETTER, id=f"01J.{n}/ops/aki", born=NOW + timedelta(milliseconds=n * 700))
        for n in range(12)
    ]
    names = [file_name(letter) for letter in letters]
    assert names == sorted(names) and len(set(names)) == 12
    assert file_name(replace(LETTER, id="another")) != file_name(LETTER)


async def test_who_has_it_already_by_another_route_is_not_named_again(tmp_path):
    rest = replace(LETTER, to=("aki@example.com",), reached=("sam@example.com",))
    await pickup(tmp_path).send(rest)
    mail = message_from_bytes((tmp_path / file_name(rest)).read_bytes(), policy=policy.default)
    assert mail["To"] == "aki@example.com"


async def test_an_address_that_is_none_is_refused_and_the_others_are_written(tmp_path):
    receipt = await pickup(tmp_path).send(replace(LETTER, to=("nobody", "aki@example.com")))
    assert receipt.answers["nobody"].verdict is Verdict.REFUSED
    assert receipt.answers["aki@example.com"].verdict is Verdict.ACCEPTED
    none = await pickup(tmp_path).send(replace(LETTER, id="x", to=("nobody",)))
    assert none.provider_id == "" and len(files(tmp_path)) == 1


async def test_envelope_headers_stand_first_where_they_are_wanted(tmp_path):
    await pickup(tmp_path, envelope_headers=True).send(LETTER)
    raw = (tmp_path / file_name(LETTER)).read_bytes()
    assert raw.startswith(
        b"X-Sender: <n@example.com>\r\n"
        b"X-Receiver: <aki@example.com>\r\n"
        b"X-Receiver: <sam@xn--wgv71a119e.example>\r\n"
        b'From: "Noroshi" <n@example.com>\r\n'
    )


async def test_it_writes_iso_2022_jp_too(tmp_path):
    await pickup(tmp_path, charset="iso-2022-jp").send(LETTER)
    assert b"charset=iso-2022-jp" in (tmp_path / file_name(LETTER)).read_bytes()


# What stands against it


async def test_a_folder_that_is_missing_is_not_made(tmp_path):
    receipt = await pickup(tmp_path / "pickup").send(LETTER)
    (got,) = set(receipt.answers.values())
    assert got.verdict is Verdict.ROUTE_DOWN and receipt.provider_id == ""
    assert got.explanation.en.startswith(
        f"cannot write to the pickup folder {tmp_path / 'pickup'}: "
    )
    assert "it does not exist" in got.explanation.en and files(tmp_path) == []
    (tmp_path / "pickup").mkdir()
    again = await pickup(tmp_path / "pickup").send(LETTER)
    assert again.answers["aki@example.com"].verdict is Verdict.ACCEPTED


async def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "pickup").write_text("x")
    receipt = await pickup(tmp_path / "pickup").send(LETTER)
    assert "it is not a folder" in receipt.answers["aki@example.com"].explanation.en


async def test_a_folder_that_hangs_takes_the_route_down_and_few_threads(tmp_path):
    begun, answers = [], threading.Event()

    def hang(folder, name, content):
        """As a share whose server is away."""
        begun.append(name)
        answers.wait()

    transport = pickup(tmp_path, patience=0.05, write=hang)
    for _ in range(6):
        receipt = await transport.send(LETTER)
        got = receipt.answers["aki@example.com"]
        assert (
            got.verdict is Verdict.ROUTE_DOWN
            and "did not answer within 0.05 s" in got.explanation.en
        )
    assert len(begun) == 4
    answers.set()
    await transport.close()


# What its owner may lay in the way


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pickup").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ours").write_text("untouched")
    return tmp_path / "pickup"


@pytest.mark.parametrize("name", [".{}.part", "{}"], ids=["the old part's", "the mail's"])
async def test_a_link_in_the_folder_leads_nowhere(name, folder):
    ours = folder.parent / "elsewhere" / "ours"
    (folder / name.format(file_name(LETTER))).symlink_to(ours)
    receipt = await pickup(folder).send(LETTER)
    assert receipt.answers["aki@example.com"].verdict is Verdict.ACCEPTED
    assert ours.read_text() == "untouched"
    mail = folder / file_name(LETTER)
    assert not mail.is_symlink() and mail.read_bytes().startswith(b"From: ")


def test_each_attempt_has_a_name_that_nobody_knows_before_and_leaves_none_behind(folder):
    """A folder in the mail's place lets no attempt come to its end."""
    name, seen = file_name(LETTER), set[str]()
    (folder / name / "x").mkdir(parents=True)
    script = ON_THE_WAY.format(folder=str(folder), name=name)
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (part,) = done.stdout.split()
        seen.add(part)
    assert len(seen) == 2 and files(folder) == [name]


ON_THE_WAY = """
import os, pathlib, sys
from noroshi.transports.pickup_folder import write
def tell(event, given):
    if event == "open" and str(given[0]).endswith(".part"):
        print(given[0])
sys.addaudithook(tell)
try:
    write(pathlib.Path({folder!r}), {name!r}, b"x")
except OSError:
    pass
"""


def test_what_a_killed_attempt_left_is_swept_with_the_next_one(folder):
    left = folder / f".{file_name(LETTER)}.0123456789abcdef.part"
    other = folder / f".{file_name(replace(LETTER, id='x'))}.0123456789abcdef.part"
    left.write_text("half"), other.write_text("half")
    write(folder, file_name(LETTER), b"whole")
    assert files(folder) == sorted([other.name, file_name(LETTER)])


@pytest.mark.parametrize("where", ["pickup", "mail"])
async def test_a_link_of_another_user_in_the_folder_s_place_is_not_followed(where, tmp_path):
    folder = tmp_path / "mail" / "pickup"
    (tmp_path / "elsewhere" / "pickup").mkdir(parents=True)
    folder.mkdir(parents=True)
    taken = folder if where == "pickup" else folder.parent
    taken.rename(tmp_path / "away")
    taken.symlink_to(tmp_path / "elsewhere")
    if os.geteuid() == 0:
        os.lchown(taken, 65534, 65534)
        receipt = await pickup(folder).send(LETTER)
        assert "belongs to another user" in receipt.answers["aki@example.com"].explanation.en
        os.lchown(taken, 0, 0)
    receipt = await pickup(folder).send(LETTER)  # our own leads where we want it
    assert receipt.answers["aki@example.com"].verdict is Verdict.ACCEPTED


async def test_links_that_lead_in_a_circle_are_told(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("../" + tmp_path.name + "/a")
    receipt = await pickup(tmp_path / "a").send(LETTER)
    assert "form a loop" in receipt.answers["aki@example.com"].explanation.en


ON_A_VOLUME = """
import asyncio, pathlib, sys
from tests.transports.test_pickup import LETTER, files, pickup
folder = pathlib.Path(sys.argv[1])
receipt = asyncio.run(pickup(folder).send(LETTER))
print(receipt.answers["aki@example.com"].verdict.name)
print(receipt.answers["aki@example.com"].explanation.en)
print([name for name in files(folder) if name != "filler"])
"""


@pytest.mark.parametrize(
    ("mount", "said"),
    [
        pytest.param(
            "mount -t tmpfs -o size=8k,nr_inodes=10 x {0}; "
            "dd if=/dev/zero of={0}/filler bs=8k count=1 status=none",
            "the volume is full",
            id="full",
        ),
        pytest.param(
            "mount -t tmpfs x {0}; mount -o remount,ro {0}", "it is read-only", id="read-only"
        ),
    ],
)
def test_a_volume_that_takes_nothing_takes_the_route_down(tmp_path, mount, said):
    """In a mount namespace of its own, as the root of which anybody may mount."""
    inner = 'set -e; {}; exec "$0" -c "$1" "$2"'.format(mount.format("$2"))
    user = ["--map-root-user"] if os.geteuid() else []
    done = subprocess.run(
        ["unshare", "--mount", *user, "sh", "-c", inner, sys.executable, ON_A_VOLUME, tmp_path],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stderr == ""
    verdict, text, left = done.stdout.splitlines()
    assert (verdict, left) == ("ROUTE_DOWN", "[]")
    assert said in text and str(tmp_path) in text


IN_A_LETTER_BOX = """
import asyncio, os, pathlib, sys
from tests.transports.test_pickup import LETTER, files, pickup
folder = pathlib.Path(sys.argv[1])
asyncio.run(pickup(folder).send(LETTER))  # imports what nobody could import later
(folder / files(folder)[0]).unlink()
folder.chmod(0o333)
if os.geteuid() == 0:
    os.chown(folder, 65534, 65534)
    os.setuid(65534)
receipt = asyncio.run(pickup(folder).send(LETTER))
print(receipt.answers["aki@example.com"].verdict.name)
"""


@pytest.fixture
def public():
    """A folder whose way anybody may go."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_may_be_written_to_and_not_be_read_is_a_letter_box(public):
    """Its entry cannot be made durable, as the folder cannot be opened. The mail is out of our
    hands all the same: written again and again it would be sent as often."""
    done = subprocess.run(
        [sys.executable, "-c", IN_A_LETTER_BOX, public],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    public.chmod(0o700)
    assert (done.stdout, done.stderr) == ("ACCEPTED\n", "")
    assert files(public) == [file_name(LETTER)]


def test_options_say_what_is_missing_or_wrong(tmp_path):
    folder = str(tmp_path)
    for given, said in (
        ({"sender": "n@x.example"}, "folder"),
        ({"folder": "pickup", "sender": "n@x.example"}, "absolute path"),
        ({"folder": f"{folder}\0b", "sender": "n@x.example"}, "absolute path"),
        ({"folder": folder, "sender": "nobody"}, "“nobody” is not an email address"),
        ({"folder": folder, "sender": "n@x.example", "charset": "sjis"}, "charset"),
    ):
        with pytest.raises(schema.Invalid) as caught:
            schema.read(KIND.options, given)
        assert said in str(caught.value)
