"""`tools/catalogue.py` finds Japanese in code."""

from tools.catalogue import ALPHABETS, japanese_in_code, places, style_fault


def test_japanese_in_code_is_told_of_but_for_the_alphabets(tmp_path):
    for file in (*ALPHABETS, "noroshi/a.py", "noroshi/b.py"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('"""－ ○"""\n' if file.endswith("a.py") else '"""…"""\nX = "、"\n')
    assert list(japanese_in_code(tmp_path)) == ["Japanese in the code: src/noroshi/b.py:2"]


def test_an_alphabet_that_is_gone_is_told_of_too(tmp_path):
    assert len(list(japanese_in_code(tmp_path))) == len(ALPHABETS)


def test_argparse_s_places_are_places():
    assert places("%(value)r of %s, 5% and {name:d}") == {
        ("value", "r"),
        ("", "s"),
        ("name", "d"),
    }


def test_japanese_has_narrow_brackets_and_no_space_before_a_counter():
    for text in ("失敗：{why}", "設定（既定）", "１件", "{count} 件あります", "90 秒以内"):
        assert style_fault(text), text
    for text in ("失敗: {why} (既定)", "{count}件あります", "{length} 通信なし", "64 KiB"):
        assert not style_fault(text), text
