"""What the system says of an error, in the reader's language."""

import errno

import pytest

from noroshi.core.system import SAID, why
from noroshi.core.words import Words, plain


def test_an_error_of_the_system_is_told_in_both_languages(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "nothing").read_bytes()
    assert why(caught.value) == Words(
        en="No such file or directory", ja="ファイルまたはフォルダーがありません"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("embedded null byte"), "embedded null byte"),
        (OSError("no number at all"), "no number at all"),
        (OSError(errno.ENOTTY, "Inappropriate ioctl"), "Inappropriate ioctl"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_has_no_words_of_ours_keeps_its_own(error, said):
    assert why(error) == plain(said)


def test_no_number_stands_for_nothing():
    assert all(words.en and words.ja for words in SAID.values()) and 0 not in SAID
