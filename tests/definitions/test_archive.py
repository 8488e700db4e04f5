"""Definitions as a zip: the folder's own bytes; bombs and ways out of the folder are refused."""

import tracemalloc
import zipfile
from io import BytesIO

import pytest

from noroshi.definitions.archive import MOST_BYTES, MOST_FILES, pack, unpack
from noroshi.definitions.document_content import document
from noroshi.definitions.folder import look_into, write_folder

DOCUMENTS = (
    document("contacts/ops", {"addresses": ["ops@example.com"], "title": "情シス"}),
    document(
        "instances/web1", {"group": [{"name": "g", "monitor": [{"name": "d", "kind": "disk"}]}]}
    ),
)


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


def test_a_zip_has_the_bytes_of_the_folder_and_comes_back_as_it_was(tmp_path):
    write_folder(tmp_path, DOCUMENTS)
    with zipfile.ZipFile(BytesIO(pack(DOCUMENTS))) as made:
        assert {name: made.read(name) for name in made.namelist()} == {
            file.relative_to(tmp_path).as_posix(): file.read_bytes()
            for file in tmp_path.rglob("*.toml")
        }
    found = unpack(pack(DOCUMENTS), "x.zip")
    assert (found.documents, found.problems) == (DOCUMENTS, ())
    assert found.documents == look_into(tmp_path).documents
    assert pack(found.documents) == pack(DOCUMENTS)


def test_a_folder_around_it_and_what_lies_beside_do_no_harm():
    raw = zipped(
        ("definitions/README.md", "x"),
        ("definitions/.git/config", "x"),
        ("__MACOSX/definitions/._x", "x"),
        ("definitions/contacts/ops.toml", 'addresses = ["ops@example.com"]\n'),
    )
    found = unpack(raw, "x.zip")
    assert ([one.key for one in found.documents], found.problems) == (["contacts/ops"], ())


@pytest.mark.parametrize(
    "name",
    [
        "../contacts/ops.toml",
        "/etc/passwd",
        "contacts/../../x.toml",
        "..\\contacts\\ops.toml",
        "C:\\x.toml",
        "\\\\server\\share\\x.toml",
    ],
)
def test_what_leads_out_of_the_folder_is_refused_whole(name):
    found = unpack(zipped(("contacts/ops.toml", ""), (name, "")), "x.zip")
    assert found.documents == () and "points outside the folder" in found.problems[0].what.en


def test_a_bomb_is_not_unpacked():
    raw = zipped(*[(f"contacts/c{n}.toml", b" " * (MOST_BYTES // 4)) for n in range(5)])
    assert len(raw) < MOST_BYTES // 100
    found = unpack(raw, "bomb.zip")
    assert found.documents == () and "6 MiB" in found.problems[0].what.en


def test_of_a_zip_with_more_files_than_there_may_be_not_even_the_list_is_read():
    """A list of 300,000 names takes hundreds of megabytes."""
    raw = zipped(("contacts/c.toml", ""))
    at, end = raw.rindex(b"PK\x01\x02"), raw.rindex(b"PK\x05\x06")
    entries = raw[at:end] * (MOST_FILES + 1)
    whole = bytearray(raw[:at] + entries + raw[end:])
    whole[-10:-6] = len(entries).to_bytes(4, "little")
    tracemalloc.start()
    found = unpack(bytes(whole), "many.zip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.documents == () and "20000" in found.problems[0].what.en
    assert peak < 4 * len(whole)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either():
    raw = bytearray(zipped(("contacts/c.toml", b" " * (MOST_BYTES + 1000))))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")
    found = unpack(bytes(raw), "bomb.zip")
    assert found.documents == () and len(found.problems) == 1


CUT_OFF = zipped(("a", "b"))[:-10]  # its bytes have the time in them, so it has a name


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"x" * 100, CUT_OFF], ids=["empty", "begun", "text", "cut off"]
)
def test_what_is_no_zip_is_told(raw):
    found = unpack(raw, "x.zip")
    assert (
        found.problems[0].where == "x.zip"
        and "cannot be read as a ZIP file" in found.problems[0].what.en
    )


def test_a_file_without_a_name_is_told():
    raw = bytearray(zipped(("x", "y")))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 28 : at + 32] = b"\0\0\1\0"  # its name is none, and one byte of what is beside it
    found = unpack(bytes(raw), "x.zip")
    assert found.documents == () and len(found.problems) == 1


def test_a_way_to_pack_that_is_not_asked_for_is_told():
    found = unpack(zipped(("contacts/c.toml", "x"), method=zipfile.ZIP_LZMA), "x.zip")
    assert "cannot be read as a ZIP file" in found.problems[0].what.en


def test_all_that_is_wrong_is_told_with_file_and_place():
    raw = zipped(
        ("contacts/ops.toml", "addresses = [\n"),
        ("contacts/a b.toml", ""),
        ("contacts/ok.toml", "zone = 2026-01-01\n"),
    )
    found = unpack(raw, "x.zip")
    assert sorted(one.where for one in found.problems) == [
        "contacts/a b.toml",
        "contacts/ok.toml: zone",
        "contacts/ops.toml",
    ]
