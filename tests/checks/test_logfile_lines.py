"""Encodings, cuts and terms: which lines are found, however the bytes come."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings, strategies as st

from noroshi import schema
from noroshi.checks.logs.encodings import Codec
from noroshi.checks.logs.filters import Term, expression
from noroshi.checks.logs.line_matcher import MatchedLines, matcher, shown_line
from noroshi.checks.logs.line_reader import Place, read_on
from noroshi.core.model import MOST_LINES
from tests.checks.logs import Log, options
from tests.sweeps import sweep

ENCODINGS = ["utf-8", "cp932", "euc-jp", "utf-16-le", "utf-16-be", "utf-16", "auto"]
CODECS = {"①": "euc_jis_2004", "㈱": "euc_jis_2004"}
SAID = "x 表示 ソ能十\nありません\n障害 x ー\nplain x\n"


def terms(*given):
    return tuple(schema.read(Term, one) for one in given)


def found(lines, *given, match="all", ignore_case=False, codec="utf-8"):
    """Which lines of a text are found by the search, held against each line by itself."""
    lines = lines or [""]
    joined = expression(terms(*given), match, ignore_case)
    hits, block = (
        MatchedLines(),
        bytearray("\n".join([*lines, ""]).encode(Codec(codec).codecs[0])),
    )
    matcher(joined, Codec(codec)).scan(block, 0, len(block), hits)
    assert hits.lines == [line for line in lines if joined.matches(line.encode())]
    return hits.lines


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CR LF"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding(tmp_path, encoding, newline):
    log = Log(tmp_path, encoding=encoding, newline=newline, from_start=True)
    for writes in ["utf-8", "cp932", "euc-jp"] if encoding == "auto" else [encoding]:
        log.encoding = writes
        log.path.unlink(missing_ok=True)
        log.write(SAID)
        assert log.look() == 3, writes
        assert log.lines[-3:] == ["x 表示 ソ能十", "障害 x ー", "plain x"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [True, False], ids=["with a mark", "without"])
@pytest.mark.parametrize("told", ["auto", "utf-16"])
def test_utf_16_is_known_by_its_mark_or_its_zero_bytes(tmp_path, encoding, mark, told):
    log = Log(tmp_path, encoding=encoding, from_start=True)
    log.options = Log(tmp_path, encoding=told, from_start=True).options
    log.write(("\ufeff" if mark else "") + SAID)
    assert log.look() == 3
    log.write("x 続き\n")
    assert log.look() == 1 and log.lines[-1] == "x 続き"


def test_a_mark_is_no_part_of_the_first_line(tmp_path):
    for encoding in ("utf-8", "utf-16-le"):
        log = Log(tmp_path, name=encoding, encoding=encoding, from_start=True)
        log.options = Log(
            tmp_path,
            name=encoding,
            encoding="auto",
            from_start=True,
            terms=[{"pattern": "^x$"}],
        ).options
        log.write("\ufeffx\n")
        assert log.look() == 1, encoding


def test_a_unit_that_holds_a_newline_byte_ends_no_line_in_utf_16(tmp_path):
    log = Log(tmp_path, encoding="utf-16-le", from_start=True)
    log.write("x ਊ\u0a00\u000b end ఀ\n")  # 0A 0A, 00 0A, 0B 00: newline bytes across units
    assert log.look() == 1 and log.lines == ["x ਊ\u0a00\u240b end ఀ"]


@pytest.mark.parametrize(
    ("encoding", "word", "not_in"),
    [
        # 表 is 95 5C, 予 is 97 5C: their second byte is a backslash.
        pytest.param("cp932", "\\", "表示と予定", id="a backslash within a character"),
        # ソ is 83 5C, テ is 83 65: a Latin letter within.
        pytest.param("cp932", "e", "テスト", id="a letter within a character"),
        # ア is 83 41.
        pytest.param("cp932", "A", "ア", id="a capital within a character"),
        # あい is A4 A2 A4 A4, and A2 A4 is △.
        pytest.param("euc-jp", "△", "あい", id="across two characters"),
    ],
)
def test_a_word_is_not_found_within_or_across_characters(tmp_path, encoding, word, not_in):
    log = Log(tmp_path, encoding=encoding, from_start=True, terms=[{"word": word}])
    log.write(f"{not_in}\n{not_in} {word}\n{word}{not_in}\n")
    assert log.look() == 2


@given(
    text=st.text("表ソ能十予ーアイあいAaZz\\ 障害", max_size=30),
    word=st.text("表ソ能十予ーアイあいAaZz\\障害", min_size=1, max_size=2),
    codec=st.sampled_from(["utf-8", "cp932", "euc-jp", "auto"]),
    enough=st.booleans(),
)
@settings(deadline=None, max_examples=800)
def test_a_word_is_found_where_it_stands_and_nowhere_else(text, word, codec, enough):
    line = f"{text}\n".encode(Codec(codec).codecs[-1])
    hits = MatchedLines()
    hits.lines = ["no more lines are kept, so that none must be decoded"] * MOST_LINES * enough
    one = expression(terms({"word": word}), "", False)
    matcher(one, Codec(codec)).scan(bytearray(line), 0, len(line), hits)
    if codec != "auto":  # what a line of a few characters is in cannot always be told
        assert hits.count == (word in text)


@pytest.mark.parametrize(
    "broken",
    [b"x \x81\nx\n", b"\xff\xfe\x80 x\nx\n", b"x \xe3\x81\nx\n", b"\x00x\x00\nx\n"],
    ids=["half a character", "no character at all", "cut off", "zero bytes"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc-jp"])
def test_a_line_that_cannot_be_decoded_counts_all_the_same(tmp_path, broken, encoding):
    for term in ({"word": "x"}, {"pattern": "x"}, {"not_word": "y"}):
        log = Log(tmp_path, encoding=encoding, from_start=True, terms=[term])
        log.path.write_bytes(broken)
        assert log.look() == 2, term


@given(
    cuts=st.lists(st.integers(1, 40), max_size=30),
    encoding=st.sampled_from(["utf-8", "cp932", "euc-jp", "utf-16-le", "utf-16-be"]),
)
@settings(deadline=None, max_examples=200)
def test_however_the_bytes_are_cut_the_lines_are_the_same(cuts, encoding):
    odd = "ਊ \u0a41\u4100\u0a41 " if "16" in encoding else ""  # newline bytes across units
    text = "".join(f"行 {n} ソ表{odd}\n" for n in range(9))
    given, codec = text.encode(encoding), Codec(encoding)
    lines, place, until = list[str](), Place(0), 0

    def take(block, start, end):
        lines.extend(codec.utf8(bytes(block[start:end])).decode().splitlines())

    for cut in [*cuts, len(given)]:
        until = min(until + cut, len(given))
        place = read_on(io.BytesIO(given[:until]), place, codec, 7, take)
        while place.has_more:
            place = read_on(io.BytesIO(given[:until]), place, codec, 7, take)
    assert lines == text.split("\n")[:-1]


LINES = [
    "ERROR disk full",
    "ERROR disk full, retry",
    "WARN retry",
    "error in lower case",
    "all is well",
    "障害 発生",
    "",
]


@sweep(
    ("given_terms", "match", "expected"),
    [
        pytest.param([{"word": "ERROR"}], "all", [0, 1], id="a word"),
        pytest.param([{"not_word": "retry"}], "all", [0, 3, 4, 5, 6], id="not a word"),
        pytest.param([{"word": "ERROR"}, {"not_word": "retry"}], "all", [0], id="and not"),
        pytest.param(
            [{"word": "ERROR"}, {"not_word": "retry"}], "any", [0, 1, 3, 4, 5, 6], id="or not"
        ),
        pytest.param([{"word": "ERROR"}, {"word": "WARN"}], "any", [0, 1, 2], id="or"),
        pytest.param([{"word": "ERROR"}, {"word": "retry"}], "all", [1], id="and"),
        pytest.param([{"pattern": "disk .*full$"}], "all", [0], id="a pattern to the end"),
        pytest.param([{"pattern": "^$"}], "all", [6], id="an empty line"),
        pytest.param([{"pattern": r"[^a-z]\s+r"}], "all", [1, 2], id="no match across lines"),
        pytest.param([{"pattern": r"\AWARN"}], "all", [2], id="the beginning of a text"),
        pytest.param([{"pattern": r"(?i)error"}], "all", [0, 1, 3], id="its own flags"),
        pytest.param(
            [{"not_pattern": "r"}, {"pattern": "l$"}], "all", [0, 4], id="not a pattern"
        ),
        pytest.param(
            [{"any": [{"word": "WARN"}, {"all": [{"word": "ERROR"}, {"not_word": "retry"}]}]}],
            "all",
            [0, 2],
            id="groups",
        ),
        pytest.param([{"pattern": "障.|発生"}, {"word": "x"}], "any", [5], id="Japanese"),
    ],
)
@sweep("codec", ["utf-8", "cp932", "euc-jp", "auto"])
def test_terms(given_terms, match, expected, codec):
    assert found(LINES, *given_terms, match=match, codec=codec) == [LINES[n] for n in expected]


def test_case_is_ignored_if_so_wanted():
    assert found(LINES, {"word": "Error"}, ignore_case=True) == [*LINES[:2], LINES[3]]
    assert found(
        ["ＡＢＣ", "ａｂｃ", "x"], {"word": "ａ"}, ignore_case=True, codec="cp932"
    ) == ["ＡＢＣ", "ａｂｃ"]


@given(
    lines=st.lists(st.text("abx \\表", max_size=6), max_size=12),
    given_terms=st.lists(
        st.one_of(
            st.builds(lambda w: {"word": w}, st.text("abx表", min_size=1, max_size=2)),
            st.builds(lambda w: {"not_word": w}, st.text("abx表", min_size=1, max_size=2)),
            st.sampled_from(
                ["a+b", "^a", "b$", "[^a]x", r"\bx\b", "a.b", r"\s", "表?x", "^$"]
            ).map(lambda p: {"pattern": p}),
        ),
        min_size=1,
        max_size=3,
    ),
    match=st.sampled_from(["all", "any"]),
    ignore_case=st.booleans(),
    codec=st.sampled_from(["utf-8", "cp932"]),
)
@settings(deadline=None, max_examples=500)
def test_the_fast_search_finds_what_looking_at_each_line_finds(
    lines, given_terms, match, ignore_case, codec
):
    found(lines, *given_terms, match=match, ignore_case=ignore_case, codec=codec)


def test_a_pattern_that_ruins_other_engines_takes_linear_time():
    assert found(["a" * 100_000 + "b", "a" * 1000], {"pattern": "(a+)+$"}) == ["a" * 1000]


def test_a_line_is_shown_without_what_could_harm_a_terminal():
    assert shown_line(b"a\x1b[31m\tb\x7f \x9b\xc2\x9b") == "a␛[31m\tb␡ ��"
    assert len(shown_line("あ".encode() * 5000)) == 1000


@pytest.mark.parametrize("encoding", ["euc-jp", "auto"])
def test_what_all_write_in_euc_jp_beside_its_standard_is_read(tmp_path, encoding):
    line = "①異常終了 (㈱山田)"
    given = b"".join(letter.encode(CODECS.get(letter, "euc_jp")) for letter in line)
    for term in ({"word": "異常"}, {"word": "①異常"}, {"pattern": "^①.*終了"}):
        log = Log(tmp_path, encoding="utf-8", from_start=True)
        log.options = options(log.path, encoding=encoding, from_start=True, terms=[term])
        log.path.write_bytes(given + b"\n")
        assert log.look() == 1 and log.lines == [line], term


@pytest.mark.parametrize(
    ("encoding", "unknown"),
    [
        ("cp932", b"\x85\x9f"),
        ("euc-jp", b"\xa9\xa1"),
        ("euc-jp", b"\x8f\xf3\xf3"),
        ("euc-jp", b"\xad\xfc"),
    ],
)
def test_a_character_that_is_not_known_takes_nothing_of_the_next_one(
    tmp_path, encoding, unknown
):
    log = Log(tmp_path, encoding=encoding, from_start=True, terms=[{"word": "異常"}])
    log.path.write_bytes(unknown + "異常終了\n".encode(encoding))
    assert log.look() == 1 and log.lines == ["\ufffd異常終了"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([{"pattern": r"\Qa.b"}], id="quoted to its end"),
        pytest.param([{"pattern": r"\Qx"}, {"pattern": r"\Qa.b\E"}], id="quoted, of several"),
        pytest.param(
            [{"pattern": rf"{n}\pL{{300}}"} for n in range(9)] + [{"pattern": "a.b"}],
            id="too large together",
        ),
        pytest.param(
            [{"word": "語" * 990 + str(n)} for n in range(99)] + [{"word": "a.b"}],
            id="words too large together",
        ),
    ],
)
def test_terms_that_are_accepted_one_by_one_can_be_looked_for_together(tmp_path, given):
    match = "any" if len(given) > 1 else ""
    log = Log(tmp_path, from_start=True, terms=given, match=match)
    log.write("no\na.b\n")
    assert log.look() == 1 and log.lines == ["a.b"]
