"""What others say, as a terminal, a log or a mail may show it."""

import pytest

from noroshi.core.printable import LONG, OBEYED, printable, readable


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param("550 5.1.1 no such user", "550 5.1.1 no such user", id="plain"),
        pytest.param("容量がいっぱいです", "容量がいっぱいです", id="Japanese"),
        pytest.param("対応中\u3000佐藤", "対応中\u3000佐藤", id="the blank of Japanese"),
        pytest.param("\x1b[2Jgone\x07", "?[2Jgone?", id="what a terminal obeys"),
        pytest.param("a\r\nb\u2028c", "a??b?c", id="line ends"),
        pytest.param("\u202egpj.exe\ufeff", "?gpj.exe?", id="direction and mark of order"),
        pytest.param("\udcff", "?", id="half a character"),
    ],
)
def test_it_shows_what_can_be_seen_and_nothing_that_is_obeyed(said, shown):
    assert printable(said) == shown


def test_a_long_text_is_read_through_for_the_same_letters_as_a_short_one():
    letters = "".join(map(chr, range(0x10000)))
    shown = "".join("?" if ord(one) in OBEYED else one for one in letters)
    assert readable(letters[: LONG - 1]) == shown[: LONG - 1]
    assert readable(letters) == shown
