"""One mail of every sort, in both languages: what the golden files hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from noroshi.actions.digest_text import digest_of
from noroshi.actions.mail_draft import draft
from noroshi.actions.trial_alarm import trial_alarm
from noroshi.checks import logfile, noroshi_account, noroshi_node, noroshi_queue, noroshi_route
from noroshi.core.judgement import (
    MEASURED_AGAIN,
    MONITORING_DISABLED,
    NO_LONGER_MONITORED,
    judge,
)
from noroshi.core.levels import Level, Reason
from noroshi.core.mail import Envelope
from noroshi.core.model import Cause, Instance, Limits, Monitor, Reading
from noroshi.core.notices.emergency import closing_mail, emergency_mails
from noroshi.core.translation import COMMA, bilingual, joined, plain
from noroshi.network import connection_errors
from noroshi.ports import Topic
from noroshi.round_trips import trip_mail
from tests.actions.sample_alarms import NOW, READERS, alarm, rule, topic, used

GOLDEN = Path(__file__).parent.parent / "data" / "mails"
LANGUAGES = ("ja", "en")
OK, WARNING, CRITICAL, UNKNOWN = Level.OK, Level.WARNING, Level.CRITICAL, Level.UNKNOWN
UNREACHABLE = bilingual(
    en="FS01 cannot be reached (connection timed out after 10 s), so the disk space could not be measured.",
    ja="FS01 に接続できないため測定できません (10秒でタイムアウトしました)。",
)
PORT = {"name": "web", "title": "TCP 443", "kind": "port", "group": "net", "group_title": ""}
SECRET_ENDED = bilingual(
    en="the client secret has expired", ja="クライアント シークレットの期限が切れました"
)
NOT_THERE = bilingual(en="connection refused", ja="接続を拒否されました")
REFUSED = Cause(
    Reading(
        "closed",
        1,
        note=bilingual(en="fs01:443 refuses connections", ja="fs01:443 が接続を拒否しました"),
    ),
    Limits(critical=1),
)
LOG = {
    "name": "orders",
    "title": "orders.log",
    "kind": "logfile",
    "group": "app",
    "group_title": "",
    "occurrences": frozenset({"hits"}),
}
LINES = (
    "2026-11-24 07:40:01,113 ERROR [pool-3] 受注 #4711 を保存できません: 接続が切れました",
    '2026-11-24 07:40:02,884 ERROR [pool-1] could not commit: <timeout after="30s"> & retried',
    "2026-11-24 07:40:03,020 ERROR \x1b[31m[pool-1]\x1b[0m   rolled back      (2 of 3)",
    (
        "2026-11-24 07:40:05,551 ERROR [pool-2] java.sql.SQLTransientConnectionException: "
        "HikariPool-1 - Connection is not available, request timed out after 30000ms "
        "(total=10, active=10, idle=0, waiting=37) at com.zaxxer.hikari.pool.HikariPool.get"
    ),
    "\tat com.example.orders.Repository.save(Repository.java:204)",
    "2026-11-24 07:40:09,001 ERROR [pool-3] 受注 #4712 を保存できません: 接続が切れました",
    "2026-11-24 07:40:11,734 ERROR [pool-3] 受注 #4713 を保存できません: 接続が切れました",
)
FOUND = Cause(
    Reading("hits", 7, note=logfile.FIRST.fill(line=plain(LINES[0])), lines=LINES),
    Limits(warning=1, critical=5),
)
SCRIPT = {
    "name": "backup",
    "title": "夜間バックアップの検証 (backup-verify.sh)",
    "kind": "script",
}
PRINTED = plain(
    "backup-verify.sh exited with code 2:\n"
    + "\n".join(
        f"  set {n:03}: checksum differs from {'0123456789abcdef' * 4}" for n in range(90)
    )
)
HOSTILE = {
    "name": "x<script>alert(1)</script>",
    "title": 'T\r\nBcc: <b onmouseover="x()">all</b> & \u202egnp.exe ' + "W" * 300,
    "group_title": "<!-- <table>",
    "instance": Instance(name="FS01", title="</td></table><img src=//evil.example/x>"),
}

MAILS = {
    "alarm": ({}, [alarm(used(95.2), before=WARNING, item="D:")]),
    "repeat": (
        {},
        [alarm(used(96.1), CRITICAL, CRITICAL, Reason.REPEAT, serial=18, item="D:")],
    ),
    "recovery": ({}, [alarm(used(60), CRITICAL, OK, Reason.RECOVERED, serial=19, item="D:")]),
    "warning": ({}, [alarm(used(91.4), OK, WARNING, serial=26, item="D:")]),
    "several": (
        {"title": ""},
        [
            alarm(used(91, "D:"), OK, WARNING, item="D:", serial=20),
            alarm(used(50, "E:"), CRITICAL, OK, Reason.RECOVERED, item="E:", serial=21),
            alarm(used(99.5, "F:"), OK, CRITICAL, item="F:", serial=22, since=None),
        ],
    ),
    "many": (
        {},
        [alarm(used(95, f"/srv/{n}"), item=f"/srv/{n}", serial=n) for n in range(1, 121)],
    ),
    "long": (SCRIPT, [alarm(Cause(words=PRINTED), OK, UNKNOWN, serial=27)]),
    "hostile": (HOSTILE, [alarm(used(95.2, "<i>D:\u202e"), item="<i>D:\u202e", since=None)]),
    "log-lines": (LOG, [alarm(FOUND, OK, CRITICAL, serial=28)]),
    "log-lines-again": (LOG, [alarm(FOUND, CRITICAL, CRITICAL, Reason.FOUND_AGAIN, serial=29)]),
    "fault": ({}, [alarm(Cause(words=UNREACHABLE), OK, UNKNOWN, serial=23)]),
    "measured-again": (
        {},
        [alarm(Cause(words=MEASURED_AGAIN), UNKNOWN, OK, Reason.RECOVERED, serial=24)],
    ),
    "refused-port": (PORT, [alarm(REFUSED, OK, CRITICAL, serial=25)]),
    "no-longer-watched": (
        {},
        [alarm(Cause(words=NO_LONGER_MONITORED), CRITICAL, OK, Reason.ENDED, item="D:")],
    ),
    "stopped": (
        {},
        [
            alarm(
                Cause(words=MONITORING_DISABLED),
                CRITICAL,
                OK,
                Reason.ENDED,
                item="D:",
                serial=30,
            )
        ],
    ),
}


A_MINUTE = timedelta(minutes=1)
A_DAY_LATER = NOW + timedelta(days=1, hours=2)


def _of(name, title, *alarms):
    """One mail of a monitor of its own."""
    its = {"id": f"01JDE4{name.upper():0<4}", "name": name, "title": title, "kind": "x"}
    return its, list(alarms)


FULL = _of("disk", "D:", alarm(used(95.2), OK, CRITICAL, item=""))
BACK = _of("disk", "D:", alarm(used(71), CRITICAL, OK, Reason.RECOVERED, serial=18, item=""))
DIGESTS = {
    "digest": (
        [
            FULL,
            _of("web", "TCP 443", alarm(REFUSED, OK, CRITICAL, serial=25)),
            BACK,
            _of("cpu", "CPU", alarm(used(91.4, ""), OK, WARNING, serial=3, item="")),
            _of("nas", "NAS01", alarm(Cause(words=UNREACHABLE), OK, UNKNOWN, serial=4)),
            _of(
                "volumes",
                "",
                alarm(used(91, "E:"), OK, WARNING, item="E:", serial=20),
                alarm(used(50, "F:"), CRITICAL, OK, Reason.RECOVERED, item="F:", serial=21),
            ),
            _of(
                "old", "APP01", alarm(Cause(words=NO_LONGER_MONITORED), CRITICAL, OK, serial=9)
            ),
        ],
        NOW + A_MINUTE,
    ),
    "digest-over": ([FULL, BACK], NOW + A_MINUTE),
    "digest-missed": (
        [FULL, BACK, _of("web", "TCP 443", alarm(REFUSED, OK, CRITICAL))],
        A_DAY_LATER,
    ),
    "digest-recovered": (
        [
            BACK,
            _of("web", "TCP 443", alarm(used(50, ""), CRITICAL, OK, Reason.RECOVERED, item="")),
        ],
        NOW + A_MINUTE,
    ),
    "digest-ended": (
        [
            BACK,
            _of(
                "old", "APP01", alarm(Cause(words=NO_LONGER_MONITORED), CRITICAL, OK, serial=9)
            ),
        ],
        NOW + A_MINUTE,
    ),
    "digest-one": ([FULL], A_DAY_LATER),
    "digest-many": (
        [
            _of(f"p{n:03}", f"port-{n:05}", alarm(REFUSED, OK, CRITICAL, serial=n))
            for n in range(1, 501)
        ],
        NOW + A_MINUTE,
    ),
    "digest-hostile": (
        [(HOSTILE | {"id": f"x{n}"}, MAILS["hostile"][1]) for n in range(3)],
        NOW,
    ),
}


def put_together(name, language):
    """The payload of that digest for the contact who reads that language."""
    mails, now = DIGESTS[name]
    return digest_of([_drafted(*mail, language) for mail in mails], now)


OWN = {
    "own-sign-in": (
        noroshi_account,
        Reading(
            "sign_in",
            1,
            note=noroshi_account.NOT_WELL.fill(
                why=SECRET_ENDED,
                mailbox="alerts@example.com",
                client="11112222-bbbb-3333-cccc-4444dddd5555",
                routes=joined(map(plain, ("smtp1", "graph1")), COMMA),
                route="smtp1",
            ),
        ),
    ),
    "own-secret": (
        noroshi_account,
        Reading(
            "left_14",
            13.06,
            note=noroshi_account.ENDS.fill(
                name="m365", day="2026-12-07", left=noroshi_account.IN_DAYS.fill(count=14)
            ),
        ),
    ),
    "own-route": (
        noroshi_route,
        Reading(
            "blocked",
            1,
            note=connection_errors.TCP.fill(where="smtp1.example.com:587", why=NOT_THERE),
        ),
    ),
    "own-queue": (
        noroshi_queue,
        Reading("oldest", 72, "min", note=noroshi_queue.WAITING.fill(count=9)),
    ),
    "own-route-down": (
        noroshi_route,
        Reading(
            "down",
            31,
            "min",
            note=connection_errors.TCP.fill(where="smtp1.example.com:587", why=NOT_THERE),
        ),
    ),
    "own-set-aside": (
        noroshi_queue,
        Reading("aside", 2, note=noroshi_queue.ASIDE.fill(count=2)),
    ),
    "own-node": (noroshi_node, Reading("free", 40, "MiB")),
}
"""What Noroshi finds of itself."""


NAMES = {
    noroshi_account: ("account-m365", "Account m365"),
    noroshi_route: ("route-smtp1", "smtp1"),
    noroshi_queue: ("queue", "Mail queue"),
    noroshi_node: ("node", "Node"),
}
"""The name and the title that the definitions give to each of Noroshi's own monitors."""


def own_alarm(module, reading, language):
    """The mail of one thing that a monitor of Noroshi itself found."""
    check, (name, title) = module.CHECK, NAMES[module]
    group = "node" if module is noroshi_node else "mail"
    monitor = Monitor(
        id="01JDE4OWN",
        name=name,
        title=title,
        instance=Instance(name="noroshi", title="Noroshi"),
        group=group,
        group_title=group.capitalize(),
        kind=check.kind,
        options=None,
        limits=check.limits,
        rules=(rule(),),
    )
    contact = READERS[language]
    limits = check.limits.get(reading.name, Limits(critical=1))
    level = Level.worst((WARNING, judge(reading, limits)))
    found = alarm(Cause(reading, limits), OK, level, contact=contact)
    return draft(
        None,
        contact,
        Topic(monitor, check.title, check.names, "kanri01", yes_no=check.yes_no),
        (found,),
    )


def without_the_queue(language):
    """The mail that leaves when nothing can be written down."""
    found = [_envelope(name, language) for name in ("alarm", "refused-port")]
    (telling,) = emergency_mails(found, "FS01", plain("disk full"), NOW)
    return telling


def _envelope(name, language):
    contact = READERS[language]
    return Envelope(
        id=name,
        routes=("smtp1",),
        contact=contact.id,
        to=contact.addresses,
        order=name,
        alarms=(),
        payload=_drafted(*MAILS[name], language, recorded=False),
        born=NOW,
    )


def _with_the_queue_again(language, *, watched):
    monitor = topic(language).monitor
    telling = without_the_queue(language)
    return closing_mail(telling, monitor, NOW + A_MINUTE, is_monitored=watched).payload


OTHERS = {
    **{name: partial(own_alarm, *found) for name, found in OWN.items()},
    "trial": lambda language: trial_alarm(READERS[language], "4711", "kanri01", NOW),
    "without-the-queue": lambda language: without_the_queue(language).payload,
    "over-without-the-queue": partial(_with_the_queue_again, watched=True),
    "gone-without-the-queue": partial(_with_the_queue_again, watched=False),
    "round-trip": lambda language: (
        trip_mail("smtp1", "alerts@example.com", "X", NOW, language).payload
    ),
}
"""By the function that makes it in a language."""


def payload_of(name, language):
    """The payload of any sort of mail that a golden file holds."""
    if name in OTHERS:
        return OTHERS[name](language)
    return put_together(name, language) if name in DIGESTS else drafted(name, language)


def drafted(name, language, options=None):
    """The payload of that sort of mail for the contact who reads that language."""
    return _drafted(*MAILS[name], language, options)


def _drafted(changed, alarms, language, options=None, *, recorded=True):
    contact = READERS[language]
    mine = tuple(
        alarm(
            one.event.cause,
            one.event.before,
            one.event.after,
            one.reason,
            int(one.event.id.split(".")[1]),
            one.event.item,
            one.event.since,
            contact,
        )
        for one in alarms
    )
    about = replace(topic(language, **changed), is_recorded=recorded)
    return draft(options, contact, about, mine)


def goldens():
    """Each golden file's name and what it must hold."""
    for name in (*MAILS, *DIGESTS, *OTHERS):
        for language in LANGUAGES:
            payload = payload_of(name, language)
            yield (
                f"{name}.{language}.txt",
                f"Subject: {payload['subject']}\n\n{payload['text']}",
            )
            if "html" in payload:
                yield f"{name}.{language}.html", payload["html"]
            if "attachments" in payload:
                files = json.dumps(payload["attachments"], ensure_ascii=False, indent=1)
                yield f"{name}.{language}.files.json", files + "\n"
