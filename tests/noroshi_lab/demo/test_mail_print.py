"""The demo prints a mail as it is, but for what nobody reads."""

from noroshi_lab.demo.mail_print import folded

LINE = "QUJD" * 19 + "\n"


def test_a_long_block_of_base64_is_cut_and_counted():
    raw = f"Subject: x\n\n--b\n\n{LINE * 100}QUJD\n--b--\n"
    assert folded(raw, "en") == (
        f"Subject: x\n\n--b\n\n{LINE * 4}… 97 more lines of base64\n--b--\n"
    )


def test_a_short_block_and_words_stay_as_they_are():
    raw = f"Subject: x\n\n{LINE * 20}QUJD\n" + "a line of words\n" * 100
    assert folded(raw, "ja") == raw
