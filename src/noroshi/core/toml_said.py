"""What Python's reader of TOML says of a file, in both languages; it speaks English alone."""

from __future__ import annotations

import re

from noroshi.core.words import Words, plain

KNOWN = (
    (r"Cannot overwrite a value", "同じ名前の値がすでにあります"),
    (
        r"Escaped character is not a Unicode scalar value",
        "\\ の後の文字コードが正しくありません",
    ),
    (r"Expected '=' after a key in a key/value pair", "名前の後に = がありません"),
    (
        r"Expected ']' at the end of a table declaration",
        "テーブルの見出しが ] で終わっていません",
    ),
    (
        r"Expected ']]' at the end of an array declaration",
        "テーブルの見出しが ]] で終わっていません",
    ),
    (
        r"Expected newline or end of document after a statement",
        "値の後に余分なものがあります (値は1行に1つです)",
    ),
    (r"Invalid date or datetime", "日付や時刻として正しくありません"),
    (r"Invalid hex value", "16進数として正しくありません"),
    (r"Invalid initial character for a key part", "名前をこの文字で始めることはできません"),
    (r"Invalid statement", "名前 = 値 の形になっていません"),
    (r"Invalid value", "値として正しくありません"),
    (
        r"a name of more than (\d+) parts",
        "名前が長すぎます (ドットで区切った部分は{0}個までです)",
    ),
    (r"Unclosed array", "[ が閉じていません"),
    (r"Unclosed inline table", "{{ が閉じていません"),
    (r"Unescaped '\\' in a string", "文字列の中の \\ は \\\\ と書いてください"),
    (r"Unterminated string", "文字列の引用符が閉じていません"),
    (r"Cannot declare (.*) twice", "{0} が2回書かれています"),
    (r"Cannot (?:mutate immutable|redefine) namespace (.*)", "{0} はすでに書かれています"),
    (r"Duplicate inline table key (.*)", "{0} が2回書かれています"),
    (r"Expected (.*)", "{0} がありません"),
    (r"Found invalid character (.*)", "{0} という文字は使えません"),
    (r"Illegal character (.*)", "{0} という文字は使えません"),
)
AT_THE_END = " (at end of document)"


def toml_said(message: str) -> Words:
    """The message without its place; one that is not known keeps its own words."""
    said = message.removesuffix(AT_THE_END)
    end = Words(en=AT_THE_END, ja=" (ファイルの終わり)") if said != message else plain("")
    for pattern, ja in KNOWN:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return Words(en=said + end.en, ja=ja.format(*found.groups()) + end.ja)
    return plain(message)
