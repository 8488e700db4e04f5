"""Replace commands in the text of an operation by the page that shows or does the same. The texts
themselves stay as the command line shows them. Pure.

What has no page (an entry of the vault for a monitor, say) is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

Swaps = Sequence[tuple[str, str]]
ON_ITS_PAGE, BY_ITS_PAGE = "on the page of the route", "経路の画面で"
CERTIFICATES = "noroshi cert new, or noroshi cert import"
AUTHORIZE, PUT = r"noroshi authorize(?: [^\s,.;()。]+)?", r"noroshi secret set [^\s,.;()。]+"
ROUTES_IN_ENGLISH: Swaps = (
    (
        r"To save it anyway: noroshi (?:secret set|cert import) .* --force",
        "To save it anyway, select the check box below and enter it again.",
    ),
    (rf"\(on the route's page, or with {PUT} --to PLACE\)", "on the route's page"),
    (rf"Enter the correct one: {AUTHORIZE} --secret-file FILE", "Enter the correct one."),
    (rf"Enter the correct one: {PUT}", "Enter the correct one."),
    (rf"not the secret ID: {PUT}", f"not the secret ID, {ON_ITS_PAGE}."),
    (rf"another one, put it in: {PUT}", f"another one, put it in {ON_ITS_PAGE}"),
    (rf"\({PUT}, or the password field on the route's page\)", f"({ON_ITS_PAGE})"),
    (rf"Run: {AUTHORIZE}", f"Sign in {ON_ITS_PAGE}."),
    (rf"; run: {AUTHORIZE}", f": sign in {ON_ITS_PAGE}"),
    (rf"; run: {PUT}", f": enter it {ON_ITS_PAGE}"),
    (rf"; run it again: {AUTHORIZE}", "; start it again."),
    (rf"was meant to sign in: {AUTHORIZE}, in", "was meant to, sign in again, in"),
    (rf"Sign in with: {AUTHORIZE}", "Sign in by the browser."),
    (rf"then {AUTHORIZE}\.", "then sign in again."),
    (rf"(with a password\. Store it|one; put it in|\(put it in): {PUT}", rf"\1 {ON_ITS_PAGE}"),
    (r", with --file \(or --secret-file of noroshi authorize\)", ""),
    (r"; with --device by a code on a phone:", ", or by a code on a phone."),
    (rf" \({AUTHORIZE}\)", ""),
    (rf": {AUTHORIZE}(?=[,.;]|$)", ""),
    (
        r"noroshi cert show [^\s]+ tells it and its thumbprint",
        f"it is saved as a file {ON_ITS_PAGE}, which shows its thumbprint",
    ),
    (r"Make one: noroshi cert new [^\s,.;]+", f"Make one {ON_ITS_PAGE}."),
    (f"Put one in: {CERTIFICATES}", f"Make one or bring one along {ON_ITS_PAGE}."),
    (
        r"use noroshi cert new [^\s,]+ or noroshi cert import",
        f"make or import it {ON_ITS_PAGE}",
    ),
    (rf"that Google gave: {PUT} --file FILE", f"that Google gave, {ON_ITS_PAGE}."),
    (
        rf"put the password into the vault with: {PUT}",
        f"the password itself goes into its field {ON_ITS_PAGE}",
    ),
    (
        rf"never the values; put a value in with: {PUT}",
        f"never the values; those go into their fields {ON_ITS_PAGE}",
    ),
    (
        rf"Put it into the vault \({PUT}\), and give (url_entry = NAME instead of url)",
        rf"Give \1, and put it into its field {ON_ITS_PAGE}",
    ),
    (r"anew \(noroshi secret set; see (.+?) of the route\)", rf"anew {ON_ITS_PAGE} (\1)"),
    ("at once after: noroshi apply DIR", "as soon as it is saved"),
    ("with the next mail after: noroshi apply DIR", "with the next mail, once it is saved"),
)
ROUTES_IN_JAPANESE: Swaps = (
    (
        r"それでも保存する場合: noroshi (?:secret set|cert import) .* --force",
        "それでも保存する場合は、下の欄にチェックを入れて、もう一度入力してください。",
    ),
    (rf"\(経路の画面か、{PUT} --to 送り先\)", "(経路の画面で)"),
    (
        rf"正しい値を入力してください: {AUTHORIZE} --secret-file ファイル",
        "正しい値を入力してください",
    ),
    (rf"正しい値を入力してください: {PUT}", "正しい値を入力してください"),
    (rf"「値」を {PUT} で入れて", f"「値」を{BY_ITS_PAGE}入れて"),
    (rf"シークレットは {PUT} か経路の画面のパスワード欄で", f"シークレットは{BY_ITS_PAGE}"),
    (rf"。{AUTHORIZE} を実行して", f"。{BY_ITS_PAGE}サインインして"),
    (
        rf"必要な(.*?)保管庫にありません。{PUT} を実行して",
        rf"必要な\1保管庫にありません。{BY_ITS_PAGE}入力して",
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
    (
        r"noroshi cert show \S+ で証明書と拇印を表示できます",
        f"{BY_ITS_PAGE}証明書の保存と拇印の確認ができます",
    ),
    (r"noroshi cert new \S+ で作れます", f"{BY_ITS_PAGE}作れます"),
    ("noroshi cert new か noroshi cert import で入れて", f"{BY_ITS_PAGE}作るか読み込んで"),
    (r"noroshi cert new \S+ か noroshi cert import を使って", f"{BY_ITS_PAGE}作るか読み込んで"),
    (
        rf"JSON ファイルをそのまま入れてください: {PUT} --file ファイル",
        f"JSON ファイルを、{BY_ITS_PAGE}そのまま入れてください",
    ),
    (rf"パスワードは {PUT} で保管庫に入れます", f"パスワードは{BY_ITS_PAGE}入れます"),
    (
        rf"(url_entry と header_entry に.+?)値は {PUT} で入れます",
        rf"\1値は{BY_ITS_PAGE}入れます",
    ),
    (
        rf"{PUT} で保管庫に入れ、(url の代わりに url_entry = 名前 を指定して)",
        rf"\1、{BY_ITS_PAGE}値を入れて",
    ),
    (
        r"noroshi secret set で入れ直してください \(経路の ",
        f"{BY_ITS_PAGE}入れ直してください (",
    ),
    ("noroshi apply DIR で取り込むとすぐ", "保存するとすぐ"),
    ("noroshi apply DIR のあと、次のメールから", "保存したあと、次のメールから"),
)
HERE: Mapping[str, Swaps] = {
    "en": (
        (
            "^Write the certificate that is used here into a file:$",
            "Save the certificate that is used here as a file: “Sign-in” on this page.",
        ),
        (
            "^Make a certificate and (.+), or put in one that is there:$",
            r"Make a certificate under “Sign-in” on this page and \1, or bring one along there.",
        ),
        (
            "^Put it in, (.+?), and write its last day into secret_ends of \\S+,",
            r"Put it in above, \1, with its last day,",
        ),
        (r"\. Then:$", ". Then sign in again."),
    ),
    "ja": (
        (
            "^いま使っている証明書をファイルに書き出します:$",
            "この画面の「サインイン」で、いま使っている証明書をファイルに保存します。",
        ),
        (
            "^証明書を作って(.+)、すでにあるものを入れます:$",
            r"この画面の「サインイン」で証明書を作って\1、手持ちのものを読み込みます。",
        ),
        (
            "^古いものの代わりに入れ、期限の日を \\S+ の secret_ends に書くと",
            "上の欄に、新しい値とその期限の日を入れると",
        ),
        ("そのあと:$", "そのあと、サインインし直します。"),
    ),
}
"""Sentences that led to commands, for which the page of a route stands."""


def left_to_copy(
    lines: Iterable[str], kept: Collection[str], *, certificates: bool = False
) -> list[str]:
    """Return of the lines that mend something those for which the page of a route has no
    button. `kept`: the entries of the vault that it has a field for; `certificates`: it makes
    and takes them."""
    own = ("noroshi cert",) if certificates else ()
    there = ("noroshi authorize", *own, *(f"noroshi secret set {one}" for one in kept))
    return [one for one in lines if not any(f"{one} ".startswith(f"{has} ") for has in there)]


def not_led(how: Sequence[str], lines: Sequence[str], language: str) -> list[str]:
    """Return what is to be done, with no colon where nothing to copy is left after it."""
    if lines:
        return list(how)
    how = [_here(one, language) for one in how]
    if not how or not how[-1].endswith(":"):
        return how
    return [*how[:-1], how[-1].removesuffix(":") + ("。" if language == "ja" else ".")]


def _here(text: str, language: str) -> str:
    for pattern, place in HERE["ja" if language == "ja" else "en"]:
        text = re.sub(pattern, place, text)
    return text


COMMAND, OPTION = "noroshi ", "--"


def _ready(swaps: Swaps) -> Sequence[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), text) for pattern, text in swaps]


SWAPS = {"en": _ready(ROUTES_IN_ENGLISH), "ja": _ready(ROUTES_IN_JAPANESE)}


def on_page(text: str, language: str) -> str:
    """The same text for somebody who reads it in a browser."""
    if COMMAND not in text and OPTION not in text:
        return text
    for pattern, place in SWAPS["ja" if language == "ja" else "en"]:
        text = pattern.sub(place, text)
    return text
