"""Say what the exit codes mean; the help and docs/commands.md say the same."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

DONE, TROUBLE, USAGE, INVALID, NO_NODE, REFUSED, WAITS, UNSENT, ASIDE = range(9)
INTERRUPTED = 130
"""What a shell makes of a program that Ctrl-C ended."""

MEANING: Mapping[int, Words] = {
    DONE: Words(en="done", ja="済みました"),
    TROUBLE: Words(
        en="the other side cannot do it now, or `doctor`, `health` or `status --check` found "
        "something",
        ja="相手側が応じられません (`doctor`、`health`、`status --check` では異常あり)",
    ),
    USAGE: Words(en="the command was typed wrongly", ja="コマンドの書き方が正しくありません"),
    INVALID: Words(
        en="the definitions, noroshi.toml or a value cannot be used",
        ja="定義、noroshi.toml、または値が使えません",
    ),
    NO_NODE: Words(en="no node can be reached", ja="ノードに届きません"),
    REFUSED: Words(
        en="refused: not there, not allowed, or changed by somebody else",
        ja="拒まれました: ないもの、権限のないもの、先にほかの人が変更したもの",
    ),
    WAITS: Words(
        en="`send`: the mail is in the queue, and not sent yet; the node sends it by itself",
        ja="`send`: 送信キューに入りましたが、まだ送っていません (ノードが自動で送ります)",
    ),
    UNSENT: Words(
        en="`send`: the mail is in the queue, and no node runs that sends it",
        ja="`send`: 送信キューに入りましたが、送るノードが動いていません",
    ),
    ASIDE: Words(
        en="`send`: the mail is in the queue, refused for an address, set aside or held; "
        "it does not go by itself",
        ja="`send`: 宛先の拒否、保留、停止のため、送信キューに残っていて自動では送られません",
    ),
}
KEPT = (WAITS, UNSENT, ASIDE)
"""The mail is safe in the queue; sending it once more would send it twice."""
BY_KIND: Mapping[str, int] = {
    "trouble": TROUBLE,
    "invalid": INVALID,
    "no node": NO_NODE,
    "not found": REFUSED,
    "forbidden": REFUSED,
    "password": REFUSED,
    "conflict": REFUSED,
}
