"""The process's own file, noroshi.toml in the home folder: read strictly, told all at once.

It says what may run and who may come in, so no API ever writes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noroshi.config.setting_values import (
    Wrong,
    read_days,
    read_folders,
    read_name,
    read_nets,
    read_one_of,
    read_path,
    read_socket,
    read_text,
    read_texts,
    read_url,
    read_variables,
)
from noroshi.config.web import PORT, Unusable, Web, read_web
from noroshi.core.definitions.toml_recovery import Slip, slips
from noroshi.core.network_policy import Net
from noroshi.core.os_errors import why
from noroshi.core.words import Words

FILE = "noroshi.toml"
LEVELS = ("debug", "info", "warning", "error")
LANGUAGES = ("", "en", "ja")
LOGS = ("auto", "stderr", "file")
WRITABLE_BY_OTHERS = 0o002

NO_FILE = Words(
    en="does not exist. `noroshi init` makes it; another home folder is chosen by --home",
    ja="ありません。`noroshi init` で作れます。別のホームフォルダーは --home で指定します",
)
UNREADABLE = Words(en="cannot be read: {why}", ja="読めません: {why}")
NO_TOML = Words(en="is not TOML: {why}", ja="TOML として読めません: {why}")
NO_TOML_AT = Words(
    en="is not TOML at line {line}, column {column}: {why}",
    ja="{line}行目の{column}文字目が TOML として読めません ({why})",
)
NO_UTF8 = Words(
    en="is not UTF-8; save the file as UTF-8",
    ja="UTF-8 ではありません。ファイルを UTF-8 で保存してください",
)
OPEN_TO_ALL = Words(
    en="anybody may write to it, and it names what may run; do `chmod o-w`",
    ja="実行してよいプログラムを決めるファイルなのに、誰でも書き込めます。`chmod o-w` してください",
)
UNKNOWN = Words(
    en="there is no such setting; there are {known}",
    ja="この設定はありません。あるのは {known} です",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the file, and where."""

    where: str
    what: Words


class ConfigError(ValueError):
    """The file cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.what.en}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one process. Paths are whole; `programs` are folders.

    `runs_as` are the users that a script may name, `program_env` the variables that its `env`
    may set; `language` "" is the caller's own. Whoever knows `beat` may give signs of life in
    our place, so it is not shown. `ledger_days` is how long settled mails and events are kept,
    `audit_days` what people changed. `may_reach` is open to definitions although it is closed
    by itself. `web` None: there is no manager.
    """

    home: Path
    store: Path
    key: Path
    door: Path
    name: str = "node"
    door_group: str = ""
    programs: tuple[Path, ...] = ()
    runs_as: tuple[str, ...] = ()
    program_env: tuple[str, ...] = ()
    language: str = ""
    log: str = "auto"
    log_level: str = "info"
    beat: str = field(default="", repr=False)
    ledger_days: int = 365
    audit_days: int = 365
    may_reach: tuple[Net, ...] = ()
    web: Web | None = None


def read_config(home: Path) -> Config:
    """Read the settings in a home folder. Raise ConfigError with all that is wrong with
    them."""
    file = home / FILE
    given, problems = _load(file), list[Fault]()
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        try:
            values[name] = setting.read(home, given.get(name, setting.default))
        except Wrong as wrong:
            problems.append(Fault(f"{file}: {name}", wrong.words))
        except Unusable as unusable:
            problems += [Fault(f"{file}: {name}", words) for words in unusable.words]
    known = ", ".join(SETTINGS)
    problems += [
        Fault(f"{file}: {name}", UNKNOWN.fill(known=known)) for name in given.keys() - SETTINGS
    ]
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda p: p.where)))
    return Config(home=home, **values)


def _load(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_mode & WRITABLE_BY_OTHERS:
            raise ConfigError((Fault(str(file), OPEN_TO_ALL),))
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        words = NO_FILE
    except OSError as error:
        words = UNREADABLE.fill(why=why(error))
    except tomllib.TOMLDecodeError as error:
        found = slips(text, str(error))
        raise ConfigError(tuple(Fault(str(file), _slip(one)) for one in found)) from None
    except UnicodeDecodeError:
        words = NO_UTF8
    raise ConfigError((Fault(str(file), words),))


def _slip(slip: Slip) -> Words:
    if not slip.line:
        return NO_TOML.fill(why=slip.why)
    return NO_TOML_AT.fill(line=slip.line, column=slip.column, why=slip.why)


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the file: how it is read, what it is if it is not given, its help."""

    read: Callable[[Path, object], object]
    default: str | list[str] | int | dict[str, int]
    help: Words


SETTINGS: Mapping[str, Setting] = {
    "name": Setting(read_name, "node", Words(en="The node's name.", ja="ノードの名前です。")),
    "store": Setting(
        read_path,
        "noroshi.db",
        Words(
            en="Where all that must survive a crash lives.",
            ja="消えてはならないものをすべて入れるファイルです。",
        ),
    ),
    "key": Setting(
        read_path,
        "key",
        Words(
            en="The key that seals the secrets. Keep a copy elsewhere: there is no other.",
            ja="秘密を封じる鍵です。ほかにはないので、別の場所に控えてください。",
        ),
    ),
    "door": Setting(
        read_socket,
        "door.sock",
        Words(
            en="The socket through which commands reach a running node.",
            ja="コマンドが動作中のノードに話しかけるソケットです。",
        ),
    ),
    "door_group": Setting(
        read_text,
        "",
        Words(
            en="Members of this group are operators: they look, send, handle mails and alarms, and\n"
            "stop and start what is watched. They must reach the socket: set door to a path\n"
            'outside this folder, such as "/run/noroshi/door.sock".',
            ja="このグループの利用者は運用担当です。状態を見て、送信し、メールとアラームを操作し、\n"
            "監視を停止・開始できます。ソケットに届くよう、door はこのフォルダーの外\n"
            '("/run/noroshi/door.sock" など) にしてください。',
        ),
    ),
    "programs": Setting(
        read_folders,
        [],
        Words(
            en="Folders whose programs monitors may run. None: only Debian's Nagios plug-ins;\n"
            "naming any folder replaces the default; add /usr/lib/nagios/plugins to keep it.",
            ja="監視項目が実行してよいプログラムのフォルダーです。"
            "なければ Debian の Nagios プラグインだけです。\n"
            "指定すると既定は無効になります。Nagios プラグインも使うなら /usr/lib/nagios/plugins も書いてください。",
        ),
    ),
    "runs_as": Setting(
        read_texts,
        [],
        Words(
            en="Users that a script may run as.", ja="スクリプトの実行に使ってよい利用者です。"
        ),
    ),
    "program_env": Setting(
        read_variables,
        [],
        Words(
            en="Environment variables that a script's env may set, by their full names. Leave out those\n"
            "that make programs load or run other code (LD_PRELOAD, PYTHONPATH and the like).",
            ja="スクリプトの env で設定してよい環境変数です。名前を1つずつ書きます。LD_PRELOAD や PYTHONPATH のように、\n"
            "プログラムに別のものを読み込ませたり実行させたりするものは書かないでください。",
        ),
    ),
    "language": Setting(
        read_one_of(LANGUAGES),
        "",
        Words(
            en='Language of the commands: "en", "ja", or "" for that of whoever asks.',
            ja='コマンドの言語です。"en"、"ja"、"" (使う人の言語) のどれかです。',
        ),
    ),
    "log": Setting(
        read_one_of(LOGS),
        "auto",
        Words(
            en='Where Noroshi\'s own log goes: "auto" is the journal under systemd, else the\n'
            'standard error; "stderr"; "file" is noroshi.log in this folder, 5 files of 5 MiB.',
            ja='Noroshi 自身のログの行き先です。"auto" は systemd の下ではジャーナル、それ以外では\n'
            '標準エラー出力です。"stderr" は標準エラー出力、"file" はこのフォルダーの noroshi.log '
            "(5 MiB を5個まで) です。",
        ),
    ),
    "log_level": Setting(
        read_one_of(LEVELS),
        "info",
        Words(
            en="The least that is logged: debug, info, warning or error.",
            ja="これより軽いものは記録しません: debug、info、warning、error のどれかです。",
        ),
    ),
    "beat": Setting(
        read_url,
        "",
        Words(
            en="A URL that is fetched once a minute while all goes well, such as a check of\n"
            "Healthchecks: when it hears nothing, it tells you that Noroshi itself is dead.",
            ja="正常に動いているあいだ、1分ごとに開く URL です (Healthchecks の check など)。\n"
            "何も届かなくなると、Noroshi そのものが止まったことを、そちらが知らせてくれます。",
        ),
    ),
    "ledger_days": Setting(
        read_days,
        365,
        Words(
            en="How many days mails that were sent, and events, stay in the ledger.",
            ja="送信済みのメールとイベントを台帳に残す日数です。",
        ),
    ),
    "audit_days": Setting(
        read_days,
        365,
        Words(
            en="How many days the audit log keeps what people changed.",
            ja="監査ログを残す日数です。",
        ),
    ),
    "may_reach": Setting(
        read_nets,
        [],
        Words(
            en="Addresses that routes, sign-ins and monitors of web pages may lead to although they\n"
            "are closed to them: those where a cloud hands out credentials (169.254.169.254 and\n"
            "others), and that of the manager. Written as 169.254.169.254 or 169.254.0.0/16.",
            ja="送信経路、サインイン、Web ページの監視項目からは接続できないアドレスのうち、接続を許すものです。クラウドが認証情報を\n"
            "渡すアドレス (169.254.169.254 など) とマネージャーのアドレスは、ここに書かない限り接続できません。\n"
            "169.254.169.254 や 169.254.0.0/16 のように書きます。",
        ),
    ),
    "web": Setting(
        read_web,
        {"port": PORT},
        Words(
            en="Where the manager listens for browsers and the API; false: there is none. It is open\n"
            'to this computer alone; to others with address = "0.0.0.0" and hosts = ["name", …],\n'
            "by TLS: with certificate and key (files in PEM), or with a certificate of its own.",
            ja="マネージャー (ブラウザーと API) の待ち受けです。false なら開きません。ふだんはこの\n"
            'コンピューターだけに開きます。address = "0.0.0.0" と hosts = ["名前", …] を加えると、ほかからも\n'
            "開けます。通信は TLS で、certificate と key (PEM ファイル) がなければ自分の証明書を作ります。",
        ),
    ),
}


def sample(**given: str) -> str:
    """Return the file that `init` writes: each setting with its help in both languages; only
    those that are given are in force."""
    parts = list[str]()
    for key, setting in SETTINGS.items():
        told = [*setting.help.ja.split("\n"), *setting.help.en.split("\n")]
        default = _in_toml(setting.default)
        line = f'{key} = "{given[key]}"' if key in given else f"# {key} = {default}"
        parts.append("\n".join([*(f"# {text}" for text in told), line]))
    return "\n\n".join(parts) + "\n"


def _in_toml(default: object) -> str:
    if isinstance(default, dict):
        return "{ " + ", ".join(f"{name} = {value}" for name, value in default.items()) + " }"
    return f'"{default}"' if isinstance(default, str) else str(default)
