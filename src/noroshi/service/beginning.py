"""Operations of the first start: what to watch on this computer, and an alarm that somebody
gives back the number of."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Any, TypeVar

from noroshi import schema
from noroshi.actions.trial_alarm import trial_alarm
from noroshi.core.model import Contact, Envelope, Instance, Lane, Monitor
from noroshi.core.own import OWN
from noroshi.core.problems import Problem, instead
from noroshi.core.words import Words
from noroshi.definitions import Plan, content
from noroshi.definitions.blueprints import Blueprint, add
from noroshi.hosts.zone import machine_zone
from noroshi.ports import Document, Host, Listener, Unmeasurable
from noroshi.service.answers_definitions import Applied
from noroshi.service.defining import BAD_DEFINITIONS
from noroshi.service.editing import Editing
from noroshi.service.offer import (
    ADMIN,
    OPERATOR,
    VIEWER,
    Conflict,
    Invalid,
    NotFound,
    Person,
    Trouble,
    note as note_change,
    operation,
)
from noroshi.service.sending import routes_of
from noroshi.service.suggested import Suggested, groups_of, instance_name, suggested

T = TypeVar("T")
FIRST, TEST = "first", "test"
"""The note of how far the first start has come; the middle of a test alarm's id."""
NEW = Words(en="this machine's sensible watch", ja="このマシンの監視")
NOT_HERE = Words(
    en="This process does not measure, so it cannot look at the computer.",
    ja="このプロセスは測定をしないため、コンピューターを調べられません。",
)
NOTHING_CHOSEN = Words(
    en="Choose at least one thing to watch.", ja="監視するものを1つ以上選んでください。"
)
NO_SUGGESTION = Words(
    en="{given} was not suggested{instead}", ja="{given} は候補にありません{instead}"
)
NO_CONTACT = Words(
    en="There is no contact {given}{instead}. An alarm needs somebody to go to.",
    ja="通知先 {given} はありません{instead}。アラームを送る相手が必要です。",
)
NO_ROUTE = Words(
    en="There is no route yet, so nothing can be sent.",
    ja="送信経路がまだないため、何も送れません。",
)
NO_TEST = Words(
    en="No test alarm was sent yet, so there is no number to give back.",
    ja="テスト アラームをまだ送っていません。先に送ってください。",
)
WRONG_NUMBER = Words(
    en="This is not the number of the last test alarm. Look for the newest mail: each has "
    "another one.",
    ja="最後に送ったテスト アラームの番号ではありません。番号はメールごとに違います。いちばん新しいメールを"
    "見てください。",
)
TOO_OFTEN = Words(
    en="Five wrong numbers: send another test alarm, and give back its number.",
    ja="番号を5回間違えました。もう一度テスト アラームを送り、その番号を入れてください。",
)
MOST_WRONG, LEAST, MOST = 5, 1000, 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of the first start: the last test alarm, and who gave its number back."""

    mail: str = ""
    contact: str = ""
    to: tuple[str, ...] = ()
    number: str = ""
    wrong: int = 0
    sent: datetime | None = None
    seen: datetime | None = None
    by: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """How far the first start has come; "" is not there yet. `open`: it was begun, and is
    neither proved nor put away. `mail` is the last test alarm's; `seen` when `by` gave its
    number back: that is the proof."""

    open: bool
    contact: str
    instance: str
    route: str
    ready: bool
    mail: str
    to: tuple[str, ...]
    sent: datetime | None
    seen: datetime | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What there is to watch on this computer, and what its instance would be called."""

    instance: str
    title: str
    zone: str
    monitors: tuple[Suggested, ...]


@dataclass(frozen=True, slots=True)
class AlarmSent:
    """The mail that goes to a contact, with a number in it."""

    id: str
    contact: str
    to: tuple[str, ...]


class Beginning(Editing):
    """From an empty node to a received alarm."""

    @operation(
        role=VIEWER,
        help=Words(en="How far the first start has come.", ja="初期設定の進み具合です。"),
    )
    async def first_look(self, who: Person) -> FirstLook:
        """By what is defined, what is signed in, and whether an alarm was given back."""
        version, plan = await self._current()
        kept, instances = await self._kept_first(), _instances(version.documents)
        routes = await self._routes(plan, ())
        well = next((one for one in routes if one.state == "well"), None)
        first = well or next(iter(routes), None)
        return FirstLook(
            open=not (kept and (kept.seen or kept.ended))
            and (kept is not None or not instances),
            contact=next(iter(plan.contacts), ""),
            instance=next(iter(instances), ""),
            route=first.name if first else "",
            ready=well is not None,
            mail=kept.mail if kept else "",
            to=kept.to if kept else (),
            sent=kept.sent if kept else None,
            seen=kept.seen if kept else None,
            by=kept.by if kept else "",
        )

    @operation(
        role=ADMIN,
        help=Words(en="Put the first start away.", ja="初期設定の案内を終わります。"),
    )
    async def first_end(self, who: Person) -> str:
        """It is not spoken of any more, though no alarm was given back."""
        await self._keep_first(replace(await self._kept_first() or Kept(), ended=True))
        return FIRST

    @operation(
        role=ADMIN,
        changes=False,
        help=Words(
            en="What to watch on this computer.",
            ja="このコンピューターで監視するとよいものを調べます。",
        ),
    )
    async def suggest(self, who: Person) -> Suggestion:
        """Disk space, memory, processor, services and ports found, with what there is of each."""
        name = instance_name(self._runs_on or self._name)
        there = _there((await self._store.current()).documents, name)
        host = self._this_computer(name)
        found = suggested(
            await _had(host.volumes, ()),
            await _had(host.memory, None),
            await _had(host.processor, None),
            await _had(host.processes, ()),
            self._others(await _had(host.listeners, ())),
            there,
        )
        title = self._runs_on or self._name
        return Suggestion(instance=name, title=title, zone=machine_zone(), monitors=found)

    @operation(
        role=ADMIN,
        news=True,
        help=Words(en="Watch what was suggested.", ja="候補から選んだものの監視を始めます。"),
    )
    async def suggest_take(
        self,
        who: Person,
        wanted: tuple[str, ...],
        language: str = "en",
        title: str = "",
        rules: tuple[str, ...] = (),
    ) -> Applied:
        """Bring these into force, by their ids, as monitors of this computer's instance; titles
        in that language. What is there already stays as it is."""
        found = await self.suggest(who)
        chosen = _chosen(found, wanted)
        current = await self._store.current()
        blueprint = Blueprint(
            name=TEST, title=NEW, help=NEW, asks={}, groups=groups_of(chosen, language)
        )
        rest = {
            "title": title or found.title,
            "zone": found.zone,
            "rules": list(rules or _rules(current.documents)),
        }
        try:
            made = add(current.documents, blueprint, found.instance, {}, rest)
        except schema.Invalid as invalid:
            raise Invalid(BAD_DEFINITIONS, invalid.problems) from None
        note = NEW.say(language)
        told = await self.apply(who, documents=made, base=current.number, note=note)
        if await self._kept_first() is None:
            await self._keep_first(Kept())
        return told

    @operation(
        role=OPERATOR,
        news=True,
        help=Words(en="Send a test alarm.", ja="テスト アラームを送ります。"),
    )
    async def test_alarm(
        self, who: Person, contact: str = "", routes: tuple[str, ...] = ()
    ) -> AlarmSent:
        """To that contact, else the first one, through the queue as every alarm; the number in
        its mail proves that somebody has it."""
        _, plan = await self._current()
        told = _contact(plan, contact)
        ways = routes_of(plan, told, routes)
        if not ways:
            raise Conflict(NO_ROUTE)
        if unknown := [one for one in ways if one not in plan.routes]:
            near = instead(unknown[0], plan.routes)
            raise NotFound(NO_SUGGESTION.fill(given=unknown[0], instead=near))
        number, now = str(LEAST + secrets.randbelow(MOST - LEAST + 1)), self._clocks.wall()
        id = f"{self._new_id()}/{TEST}/{told.id}"
        await self._store.post(
            Envelope(
                id=id,
                routes=ways,
                contact=told.id,
                to=told.addresses,
                order=id,
                alarms=(id,),
                payload=trial_alarm(told, number, self._name, now),
                action="mail",
                born=now,
                lane=Lane.CRITICAL,
            )
        )
        before = await self._kept_first() or Kept()
        await self._keep_first(
            replace(
                before,
                mail=id,
                contact=told.id,
                to=told.addresses,
                number=number,
                wrong=0,
                sent=now,
            )
        )
        note_change(after={"mail": id, "to": told.addresses})
        return AlarmSent(id, told.id, told.addresses)

    @operation(
        role=OPERATOR,
        secret=("number",),
        help=Words(
            en="Give back a test alarm's number.", ja="届いたテスト アラームの番号を入れます。"
        ),
    )
    async def test_alarm_seen(self, who: Person, number: str) -> FirstLook:
        """That of the last one: who gave it back and when is kept, as proof that it arrived."""
        kept = await self._kept_first()
        if kept is None or not kept.mail:
            raise Conflict(NO_TEST)
        if kept.wrong >= MOST_WRONG:
            raise Conflict(TOO_OFTEN)
        if not secrets.compare_digest(number.strip().encode(), kept.number.encode()):
            await self._keep_first(replace(kept, wrong=kept.wrong + 1))
            raise Invalid(WRONG_NUMBER, (Problem("number", WRONG_NUMBER),))
        now = self._clocks.wall()
        await self._keep_first(replace(kept, seen=now, by=who.name))
        note_change(after={"mail": kept.mail, "to": kept.to, "seen": now})
        return await self.first_look(who)

    async def _kept_first(self) -> Kept | None:
        text = (await self._store.notes()).get(FIRST)
        try:
            return None if text is None else schema.value(Kept, text)
        except schema.Unreadable:  # of a version to come
            return Kept(ended=True)

    async def _keep_first(self, kept: Kept) -> None:
        await self._store.note(FIRST, schema.text(kept))

    def _others(self, listeners: Sequence[Listener]) -> Sequence[Listener]:
        """All but the manager: whoever could be told that it is away need not be told by it."""
        own = self._around.manager if self._around else None
        if own is None:
            return listeners
        at = ip_address(own.address)
        return [o for o in listeners if (ip_address(o.address), o.port) != (at, own.port)]

    def _this_computer(self, name: str) -> Host:
        if self._host_of is None:
            raise Trouble(NOT_HERE)
        here = Instance(name=name)
        return self._host_of(
            Monitor(id=name, name=name, instance=here, group="", kind="", options=None)
        )


async def _had(ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """What is not to be had on this computer is not suggested."""
    try:
        return await ask()
    except Unmeasurable:
        return otherwise


def _instances(documents: Iterable[Document]) -> Collection[str]:
    names = [one.key.partition("/")[2] for one in documents if one.key.startswith("instances/")]
    return [name for name in names if name != OWN]


def _rules(documents: Iterable[Document]) -> Collection[str]:
    return [one.key.partition("/")[2] for one in documents if one.key.startswith("rules/")][:1]


def _there(documents: Iterable[Document], instance: str) -> Collection[str]:
    """The monitors that this instance has, as group/name."""
    mine = next((one for one in documents if one.key == f"instances/{instance}"), None)
    groups: Iterable[Mapping[str, Any]] = content(mine).get("group", ()) if mine else ()
    return {f"{g.get('name')}/{m.get('name')}" for g in groups for m in g.get("monitor", ())}


def _chosen(found: Suggestion, wanted: tuple[str, ...]) -> list[Suggested]:
    """Those that are meant and not there yet. Raises Invalid."""
    known = {one.id: one for one in found.monitors}
    problems = [
        Problem("wanted", NO_SUGGESTION.fill(given=id, instead=instead(id, known)))
        for id in wanted
        if id not in known
    ]
    if not wanted:
        problems.append(Problem("wanted", NOTHING_CHOSEN))
    if problems:
        raise Invalid(NOTHING_CHOSEN if not wanted else BAD_DEFINITIONS, tuple(problems))
    return [known[id] for id in dict.fromkeys(wanted) if not known[id].there]


def _contact(plan: Plan, name: str) -> Contact:
    found = plan.contacts.get(name or next(iter(plan.contacts), ""))
    if found is None:
        raise NotFound(NO_CONTACT.fill(given=name, instead=instead(name, plan.contacts)))
    return found
