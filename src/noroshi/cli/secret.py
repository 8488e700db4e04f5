"""`noroshi secret`: puts a password into the vault, from where it never comes out to be read."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.asked import Asked
from noroshi.cli.client import Refused
from noroshi.cli.hidden import contents, typed
from noroshi.core.words import Words

PROMPT = Words(en="Password for “{name}”: ", ja="「{name}」のパスワード: ")
AGAIN = Words(en="Once more: ", ja="もう一度: ")
DIFFERENT = Words(
    en="The two are not the same, so nothing was kept.",
    ja="2回の入力が一致しないため、保存していません。",
)
BY_FILE = Words(
    en="There is no terminal to ask at: give the password by --file FILE (- is the standard "
    "input).",
    ja="端末がないため尋ねられません。--file FILE (- は標準入力) で渡してください。",
)
NOTHING_GIVEN = Words(
    en="Nothing was entered, so nothing was kept.",
    ja="何も入力されなかったため、保存していません。",
)
KEPT = Words(en="“{name}” is in the vault.", ja="「{name}」を保管庫に入れました。")


def set_(asked: Asked) -> int:
    """Ask for it, never by an argument: what stands there is seen in the list of processes."""
    name, file = asked.given.name, asked.given.file
    value = contents(file) if file else _typed(asked, name)
    if not value.strip():
        raise Refused("invalid", NOTHING_GIVEN)
    asked.call("set_secret", name=name, value=value)
    print(asked.say(KEPT.fill(name=name)))
    return exits.DONE


def _typed(asked: Asked, name: str) -> str:
    first = typed(asked, PROMPT.fill(name=name), BY_FILE)
    if first != typed(asked, AGAIN, BY_FILE):
        raise Refused("invalid", DIFFERENT)
    return first
