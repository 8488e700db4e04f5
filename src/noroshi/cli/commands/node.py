"""The node and this program: what is made, run, looked after."""

from __future__ import annotations

from noroshi.cli.commands.parts import Command, Option
from noroshi.core.words import Words

INIT = Command(
    name="init",
    run="noroshi.cli.init:init",
    help=Words(
        en="make a home folder: settings, key, empty store",
        ja="ホームフォルダーを作ります (設定、鍵、空の保存先)",
    ),
    more=(
        Words(
            en="Nothing that is there is ever overwritten. Keep a copy of the key elsewhere: "
            "without it the secrets cannot be opened again.",
            ja="すでにあるものは決して上書きしません。鍵は別の場所に控えてください。"
            "鍵がなければ、入れた秘密は二度と開けません。",
        ),
    ),
    options=(
        Option(
            ("--name",),
            Words(en="name of the node (default: node)", ja="ノードの名前 (既定値: node)"),
            {"metavar": "NAME", "default": "node"},
        ),
    ),
)
SERVE = Command(
    name="serve",
    run="noroshi.cli.serve:serve",
    help=Words(en="run the node: watch, and send", ja="ノードを動かします (監視と送信)"),
    more=(
        Words(
            en="It says what it watches and by which routes it sends. SIGTERM or Ctrl-C ends it.",
            ja="何を監視し、どの経路で送るかを表示します。SIGTERM か Ctrl-C で終わります。",
        ),
    ),
)
DEMO = Command(
    name="demo",
    run="noroshi.demo:main",
    help=Words(
        en="see an alarm arrive on this machine, without a tenant",
        ja="テナントなしで、アラームが届くところをこのマシンで見ます",
    ),
)
LAB = Command(
    name="lab",
    run="noroshi.lab.main:main",
    help=Words(
        en="run a simulator of Entra ID and Exchange Online",
        ja="Entra ID と Exchange Online のシミュレーターを動かします",
    ),
)
