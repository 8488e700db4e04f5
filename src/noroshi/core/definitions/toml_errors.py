"""Say what Python's reader of TOML says of a file, in both languages; it speaks English
alone."""

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
QUOTE_MISSING = Words(
    en='a quotation mark (") is missing in this line', ja='この行の引用符 (") が1つ足りません'
)
NO_QUOTES = Words(
    en='text must be in quotation marks: {key} = "{text}"',
    ja='文字は引用符で囲んでください: {key} = "{text}"',
)
BACKSLASH = Words(
    en="in double quotation marks a \\ must be doubled; or use single ones: {key} = '{text}'",
    ja="二重引用符の中では \\ を2つ重ねます。一重引用符でも書けます: {key} = '{text}'",
)
STATEMENT = re.compile(r"\s*(?P<key>[^=]*?)\s*=\s*(?P<value>[^#]*?)\s*(?:#.*)?")
NO_TEXT = re.compile(r"$|[-+0-9.\[{'\"]|(?:true|false|inf|nan)\b")
QUOTES = "\"'“”„＂「」"
LONGEST_SHOWN = 60


def toml_cause(message: str, text: str) -> Words:
    """Name the cause of a refusal by the line of the file, as a person would mend it.

    `message` is the reader's without the place, `text` the file as far as the line of that place.
    A refusal whose cause the line does not show keeps what the reader says.
    """
    line = text.rstrip("\r\n").rpartition("\n")[2]
    if has_odd_quotes(line):
        return QUOTE_MISSING
    found = STATEMENT.fullmatch(line)
    if found is None:
        return toml_error_text(message)
    shown = found["value"].strip(QUOTES)[:LONGEST_SHOWN]
    if message.startswith("Unescaped") or message == "Invalid hex value":
        return BACKSLASH.fill(key=found["key"], text=shown)
    if message == "Invalid value" and not NO_TEXT.match(found["value"]):
        return NO_QUOTES.fill(key=found["key"], text=shown)
    return toml_error_text(message)


def has_odd_quotes(line: str) -> bool:
    """Return True for one that opens a text and does not close it, or closes one that is not open."""
    bare = re.sub(r"'[^']*'|\\.", "", line)
    return '"""' not in line and bare.partition("#")[0].count('"') % 2 == 1


def toml_error_text(message: str) -> Words:
    """Return the message without its place; one that is not known keeps its own words."""
    said = message.removesuffix(AT_THE_END)
    end = Words(en=AT_THE_END, ja=" (ファイルの終わり)") if said != message else plain("")
    for pattern, ja in KNOWN:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return Words(en=said + end.en, ja=ja.format(*found.groups()) + end.ja)
    return plain(message)
