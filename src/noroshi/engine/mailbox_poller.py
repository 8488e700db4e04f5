"""Round trips and returns: reads the mailboxes that accounts may read of their own.

Whatever is found is written under ids that it itself gives, so a restart repeats nothing, and
what was read twice is told once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from noroshi import schema
from noroshi.core.mail import DeliveryState, Envelope, EnvelopeState, Fault, Route
from noroshi.core.words import NOTHING, Words
from noroshi.engine import journal
from noroshi.ports import Arrival, Clocks, RouteError, Store, StoreError, TrackedMail
from noroshi.ports.mailbox import FailedRecipient, Inbox, MailboxSource, ReceivedReport
from noroshi.round_trips import (
    Looked,
    anew_note_of,
    arrival_of,
    called,
    is_trip,
    looked_at,
    mails_of,
    note_of,
    prefix_of,
    seen_at,
    sought,
    taken,
    trip_mail,
)

log = logging.getLogger(__name__)

STEP = 5.0  # seconds between two looks at what is due
OFTEN, SELDOM = 60.0, 600.0
"""Seconds between two readings of a mailbox: soon after a mail was taken, and else."""
LOOKS = ((timedelta(minutes=2), 10.0), (timedelta(hours=1), OFTEN))
"""Until it was taken so long ago a mail is looked for after each so many seconds; then seldom."""
REST = timedelta(minutes=5)
"""How long a mailbox that cannot be read is left alone, unless it says for how long."""
SIGNS_IN = timedelta(seconds=15)
"""The same where no token is to be had: a refusal is remembered, so that nobody is asked."""
BEFORE = timedelta(days=2)
"""How far back a mailbox is read the first time: no server tries for longer by itself."""
FILED = timedelta(minutes=15)
"""How long a mail may take from its stamp until it shows."""
LONGEST = 120.0  # seconds that one look at a mailbox may take
OPEN, BY = (EnvelopeState.WAITING, EnvelopeState.SET_ASIDE), "noroshi"
TOO_SLOW = Words(
    en="it was not read to its end within {seconds:.0f} s",
    ja="{seconds:.0f}秒以内に読み終わりませんでした",
)
BUG = Words(
    en="reading it failed by a fault of Noroshi itself: {bug}",
    ja="読み取りのプログラム自体に障害がありました: {bug}",
)

Told = Callable[[TrackedMail, Arrival], tuple[Envelope, ...]]
"""The envelopes that tell of a mail's return; they are written down with it."""


@dataclass(eq=False)
class Post:
    """A mailbox that is read, and the routes by which mails are sent to it: of each the last mail
    that was made, and when which was last looked for."""

    box: MailboxSource
    inbox: Inbox
    routes: tuple[str, ...] = ()
    made: dict[str, str] = field(default_factory=dict)
    looked_at: dict[str, tuple[str, float]] = field(default_factory=dict)
    read_at: float = float("-inf")
    rests_until: float = float("-inf")
    busy: bool = False
    over: bool = False


class RoundTrips:
    """`box_of` says whose mailbox shows what becomes of a route's mails; None: nobody's."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        box_of: Callable[[Route], MailboxSource | None],
        told: Told,
    ) -> None:
        self._store, self._clocks = store, clocks
        self._box_of, self._told = box_of, told
        self._posts: dict[str, Post] = {}
        self._to: dict[str, str] = {}
        self._began: dict[str, datetime] = {}

    def since(self, route: str) -> datetime | None:
        """From when on this route's mails are looked for in this life; None: they are not."""
        return self._began[route] if route in self._to else None

    async def take_up(self, routes: Mapping[str, Route], waiting: Iterable[Envelope]) -> None:
        """Read the mailboxes of these routes from now on; one that did not change is left. What
        waits for a mailbox that is read no more, or for a route that is gone, is given up."""
        wanted = dict[str, tuple[MailboxSource, list[str]]]()
        for route in routes.values():
            box = self._box_of(route)
            if box is not None:
                wanted.setdefault(box.account, (box, []))[1].append(route.name)
        for name, post in list(self._posts.items()):
            if name not in wanted or wanted[name][0] != post.box:
                await _close(self._posts.pop(name))
        await self._begin_anew(
            {way: box.address for box, its in wanted.values() for way in its}
        )
        for name, (box, its) in wanted.items():
            if name not in self._posts:
                self._posts[name] = Post(box, box.open())
            self._posts[name].routes = tuple(its)
            self._posts[name].made = {}
        looked_for = {route for _, its in wanted.values() for route in its}
        for mail in waiting:
            if is_trip(mail.id) and not looked_for.intersection(mail.routes):
                await self._store.drop(mail.id, BY)

    async def _begin_anew(self, to: Mapping[str, str]) -> None:
        """What is known of a route that is removed, or has another mailbox, is not of what has
        its name then. `to`: the mailbox of each route."""
        now, before = self._clocks.wall(), self._to
        for route in self._to.keys() | to.keys():
            if route not in before and route in to:
                self._began[route] = now
                newest = await self._store.latest_by_prefix(prefix_of(route), 1)
                other = any(mail.row.envelope.contact != to[route] for mail in newest)
            else:
                other = before[route] != to.get(route)
            if other:
                await self._store.put_value(anew_note_of(route), f"{now:%Y%m%d%H%M%S}")
                self._began[route] = now
        self._to = dict(to)

    async def step(self) -> float:
        """All that is due now, each mailbox by itself; answers how long to pause."""
        posts = list(self._posts.values())
        done = await asyncio.gather(*map(self._mind, posts), return_exceptions=True)
        for failed in done:
            if isinstance(failed, Exception):
                raise failed
        return STEP

    async def close(self) -> None:
        """Let go of the mailboxes."""
        posts, self._posts = self._posts, {}
        for post in posts.values():
            await _close(post)

    async def _mind(self, post: Post) -> None:
        post.busy = True
        try:
            for route in post.routes:
                await self._send(post, route)
            if self._clocks.steady() >= post.rests_until:
                await self._look(post)
        finally:
            post.busy = False
            if post.over:
                await post.inbox.close()

    async def _look(self, post: Post) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                for route in post.routes:
                    await self._look_for(post, route)
                await self._read(post)
        except RouteError as trouble:
            await self._cannot(post, trouble)
        except TimeoutError:
            await self._cannot(post, RouteError(TOO_SLOW.fill(seconds=LONGEST)))
        except StoreError:
            raise
        except Exception as bug:  # it must not be asked again each second
            log.exception("reading the mailbox of %s failed", post.box.account)
            await self._cannot(post, RouteError(BUG.fill(bug=type(bug).__name__)))

    # there

    async def _send(self, post: Post, route: str) -> None:
        """The mail of today; one of an earlier day that has not left yet proves nothing any
        more."""
        mail = trip_mail(
            route, post.box.address, await self._called(route), self._clocks.wall()
        )
        if post.made.get(route) == mail.id:
            return
        for older in await self._store.latest_by_prefix(prefix_of(route), 1):
            if older.row.state in OPEN and older.row.envelope.id != mail.id:
                await self._store.drop(older.row.envelope.id, BY)
        await self._store.post(mail)
        post.made[route] = mail.id

    async def _called(self, route: str) -> str:
        """What tells this installation's mails from another one's in the same mailbox, and from
        those of a route that had this name."""
        installation = self._store.origin.installation
        return called(installation, await self._store.get_values(), route)

    async def _look_for(self, post: Post, route: str) -> None:
        for mail in (await mails_of(self._store, route, self._clocks.wall()))[:1]:
            receipt = taken(mail)
            if receipt is None or arrival_of(mail, DeliveryState.SEEN_ARRIVED):
                continue
            id, age = mail.row.envelope.id, self._clocks.wall() - receipt.at
            if not self._due(post, route, id, _pause(age)):
                continue
            received = await post.inbox.find(sought(mail, receipt))
            post.looked_at[route] = id, self._clocks.steady()
            if received is not None:
                at = seen_at(receipt, received, self._clocks.wall())
                arrival = Arrival(
                    address=post.box.address, state=DeliveryState.SEEN_ARRIVED, at=at
                )
                await self._store.record_arrival(id, arrival)
                journal.mail_arrived(route, (at - receipt.at).total_seconds())

    def _due(self, post: Post, route: str, id: str, pause: float) -> bool:
        """At once when it was taken, then after each pause."""
        last, at = post.looked_at.get(route, ("", 0.0))
        return last != id or self._clocks.steady() - at >= pause

    # and back

    async def _read(self, post: Post) -> None:
        """The reports since the last time; where one has got to is noted once it is told."""
        now = self._clocks.steady()
        if now - post.read_at < (OFTEN if await self._just_sent(post) else SELDOM):
            return
        noted = await self._noted(post)
        read = await post.inbox.read(self._until(noted))
        for came in read.came:
            await self._returned(came)
        post.read_at = float("-inf") if read.more else now
        until = read.until if read.more else self._no_later(read.until, noted)
        await self._note(post, noted, Looked(until=until))

    async def _just_sent(self, post: Post) -> bool:
        """What comes back does so within minutes, mostly."""
        accepted, now = await self._store.accepted(), self._clocks.wall()
        lately = (now - at for route, at in accepted.items() if route in post.routes)
        return any(ago < timedelta(seconds=SELDOM) for ago in lately)

    async def _noted(self, post: Post) -> Looked | None:
        return looked_at(await self._store.get_values(), post.box.noted_as)

    def _no_later(self, until: datetime, noted: Looked | None) -> datetime:
        """A mail may say that it came in years; what comes before that is to be seen all the
        same, and what was stamped just now may show a little later."""
        return min(until, max(self._clocks.wall() - FILED, self._until(noted)))

    def _until(self, noted: Looked | None) -> datetime:
        """Far ahead of now it was noted by a clock that was ahead: it is read from the beginning."""
        now = self._clocks.wall()
        known = noted is not None and noted.until <= now + FILED
        return noted.until if noted is not None and known else now - BEFORE

    async def _note(self, post: Post, before: Looked | None, after: Looked) -> None:
        if before != after:
            await self._store.put_value(note_of(post.box.noted_as), schema.text(after))
        was, now = before is not None and before.trouble != NOTHING, after.trouble != NOTHING
        if now and not was:
            journal.mailbox_unreadable(post.box.account, after.trouble)
        elif was and not now:
            journal.mailbox_readable(post.box.account)

    async def _returned(self, came: ReceivedReport) -> None:
        mail = await self._store.find_by_message_id(came.report.message_ids)
        if mail is None:
            return
        for lost in came.report.lost:
            arrival = _arrival(mail, lost, came.at)
            if not any(one.address == arrival.address for one in _returns(mail)):
                envelope = mail.row.envelope.id
                if await self._store.record_arrival(
                    envelope, arrival, self._told(mail, arrival)
                ):
                    journal.mail_bounced(envelope, arrival.said)

    async def _cannot(self, post: Post, trouble: RouteError) -> None:
        """It is left alone for a while; nothing else waits for it."""
        rest = _rest(trouble, self._clocks.wall())
        post.rests_until = self._clocks.steady() + rest.total_seconds()
        noted = await self._noted(post)
        after = Looked(until=self._until(noted), trouble=trouble.words)
        await self._note(post, noted, after)


def _rest(trouble: RouteError, now: datetime) -> timedelta:
    if trouble.again is not None:
        return max(trouble.again - now, REST)
    unasked = trouble.fault is Fault.SIGN_IN and not trouble.code
    return SIGNS_IN if unasked else REST


def _pause(age: timedelta) -> float:
    """How long until a mail that was taken so long ago is looked for again."""
    return next((seconds for until, seconds in LOOKS if age < until), SELDOM)


async def _close(post: Post) -> None:
    """Now, or once whoever is at it has done."""
    post.over = True
    if not post.busy:
        await post.inbox.close()


def _returns(mail: TrackedMail) -> list[Arrival]:
    return [one for one in mail.arrivals if one.state == DeliveryState.CAME_BACK]


def _arrival(mail: TrackedMail, lost: FailedRecipient, at: datetime) -> Arrival:
    """Whom it is about, as we have written the address. What is no address of ours (a member of
    a list, mostly) stands with what was said, and counts once: anybody can write a report."""
    envelope = mail.row.envelope
    ours = {one.casefold(): one for one in (*envelope.to, *envelope.reached, *envelope.refused)}
    known = ours.get(lost.address.casefold())
    if known is not None:
        return Arrival(address=known, state=DeliveryState.CAME_BACK, at=at, said=lost.said)
    said = f"{lost.address}: {lost.said}" if lost.address else lost.said
    (address,) = ours.values() if len(ours) == 1 else ("",)
    return Arrival(address=address, state=DeliveryState.CAME_BACK, at=at, said=said)
