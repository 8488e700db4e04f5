"""What a page says instead of a command that signs a route in, or puts its secret into the vault:
the page of that route does both. What has no route (a monitor's entry, say) is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

Swaps = Sequence[tuple[str, str]]
ON_ITS_PAGE, BY_ITS_PAGE = "on the page of the route", "経路の画面で"
AUTHORIZE, PUT = r"noroshi authorize(?: [^\s,.;()。]+)?", r"noroshi secret set [^\s,.;()。]+"
IN_ENGLISH: Swaps = (
    (
        r"To keep it all the same: noroshi (?:secret set|cert import) .* --force",
        "To keep it all the same, tick the box below and give it once more.",
    ),
    (rf"Give the right one: {AUTHORIZE} --secret-file FILE", "Enter the right one again."),
    (rf"Put the right one in: {PUT}", "Enter the right one again."),
    (rf"Run: {AUTHORIZE}", f"Sign in {ON_ITS_PAGE}."),
    (rf"; do: {AUTHORIZE}", f": sign in {ON_ITS_PAGE}"),
    (rf"; do: {PUT}", f": put it in {ON_ITS_PAGE}"),
    (rf"do it again: {AUTHORIZE}", "do it again."),
    (rf"Sign in with: {AUTHORIZE}", "Sign in by the browser."),
    (rf"then {AUTHORIZE}\.", "then sign in again."),
    (rf"(with a password\. Put it in|one; put it in|\(put it in): {PUT}", rf"\1 {ON_ITS_PAGE}"),
    (r", by --file \(or --secret-file of noroshi authorize\)", ""),
    (r"; with --device by a code on a phone:", ", or by a code on a phone."),
    (rf" \({AUTHORIZE}\)", ""),
    (rf": {AUTHORIZE}(?=[,.;]|$)", ""),
)
IN_JAPANESE: Swaps = (
    (
        r"それでも保存する場合: noroshi (?:secret set|cert import) .* --force",
        "それでも保存する場合は、下の欄にチェックを入れて、もう一度入力してください。",
    ),
    (rf"正しい値は {AUTHORIZE} --secret-file ファイル で", "正しい値を"),
    (rf"正しい値を入れてください: {PUT}", "正しい値を入れ直してください"),
    (rf"。{AUTHORIZE} を実行して", f"。{BY_ITS_PAGE}サインインして"),
    (
        rf"要る(.*?)保管庫にありません。{PUT} を実行して",
        rf"要る\1保管庫にありません。{BY_ITS_PAGE}入れて",
    ),
    (rf"{AUTHORIZE} をもう一度実行して", "もう一度サインインして"),
    (rf"サインインします。{PUT} で", f"サインインします。{BY_ITS_PAGE}"),
    (rf"作ってもらい、{PUT} で", f"作ってもらい、{BY_ITS_PAGE}"),
    (rf"場合は {PUT} で", f"場合は、{BY_ITS_PAGE}"),
    (r"ファイルを --file \(noroshi authorize では --secret-file\) で", "ファイルを"),
    (
        r"\(--device なら(スマートフォンで)コードを入力\):",
        r"(\1のコード入力でもかまいません)。",
    ),
    (rf" ?\({AUTHORIZE}\)", ""),
    (rf"{AUTHORIZE} ?でサインイン", f"{BY_ITS_PAGE}サインイン"),
    (rf": {AUTHORIZE}(?=。|$)", ""),
)


def left_to_copy(lines: Iterable[str], kept: Collection[str]) -> list[str]:
    """Of the lines that mend something those for which the page of a route has no button. `kept`:
    the entries of the vault that it has a field for."""
    there = ("noroshi authorize", *(f"noroshi secret set {one}" for one in kept))
    return [one for one in lines if not any(f"{one} ".startswith(f"{has} ") for has in there)]


def not_led(how: Sequence[str], lines: Sequence[str], language: str) -> list[str]:
    """What is to be done, with no colon where nothing to copy is left after it."""
    if lines or not how or not how[-1].endswith(":"):
        return list(how)
    return [*how[:-1], how[-1].removesuffix(":") + ("。" if language == "ja" else ".")]
