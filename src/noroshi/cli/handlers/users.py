"""`noroshi user` and `noroshi token`: who and what may enter the manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.cli.password_prompt import contents, typed
from noroshi.core.people import ROLE_NAMES
from noroshi.core.words import Words

Answer = Mapping[str, Any]
BY_CODE = Words(
    en="“{name}” ({role}) chooses a password in the manager, at /start, with this one-time code "
    "until {until}:\n\n  {code}",
    ja="「{name}」({role}) は、マネージャーの /start で次のワンタイム コードを使ってパスワードを決めます "
    "({until} まで)。\n\n  {code}",
)
BY_PASSWORD = Words(
    en="“{name}” ({role}) may log in.", ja="「{name}」({role}) でログインできます。"
)
ROLE_IS = Words(en="“{name}” is {role} now.", ja="「{name}」の権限は{role}になりました。")
REMOVED = Words(en="“{name}” is removed.", ja="「{name}」を削除しました。")
NO_USERS = Words(
    en="Nobody may log in yet. The first administrator: noroshi user add NAME --role "
    "administrator",
    ja="利用者はまだいません。最初の管理者は noroshi user add NAME --role administrator で作れます。",
)
NO_TOKENS = Words(en="There are no API tokens.", ja="API トークンはありません。")
USER_HEAD = (
    Words(en="NAME", ja="名前"),
    Words(en="ROLE", ja="権限"),
    Words(en="TWO STEPS", ja="2段階認証"),
    Words(en="SINCE", ja="作成"),
)
STEPS = {
    True: Words(
        en="yes ({left:recovery code|recovery codes})", ja="あり (リカバリー コード {left}個)"
    ),
    False: Words(en="no", ja="なし"),
}
WAITS = Words(en="has to choose a password", ja="パスワード未設定")
SCAN = Words(
    en="Give the authenticator this key, or make a QR code of the address:\n\n"
    "  {seed}\n  {address}\n",
    ja="認証アプリに次のキーを入れるか、アドレスを QR コードにして読み取ってください。\n\n"
    "  {seed}\n  {address}\n",
)
CODE = Words(en="Code that it shows now: ", ja="いま表示されているコード: ")
AT_TERMINAL = Words(
    en="There is no terminal to ask for the code at.",
    ja="端末がないため、コードを尋ねられません。",
)
RECOVERY = Words(
    en="Two-step log-in of “{name}” is on. Keep these recovery codes; each is good once:\n\n"
    "{codes}",
    ja="「{name}」の2段階認証を有効にしました。リカバリー コードを控えてください (それぞれ1回だけ使えます)。"
    "\n\n{codes}",
)
OFF = Words(
    en="Two-step log-in of “{name}” is off.", ja="「{name}」の2段階認証を無効にしました。"
)
TOKEN = Words(
    en="API token “{name}” ({role}), until {until}. It is not shown again:\n\n  {token}",
    ja="API トークン「{name}」({role})、期限 {until}。二度と表示されません。\n\n  {token}",
)
NEVER = Words(en="it is revoked", ja="失効させるまで")
TOKEN_HEAD = (
    Words(en="NAME", ja="名前"),
    Words(en="ROLE", ja="権限"),
    Words(en="UNTIL", ja="期限"),
    Words(en="MADE BY", ja="作成者"),
)
ENDED = Words(en="ended {until}", ja="{until} に期限切れ")
PROGRAMS = Words(en="{role}, programs", ja="{role}、プログラム可")
REVOKED = Words(en="“{name}” holds no more.", ja="「{name}」を失効させました。")


def add(asked: CommandContext) -> int:
    """A new one; the password never as an argument."""
    given = asked.given
    made = asked.call("user_add", name=given.name, role=given.role, password=_password(asked))
    return _made(asked, made)


def password(asked: CommandContext) -> int:
    """Another one, or a code for one."""
    made = asked.call("user_password", name=asked.given.name, password=_password(asked))
    return _made(asked, made)


def role(asked: CommandContext) -> int:
    """Another role."""
    name, wanted = asked.given.name, asked.given.role
    asked.call("user_role", name=name, role=wanted)
    print(asked.say(ROLE_IS.fill(name=name, role=ROLE_NAMES[wanted])))
    return exits.DONE


def remove(asked: CommandContext) -> int:
    """Take one out."""
    name = asked.call("user_remove", name=asked.given.name)
    print(asked.say(REMOVED.fill(name=name)))
    return exits.DONE


def list_(asked: CommandContext) -> int:
    """All of them."""
    found = asked.call("user_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NO_USERS))
    else:
        rows = [_head(asked, USER_HEAD), *(_user(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def totp(asked: CommandContext) -> int:
    """Begin, and prove that the authenticator has it; or turn it off."""
    name = asked.given.name
    if asked.given.off:
        asked.call("user_totp_off", name=name)
        print(asked.say(OFF.fill(name=name)))
        return exits.DONE
    begun = asked.call("user_totp", name=name)
    code = scanned(asked, begun)
    say_recovery(asked, asked.call("user_totp_on", name=name, code=code))
    return exits.DONE


def scanned(asked: CommandContext, begun: Answer) -> str:
    """Show what an authenticator takes; the code that it shows then."""
    print(asked.say(SCAN.fill(seed=begun["seed"], address=begun["address"])))
    return typed(asked, CODE, AT_TERMINAL)


def say_recovery(asked: CommandContext, kept: Answer) -> None:
    """Say that it is on, and the codes to keep."""
    codes = "\n".join(f"  {one}" for one in kept["codes"])
    print(asked.say(RECOVERY.fill(name=kept["name"], codes=codes)))


def token_new(asked: CommandContext) -> int:
    """Make one; its text alone goes to a program by --json."""
    given = asked.given
    made = asked.call(
        "token_new", name=given.name, role=given.role, days=given.days, programs=given.programs
    )
    if given.json:
        asked.print_json(made)
        return exits.DONE
    until = _when(made["until"]) if made["until"] else NEVER
    role, token = ROLE_NAMES[made["role"]], made["token"]
    print(asked.say(TOKEN.fill(name=made["name"], role=role, until=until, token=token)))
    return exits.DONE


def token_list(asked: CommandContext) -> int:
    """All of them."""
    found = asked.call("token_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NO_TOKENS))
    else:
        rows = [_head(asked, TOKEN_HEAD), *(_token(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def token_revoke(asked: CommandContext) -> int:
    """It holds no more."""
    name = asked.call("token_revoke", name=asked.given.name)
    print(asked.say(REVOKED.fill(name=name)))
    return exits.DONE


def _password(asked: CommandContext) -> str:
    file = asked.given.password_file
    return contents(file).strip("\r\n") if file else ""


def _made(asked: CommandContext, made: Answer) -> int:
    if asked.given.json:
        asked.print_json(made)
        return exits.DONE
    name, role = made["name"], ROLE_NAMES[made["role"]]
    words = BY_PASSWORD.fill(name=name, role=role)
    if made["code"]:
        until = _when(made["until"])
        words = BY_CODE.fill(name=name, role=role, until=until, code=made["code"])
    print(asked.say(words))
    return exits.DONE


def _user(asked: CommandContext, one: Answer) -> Sequence[str]:
    steps = STEPS[one["two_steps"]].fill(left=one["recovery"])
    state = WAITS if one["waits"] else steps
    role = ROLE_NAMES[one["role"]]
    return (one["name"], asked.say(role), asked.say(state), _when(one["made"]))


def _token(asked: CommandContext, one: Answer) -> Sequence[str]:
    role = ROLE_NAMES[one["role"]]
    role = PROGRAMS.fill(role=role) if one["programs"] else role
    until = asked.say(NEVER) if one["until"] is None else _when(one["until"])
    until = asked.say(ENDED.fill(until=until)) if one["ended"] else until
    return (one["name"], asked.say(role), until, one["by"])


def _head(asked: CommandContext, head: Sequence[Words]) -> Sequence[str]:
    return [asked.say(words) for words in head]


def _when(at: str) -> str:
    return clock(at, datetime.now(UTC))
