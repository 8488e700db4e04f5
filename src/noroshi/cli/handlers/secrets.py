"""`noroshi secret`: what is in the vault, put there and taken out; it never comes out to be read."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.tables import table
from noroshi.cli.password_prompt import contents, typed
from noroshi.core.definitions.accounts import OVER, end_of, is_over
from noroshi.core.definitions.problems import suggestion
from noroshi.core.words import NOTHING, Words

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
NOBODY_NAMES_IT = Words(
    en="No route and no account names it yet{instead}",
    ja="これを使う送信経路もアカウントもまだありません{instead}。",
)
ENDS = Words(
    en="Account {account} still gives {ends} as the day on which its secret ends (secret_ends). Write "
    "the new one's day there, or say it with --ends.",
    ja="アカウント {account} の secret_ends (シークレットの有効期限) は {ends} のままです。新しいシークレットの"
    "日付に直してください (--ends でも指定できます)。",
)
CHOSEN = Words(
    en="“{name}” is sent to {where}: the API token {token} chose that, and no person has confirmed it yet.",
    ja="「{name}」の送り先は {where} です。API トークン {token} が指定したもので、まだ誰も確認していません。",
)
MAY_GO = Words(en="May it go there? [y/N] ", ja="そこに送ってよいですか? [y/N] ")
NOT_THERE = Words(
    en="Nothing was kept. Correct where it goes first: {who}",
    ja="保存していません。先に送り先を直してください: {who}",
)
REMOVED = Words(
    en="“{name}” is gone from the vault.", ja="「{name}」を保管庫から削除しました。"
)
NONE_YET = Words(en="The vault has no entry yet.", ja="保管庫にはまだ何もありません。")
HEAD = (
    Words(en="ENTRY", ja="項目"),
    Words(en="IN THE VAULT", ja="保管庫"),
    Words(en="NAMED BY", ja="使っている定義"),
)
IS_KEPT = {
    True: Words(en="yes", ja="あり"),
    False: Words(en="no: noroshi secret set {name}", ja="なし: noroshi secret set {name}"),
}
NOBODY = Words(en="nobody", ja="なし")


def set_(asked: CommandContext) -> int:
    """Ask for it, never by an argument: what stands there is seen in the list of processes."""
    name, file = asked.given.name, asked.given.file
    value = contents(file) if file else _typed(asked, name)
    if not value.strip():
        raise RefusedError("invalid", NOTHING_GIVEN)
    day = dated(asked, name, asked.given.ends) if asked.given.ends else None
    to = asked.given.to or places(asked, name)
    before = _entries(asked).get(name, {"kept": False, "named_by": ()})
    of_account = any(key.startswith("accounts/") for key in before["named_by"])
    if of_account and asked.running:
        say_that_it_is_asked(asked)
    asked.call("set_secret", name=name, value=value, proved=not asked.given.force, to=to)
    print(asked.say(KEPT.fill(name=name)))
    if day:
        write_down(asked, day)
    _say_if_nobody_names_it(asked, name)
    if not of_account or not asked.running:
        return exits.DONE
    return _told(asked, name, stale=before["kept"] and not day)


def places(asked: CommandContext, name: str) -> Sequence[str]:
    """Return where an entry goes; ask about where an API token chose it. Raises
    RefusedError."""
    one = _entries(asked).get(name, {})
    to: Sequence[str] = one.get("goes_to", ())
    if not one.get("led_by"):
        return to
    print(asked.say(CHOSEN.fill(name=name, where=", ".join(to), token=one["led_by"])))
    if not sys.stdin.isatty():
        return ()  # the node refuses it, and says what to do
    asked.let_go()  # whoever thinks for an hour keeps no node from starting
    try:
        said = input(asked.say(MAY_GO))
    except EOFError:
        said = ""
    if said.strip().lower() not in ("y", "yes"):
        raise RefusedError("invalid", NOT_THERE.fill(who=", ".join(one["named_by"])))
    return to


def list_(asked: CommandContext) -> int:
    """Print which entries there are, and who names them; never what is in them."""
    found = asked.call("secret_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NONE_YET))
    else:
        rows = [[asked.say(words) for words in HEAD], *(_row(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def remove(asked: CommandContext) -> int:
    """Take one out for good."""
    name = asked.call("secret_remove", name=asked.given.name, force=asked.given.force)
    print(asked.say(REMOVED.fill(name=name)))
    return exits.DONE


def _row(asked: CommandContext, one: Mapping[str, Any]) -> Sequence[str]:
    kept = asked.say(IS_KEPT[one["kept"]].fill(name=one["name"]))
    return (one["name"], kept, ", ".join(one["named_by"]) or asked.say(NOBODY))


def _entries(asked: CommandContext) -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in asked.call("secret_list")}


def _say_if_nobody_names_it(asked: CommandContext, name: str) -> None:
    """A slip in the name would else be found when the first mail waits."""
    entries = _entries(asked)
    if not entries[name]["named_by"]:
        known = [other for other, one in entries.items() if one["named_by"]]
        near = suggestion(name, known) if known else NOTHING
        print(asked.say(NOBODY_NAMES_IT.fill(instead=near)))


def _told(asked: CommandContext, name: str, *, stale: bool) -> int:
    """What the sign-in servers say of it, and whose day of end may be the old one's."""
    found = told(asked, name)
    for one in found:
        if stale and one["ends"]:
            print(asked.say(ENDS.fill(account=one["account"], ends=one["ends"])))
    return exits.TROUBLE if any(one["refused"] for one in found) else exits.DONE


def _typed(asked: CommandContext, name: str) -> str:
    first = typed(asked, PROMPT.fill(name=name), BY_FILE)
    if first != typed(asked, AGAIN, BY_FILE):
        raise RefusedError("invalid", DIFFERENT)
    return first


NO_ACCOUNT = Words(
    en="There is no day to be written down: no account names “{name}” as its secret.",
    ja="「{name}」をシークレットとして使うアカウントがないため、有効期限を書き込めません。",
)
WRITTEN = Words(
    en="Account {account}: its secret ends on {day}.",
    ja="アカウント {account} に、シークレットの有効期限 {day} を書き込みました。",
)
DAY_OF = {"secret": "secret_ends", "secret_next": "secret_next_ends"}
Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Dated:
    """Hold what the accounts are to say, and what they must still be then."""

    day: str
    put: Documents
    etags: Mapping[str, str]


def dated(asked: CommandContext, name: str, day: str) -> Dated:
    """Before the secret is kept: a day that cannot be keeps it out. Raises RefusedError."""
    ends = end_of(day)
    if ends and is_over(ends, datetime.now(UTC)):
        raise RefusedError("invalid", OVER.fill(day=day))
    found = asked.call("definition_show", types=("accounts",))
    put = _with_day(found["documents"], name, day)
    if not put:
        raise RefusedError("invalid", NO_ACCOUNT.fill(name=name))
    made = Dated(day, put, {key: found["etags"][key] for key in put})
    asked.call("definition_change", put=made.put, etags=made.etags, dry=True)
    return made


def write_down(asked: CommandContext, made: Dated) -> None:
    """Into force, unless it is there already."""
    told = asked.call("definition_change", put=made.put, etags=made.etags, dry=True)
    if told["differences"]:
        asked.call("definition_change", put=made.put, etags=made.etags)
    for key in made.put:
        account = key.partition("/")[2]
        print(asked.say(WRITTEN.fill(account=account, day=made.day)))


def _with_day(documents: Documents, name: str, day: str) -> dict[str, dict[str, Any]]:
    return {
        key: {**said, field: day}
        for key, said in documents.items()
        for entry, field in DAY_OF.items()
        if said.get(entry) == name
    }


ASKING = Words(
    en="Asking the sign-in server whether it takes it …",
    ja="サインイン サーバーに確かめています…",
)
SECRET, CERTIFICATE = (
    Words(en="secret", ja="シークレット"),
    Words(en="certificate", ja="証明書"),
)
TAKEN = Words(
    en="The sign-in server takes it for account {account}.",
    ja="アカウント {account} の{what}として、サインイン サーバーに認められました。",
)
NOT_SURE = Words(
    en="Whether it is right for account {account} cannot be told yet; the sign-in will. ({why})",
    ja="アカウント {account} のものとして正しいかどうかは、まだ確かめられません。サインインのときに分かります "
    "({why})。",
)
REFUSED = Words(
    en="It does not do for account {account}: {why}",
    ja="アカウント {account} では使えません: {why}",
)


def say_that_it_is_asked(asked: CommandContext) -> None:
    """It may take a while."""
    print(asked.say(ASKING), file=sys.stderr, flush=True)


def told(
    asked: CommandContext, entry: str, what: Words = SECRET
) -> Sequence[Mapping[str, Any]]:
    """For each account that shows it, said on a line; what was answered."""
    found: Sequence[Mapping[str, Any]] = asked.call("secret_try", name=entry)
    for one in found:
        words = TAKEN if one["taken"] else REFUSED if one["refused"] else NOT_SURE
        why = Words(**one["why"])
        print(asked.say(words.fill(account=one["account"], what=what, why=why)))
    return found
