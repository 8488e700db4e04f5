"""`noroshi authorize ROUTE`: a person signs the mailbox in, in any browser, and pastes back
the address at which the browser ends."""

from __future__ import annotations

import getpass
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.asked import Asked
from noroshi.cli.client import Refused
from noroshi.core.model import NOTHING
from noroshi.core.words import Words

try:
    import readline  # noqa: F401  # a terminal's own lines end at 4,096 bytes, which a code may pass
except ImportError:  # a Python built without it
    pass

STDIN = "-"
A_MOMENT = 0.3
TRIES = 5
LONGEST_URL = 1 << 16

ASK_SECRET = Words(
    en="""Account {account} has no client secret yet (vault entry “{secret}”).
In the Entra admin centre, under App registrations > Certificates & secrets, copy the
*Value* of a client secret, not its Secret ID. It is not shown while you paste it.""",
    ja="""アカウント {account} のクライアント シークレットがまだありません (保管庫の「{secret}」)。
Entra 管理センターの「アプリの登録」>「証明書とシークレット」で、クライアント シークレットの
「値」をコピーしてください (「シークレット ID」ではありません)。貼り付けても画面には出ません。""",
)
SECRET_PROMPT = Words(en="Client secret: ", ja="クライアント シークレット: ")
SECRET_BY_FILE = Words(
    en="There is no terminal to ask at: give the client secret by --secret-file FILE.",
    ja="端末がないため尋ねられません。--secret-file FILE で渡してください。",
)
SECRET_KEPT = Words(
    en="The client secret is in the vault as “{secret}”.",
    ja="クライアント シークレットを保管庫の「{secret}」に入れました。",
)
OPEN_PAGE = Words(
    en="""
1. Open this page in a browser, on any computer:

{url}

2. Sign in as the mailbox from which mail shall be sent, and accept.
3. The browser then says that it cannot connect to localhost. That is as it should be:
   what we need stands in its address bar.
4. Copy the whole address and paste it here, then press Enter. It begins with
   http://localhost (another redirect URI: with that one). It may span several lines.
""",
    ja="""
1. ブラウザーでこのページを開いてください。どのコンピューターでも構いません。

{url}

2. メールの送信元にするメールボックスでサインインし、許可してください。
3. ブラウザーは「localhost に接続できません」と表示しますが、それで正常です。
   必要なものはアドレス バーに入っています。
4. アドレス全体をコピーし、ここに貼り付けて Enter を押してください。http://localhost で
   始まります (リダイレクト URI を変えていればそのアドレス)。数行に分かれていても構いません。
""",
)
URL_PROMPT = Words(en="Address: ", ja="アドレス: ")
ONCE_MORE = Words(
    en="Try once more, or end with Ctrl-C; what waits to be sent stays.",
    ja="もう一度試すか、Ctrl-C で終わってください。待っているメールはそのまま残ります。",
)
SIGNED_IN = Words(
    en="Route {route} is signed in. {waiting}Test it: noroshi send --route {route} --to ADDRESS --subject test --text test",
    ja="経路 {route} のサインインが済みました。{waiting}"
    "試すには: noroshi send --route {route} --to アドレス --subject test --text test",
)
THEY_GO = Words(
    en="Mails that wait for it go out now: {count}. ", ja="待っている{count}通を順に送ります。"
)
NOBODY_SENDS = Words(
    en="No node is running; mail goes out once noroshi serve runs.",
    ja="ノードが動いていません。noroshi serve を始めると送信します。",
)
NO_PAGE = Words(
    en="--url-file is not for this route: its app signs in by itself, there is no page.",
    ja="この経路に --url-file は使えません。アプリだけでサインインするため、開くページがありません。",
)
NO_SECRET = Words(
    en="Nothing was entered, so no client secret was kept.",
    ja="何も入力されなかったため、クライアント シークレットは保存していません。",
)
NO_ADDRESS = Words(
    en="Nothing was entered, so nobody was signed in.",
    ja="何も入力されなかったため、サインインしていません。",
)
CANNOT_READ = Words(en="Cannot read {file}: {why}", ja="{file} を読めません: {why}")
BOTH_STDIN = Words(
    en="Only one of --secret-file and --url-file can be the standard input (-).",
    ja="標準入力 (-) を使えるのは --secret-file か --url-file のどちらか一方です。",
)


def authorize(asked: Asked) -> int:
    """Sign the route in; what the provider says on a failure is told, and one may try again."""
    given = asked.given
    if given.secret_file == given.url_file == STDIN:
        given.parser.refuse(BOTH_STDIN)
    begun = asked.call("authorize_begin", route=given.route)
    if begun["by"] == "app" and given.url_file:
        given.parser.refuse(NO_PAGE)
    if not begun["secret_kept"] or given.secret_file:
        if not given.secret_file:
            print(asked.say(ASK_SECRET.fill(account=begun["account"], secret=begun["secret"])))
        _keep_secret(asked, begun["secret"], given.secret_file)
        begun = asked.call("authorize_begin", route=given.route)
    status = _proved(asked, begun) if begun["by"] == "app" else _finished(asked, begun)
    count = status["waiting"]
    waiting = THEY_GO.fill(count=count) if count else NOTHING
    print(asked.say(SIGNED_IN.fill(route=given.route, waiting=waiting)))
    if not asked.running:
        print(asked.say(NOBODY_SENDS))
    return exits.DONE


def _keep_secret(asked: Asked, name: str, file: str | None) -> None:
    """Into the vault; at a terminal a refused one, such as the secret's ID, is asked for again."""
    if not file and not sys.stdin.isatty():
        raise Refused("invalid", SECRET_BY_FILE)
    for left in reversed(range(1 if file else TRIES)):
        prompt = asked.say(SECRET_PROMPT)
        value = _contents(file, NO_SECRET) if file else getpass.getpass(prompt)
        try:
            asked.call("set_secret", name=name, value=value)
            break
        except Refused as refused:
            _again(asked, refused, left)
    print(asked.say(SECRET_KEPT.fill(secret=name)))


def _proved(asked: Asked, begun: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where an app signs in by itself there is no page: a token is fetched and looked into."""
    for left in reversed(range(TRIES)):
        try:
            proof = asked.call("authorize_app", route=asked.given.route)
            break
        except Refused as refused:
            if asked.given.secret_file or not refused.about("secret"):
                raise
            _again(asked, refused, left)
            _keep_secret(asked, begun["secret"], None)
    for words in proof["token"]:
        print(asked.say(words))
    status: Mapping[str, Any] = proof["route"]
    return status


def _finished(asked: Asked, begun: Mapping[str, Any]) -> Mapping[str, Any]:
    route, file = asked.given.route, asked.given.url_file
    print(asked.say(OPEN_PAGE.fill(url=begun["url"])), flush=True)
    pasted = ""
    for left in reversed(range(1 if file else TRIES)):
        pasted = pasted or (_contents(file, NO_ADDRESS) if file else _pasted(asked))
        try:
            status: Mapping[str, Any] = asked.call(
                "authorize_finish", route=route, pasted=pasted
            )
        except Refused as refused:
            _again(asked, refused, left)
            if refused.about("secret"):  # the code was not looked at yet, so it may still do
                _keep_secret(asked, begun["secret"], None)
            else:
                pasted = ""
        else:
            return status
    raise AssertionError("the last try raises or returns")


def _again(asked: Asked, refused: Refused, left: int) -> None:
    """Say what is wrong and go on, while there are tries left and there is somebody to try."""
    if not left or refused.kind not in ("trouble", "invalid") or not sys.stdin.isatty():
        raise refused
    more = () if refused.about("secret") else (*(p for _, p in refused.problems), ONCE_MORE)
    for words in (refused.words, *more):
        print(asked.say(words), file=sys.stderr)


def _pasted(asked: Asked) -> str:
    """The address, which mail programs and terminals like to break into lines.

    It is over once it holds what a finished sign-in has and nothing more comes, or with an
    empty line. What is piped in is read to its end.
    """
    if not sys.stdin.isatty():
        return _given(sys.stdin.read(LONGEST_URL), NO_ADDRESS)
    try:
        lines = [input(asked.say(URL_PROMPT))]
        while lines[-1].strip() and (_more_waits() or not _whole("".join(lines))):
            lines.append(input())
    except EOFError:
        raise Refused("invalid", NO_ADDRESS) from None
    return _given("".join(lines), NO_ADDRESS)


def _whole(text: str) -> bool:
    return "state=" in text and ("code=" in text or "error=" in text)


def _more_waits() -> bool:
    """Whether what was pasted goes on: its other lines are there already, typed by nobody."""
    return bool(select.select([sys.stdin], [], [], A_MOMENT)[0])


def _given(text: str, nothing: Words) -> str:
    if not text.strip():
        raise Refused("invalid", nothing)
    return text


def _contents(file: str, nothing: Words) -> str:
    try:
        text = sys.stdin.read() if file == STDIN else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise Refused("invalid", CANNOT_READ.fill(file=file, why=why)) from None
    return _given(text, nothing)
