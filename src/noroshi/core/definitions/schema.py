"""Definitions as a person writes them: one dataclass for each sort of file, nothing inherited.

What is watched and who is told stands here; how it leaves, in `schema_mail`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from noroshi.core.definitions.definition import Definition
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, NetworkDef, RouteDef

EventName = Literal[
    "started",
    "stopped",
    "settings-changed",
    "action-failed",
    "set-aside",
    "came-back",
    "all-is-well",
    "unwatched",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsDef(Definition):
    warning: float | None = None
    """From this value on the reading is at WARNING. / 測定値がこの値に達すると「注意」になります。"""
    critical: float | None = None
    """From this value on the reading is at CRITICAL. / 測定値がこの値に達すると「危険」になります。"""
    rising: bool | None = None
    """Whether high values are bad, or low ones. Unless given, what the kind says of the reading. / 値が高いほど悪いか、低いほど悪いかです。指定しなければ、種別が測定値ごとに決めています。"""
    margin: float = 0.0
    """How far back behind a limit the value must go before the level ends. / しきい値からこの幅だけ戻ると、レベルが元に戻ります。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDef(Definition):
    """Planned work: nothing is told while it goes on."""

    title: str = ""
    """What is done then, where people read. / 作業の内容です。画面に出ます。"""
    begins: str
    """When it begins, in the instance's time zone: 22:00 each week, or once, 2026-12-24 22:00. / 始まる時刻です。毎週なら 22:00、1回だけなら 2026-12-24 22:00 のように書きます。監視インスタンスのタイムゾーンです。"""
    ends: str
    """When it ends, in the same way; a time of day that is earlier is that of the next day. / 終わる時刻です。始まる時刻より前なら、翌日の時刻とみなします。"""
    days: tuple[str, ...] = ()
    """On which days of the week it begins; all of them unless given. / 始まる曜日です。指定しなければ毎日です。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDef(Definition):
    id: str = ""
    """Made by Noroshi at the first `apply`; keep it, as state and history belong to it. / 最初の `apply` のときに付く ID です。状態と履歴をつなぐので、変えないでください。"""
    name: str
    """Its name within the group: a-z, 0-9, - and _. / グループの中での名前です。a-z、0-9、-、_ が使えます。"""
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    kind: str
    """Which kind of monitor it is: port, disk, process ... / 監視項目の種別です (port、disk、process など)。"""
    every: str = ""
    """How often it is measured: 30s, 5m, 1h30m, 1d; at least 1s. / 測定の間隔です (30s、5m、1h30m、1d など)。1秒以上です。"""
    at: tuple[str, ...] | str = ()
    """At which times of day, in the instance's time zone, instead of an interval: 07:30. / 間隔の代わりに、測定する時刻です (07:30 など)。監視インスタンスのタイムゾーンです。"""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times. / 時刻で測定する曜日です。"""
    timeout: str = "20s"
    """How long a measurement may take. / 1回の測定にかけてよい時間です。"""
    patience: int = 1
    """How many measurements in a row it takes to believe a new level, 1 to 100. / 新しいレベルと認めるまでの、連続した測定の回数です (1から100)。"""
    may_vanish: bool = False
    """Whether items (a volume, a process) may go away without an alarm. / 対象 (ボリュームやプロセス) がなくなってもアラームにしません。"""
    rules: tuple[str, ...] | None = None
    """Which rules act on it; without any, nobody is told. / この監視項目に使う実行条件です。1つもなければ、誰にも知らせません。"""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What its kind wants to know. / 種別ごとの設定です。"""
    limits: Mapping[str, LimitsDef] = field(default_factory=dict)
    """Limits by reading; an empty table switches the kind's own limits off. / 測定値ごとのしきい値です。空のテーブルにすると、種別の既定のしきい値も使いません。"""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on it, beside its group's and its instance's. / この監視項目のメンテナンスです。グループと監視インスタンスのものに加わります。"""
    network: str = ""
    """For a web page: which network it goes through; directly unless one is given. / Web ページの監視で、どのネットワークを通るかです。指定しなければ直接つなぎます。"""
    enabled: bool = True
    """Switched off: it is not measured until it is switched on again. / オフにすると監視を停止し、オンに戻すまで測定しません。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDef(Definition):
    name: str
    """Its name within the instance: a-z, 0-9, - and _. / 監視インスタンスの中での名前です。a-z、0-9、-、_ が使えます。"""
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    every: str = ""
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての間隔です。"""
    at: tuple[str, ...] | str = ()
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての時刻です。"""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times. / 時刻で測定する曜日です。"""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else; without any, nobody is told. / 個別に指定のない監視項目すべての実行条件です。1つもなければ、誰にも知らせません。"""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else. / 個別に指定のない監視項目すべてのしきい値です。種別と測定値ごとに決めます。"""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on all its monitors, beside the instance's. / グループ全体のメンテナンスです。監視インスタンスのものに加わります。"""
    enabled: bool = True
    """Switched off: none of its monitors is measured, whatever they say themselves. / オフにすると、各監視項目の設定にかかわらず、グループ全体の監視を停止します。"""
    monitor: tuple[MonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    address: str = "127.0.0.1"
    """Where network checks reach it: a name or an IP address. / ネットワーク監視の接続先です。名前か IP アドレスで指定します。"""
    zone: str = "UTC"
    """Its time zone, as in Asia/Tokyo. / タイムゾーンです (Asia/Tokyo など)。"""
    every: str = ""
    """For all its monitors that say nothing else; 1m if nobody says anything. / 個別に指定のない監視項目すべての間隔です。どこにも指定がなければ1分です。"""
    at: tuple[str, ...] | str = ()
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての時刻です。"""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times. / 時刻で測定する曜日です。"""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての実行条件です。"""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else. / 個別に指定のない監視項目すべてのしきい値です。種別と測定値ごとに決めます。"""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on the whole of it. / 監視インスタンス全体のメンテナンスです。"""
    enabled: bool = True
    """Switched off: its monitoring is stopped; nothing of it is measured. / オフにすると監視を停止し、何も測定しません。"""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintMonitorDef(MonitorDef):
    title_ja: str = ""
    """The title in Japanese, for who adds it in Japanese. / 日本語で追加するときの名前です。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintGroupDef(GroupDef):
    title_ja: str = ""
    """The title in Japanese, for who adds it in Japanese. / 日本語で追加するときの名前です。"""
    monitor: tuple[BlueprintMonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintDef(Definition):
    """Groups to add to an instance; ${name} in their texts stands for what is asked for."""

    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    title_ja: str = ""
    """The same in Japanese. / 日本語での名前です。"""
    help: str = ""
    """What it watches, in a sentence. / 何を監視するかの1文です。"""
    help_ja: str = ""
    """The same in Japanese. / その日本語です。"""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What is asked for when it is added, with what is taken otherwise; "" must be said. / 追加するときに尋ねる項目と、その既定値です。"" なら必ず指定します。"""
    group: tuple[BlueprintGroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDef(Definition):
    name: str
    title: str = ""
    """Who it is, where people read. / 画面やメールに出る、人や宛先の名前です。"""
    addresses: tuple[str, ...]
    """Mail addresses; each is told. / メール アドレスです。すべてに送ります。"""
    language: Literal["ja", "en"] = "en"
    """In which language. / メールの言語です。"""
    zone: str = "UTC"
    """In which time zone times are written, as in Asia/Tokyo. / 時刻を書くときのタイムゾーンです (Asia/Tokyo など)。"""
    one_by_one: int = 3
    """How many alarms within a minute come one by one, before those that follow are put together; 0: all do. / 1分以内のアラームのうち、1通ずつ送る件数です。続くものは1通にまとめます。0 ならすべて1通ずつ送ります。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDef(Definition):
    id: str = ""
    """To which rule belongs what it has told, if that is another one than its name; written when it is renamed, and kept. / 知らせた内容がどの実行条件のものかを表す ID です。名前を変えたときに付きます。変えないでください。"""
    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    action: str
    """What is done: mail ... / 何をするかです (mail など)。"""
    contacts: tuple[str, ...]
    """Who is told. / 誰に知らせるかです。"""
    routes: tuple[str, ...]
    """By which ways out, the first that can. / どの送信経路を使うかです。使える最初の経路で送ります。"""
    on: tuple[Literal["warning", "critical", "unknown"], ...] = (
        "warning",
        "critical",
        "unknown",
    )
    """At which levels. / 知らせるレベルです。"""
    when: Literal["change", "each", "first", "nth"] = "change"
    """At which measurements of a problem it is told of. / 問題が続くあいだの、どの測定で知らせるかです。"""
    nth: int | None = None
    """If it is told at the n-th measurement: at which in a row, 1 to 999. / 「n 回続いたときに1回」の場合に、何回続いたら知らせるかです (1から999)。"""
    most: int = 999
    """How often a level is told of at most, 1 to 999. / 1つのレベルについて知らせる回数の上限です (1から999)。"""
    repeat: str = ""
    """How long until it is told again while it stays so, as in 30m; at least 1m. / 同じ状態が続くあいだ、もう一度知らせるまでの時間です (30m など)。1分以上です。"""
    recovered: bool = True
    """Whether the end of a problem is told too. / 問題が終わったことも知らせます。"""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the action wants to know: subject, text ... / アクションごとの設定です (件名、本文など)。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read. / 画面に出る名前です。"""
    events: tuple[EventName, ...]
    """What is told of. / 知らせる出来事です。"""
    contacts: tuple[str, ...]
    """Who is told. / 誰に知らせるかです。"""
    routes: tuple[str, ...]
    """By which ways out, the first that can. / どの送信経路を使うかです。使える最初の経路で送ります。"""
    instances: tuple[str, ...] = ()
    """Of which instances; all of them unless given. / 対象の監視インスタンスです。指定しなければすべてです。"""
    action: str = "mail"
    """What is done: mail ... / 何をするかです (mail など)。"""
    at: tuple[str, ...] | str = ()
    """At which times of day it is told that all is well, as in 08:00. / 「異常なし」を知らせる時刻です (08:00 など)。"""
    days: tuple[str, ...] = ()
    """On which days of the week that is told. / 「異常なし」を知らせる曜日です。"""
    zone: str = "UTC"
    """In which time zone those times are, as in Asia/Tokyo. / その時刻のタイムゾーンです (Asia/Tokyo など)。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All definitions of one version, by name."""

    instances: Mapping[str, InstanceDef] = field(default_factory=dict)
    contacts: Mapping[str, ContactDef] = field(default_factory=dict)
    rules: Mapping[str, RuleDef] = field(default_factory=dict)
    notifications: Mapping[str, NotificationDef] = field(default_factory=dict)
    routes: Mapping[str, RouteDef] = field(default_factory=dict)
    networks: Mapping[str, NetworkDef] = field(default_factory=dict)
    accounts: Mapping[str, AccountDef] = field(default_factory=dict)
    clouds: Mapping[str, CloudDef] = field(default_factory=dict)
    blueprints: Mapping[str, BlueprintDef] = field(default_factory=dict)
