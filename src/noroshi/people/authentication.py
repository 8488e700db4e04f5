"""Identify people: by password and second step, by a session's cookie, by an API token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from noroshi.core.people import (
    NAME,
    REAUTHENTICATED_FOR,
    SAVE_SEEN_EVERY,
    ApiToken,
    AuditEntry,
    Person,
    Session,
    User,
    is_valid_token,
)
from noroshi.core.roles import ADMIN, roles_up_to
from noroshi.core.translation import _
from noroshi.people import random_keys, second_factor
from noroshi.people.authentication_errors import AuthenticationError, FailedAttemptError
from noroshi.people.browsers import device_key_of, is_known_device
from noroshi.people.denied_log import DeniedLog
from noroshi.people.passwords import Passwords, password_problem
from noroshi.people.throttle import Throttle, network_of
from noroshi.ports import Clocks, Store
from noroshi.vault import Vault

T = TypeVar("T")
LONGEST_NAME = 64
AUDIT_ROWS_READ = 1000
"""Rows of the audit log in which it is looked up who came from where."""
CAME = ("log_in", "password_chosen")
SEED = "user/{name}/totp"

WRONG = _("The user name or password is incorrect.")
WRONG_CODE = _("The code is not correct, was used before, or has expired.")
WAIT = _("Too many failed attempts. Try again in {seconds:.0f} s.")
NO_TOKEN = _("There is no such API token, or it has expired.")
OVER = _("You were inactive for a while. Log in again.")
BAD_NAME = _("Use letters, digits and . _ @ -, at most 63 characters.")


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """Hold a log-in that went well: the key for the cookie; `half`: the second step comes.
    `device_key` is for the browser to keep, so that it is known when they come again."""

    key: str
    half: bool = False
    device_key: str = ""


class People:
    """Let people in. What is counted and the code of the first start live as long as it does."""

    def __init__(
        self, store: Store, vault: Vault, clocks: Clocks, passwords: Passwords | None = None
    ) -> None:
        self.store, self.vault, self.clocks = store, vault, clocks
        self.passwords = passwords or Passwords()
        self.denied_log = DeniedLog(store, clocks)
        self._throttle, self._is_known = Throttle(), False
        self._first, self._begun = "", False
        self.administrators = asyncio.Lock()
        """Whoever takes one of them away holds it: of two who take each other's right at the same
        moment one is told that there is no other left. Whoever makes or ends an API token holds it
        too: none is made by somebody who may no more."""

    # the first start

    async def begun(self) -> bool:
        """Return whether there is an administrator who can log in; there always is, once there was."""
        if not self._begun:
            users = (await self.store.users()).values()
            self._begun = any(user.role == ADMIN and user.password for user in users)
        return self._begun

    def first_code(self) -> str:
        """Make a fresh code by which the first administrator is made; the one before it ends."""
        code = random_keys.code()
        self._first = random_keys.hashed_code(code)
        return code

    async def start(self, code: str, name: str, password: str, address: str) -> OpenedSession:
        """Take a one-time code: that of the first start makes an administrator, anybody else's
        is their own. The password is theirs from now on. Raises AuthenticationError."""
        work = self._start(code, name, password, address)
        return await self._audited("password_chosen", "", address, work)

    async def _start(self, code: str, name: str, password: str, address: str) -> OpenedSession:
        _require_no_wait(self._throttle.wait_for_code(address, self.clocks.steady()))
        hashed, now = random_keys.hashed_code(code), self.clocks.wall()
        before, user = await self._meant_by(hashed, name, now)
        if why := password_problem(user.name, password):
            self._throttle.well_with_code(address)
            raise AuthenticationError(why)
        text = await self.passwords.hash(password)
        made = replace(user, password=text, code="", code_until=None)
        if not await self.store.put_user(made, before):
            raise FailedAttemptError(WRONG_CODE)
        if before is None:
            self._first = ""
        self._throttle.well_with_code(address)
        after = {"role": made.role, "first": before is None}
        await self._write_down("password_chosen", made, address, after)
        return await self._open_session(made, address, half=made.two_steps)

    async def _meant_by(
        self, hashed: str, name: str, now: datetime
    ) -> tuple[User | None, User]:
        """Return the user whose code it is, as they stand, and the user to make of them."""
        users = await self.store.users()
        first = self._first and random_keys.same(self._first, hashed)
        if first and not await self.begun():
            if not NAME.fullmatch(name):
                raise AuthenticationError(BAD_NAME)
            before = users.get(name)
            return before, replace(before, role=ADMIN) if before else User(
                name=name, role=ADMIN, made=now
            )
        for user in users.values():
            if user.code and random_keys.same(user.code, hashed) and _in_time(user, now):
                return user, user
        raise FailedAttemptError(WRONG_CODE)

    # log-in and log-out

    async def log_in(
        self, name: str, password: str, address: str, instead: str = "", device_key: str = ""
    ) -> OpenedSession:
        """Log in by password; the session of the key `instead` ends. `device_key` is what the
        browser kept of an earlier log-in. Raises AuthenticationError."""
        work = self._log_in(name, password, address, instead, device_key)
        return await self._audited("log_in", name, address, work)

    async def _log_in(
        self, name: str, password: str, address: str, instead: str, device_key: str
    ) -> OpenedSession:
        if is_known_device(device_key, (await self.store.users()).get(name)):
            user = await self._verified(
                f"browser {random_keys.hashed(device_key)}", name, password
            )
        else:
            short = name[:LONGEST_NAME]
            await self._count(short, address)
            user = await self._user_by_password(name, password)
            self._throttle.well(short, address)
        await self.log_out(instead)
        return await self._open_session(user, address, half=user.two_steps)

    async def second_step(self, key: str, code: str, address: str) -> OpenedSession:
        """Take the second step: an authenticator's code, or one for recovery. Raises
        AuthenticationError."""
        session = await self._session(key)
        if session is None or not session.half:
            raise AuthenticationError(OVER)
        work = self._second_step(session.user, key, code, address)
        return await self._audited("log_in_code", session.user, address, work)

    async def _second_step(self, name: str, key: str, code: str, address: str) -> OpenedSession:
        step = f"code {name}"  # by whom it is guessed, who has the password already
        self._count_alone(step)
        user = await self._after_code(name, code)
        self._throttle.well_alone(step)
        return await self._open_session(user, address, ends=key)

    async def _after_code(self, name: str, code: str) -> User:
        """Return the user after that code, which is good once."""
        user = (await self.store.users()).get(name)
        if user is None or not user.two_steps:
            raise AuthenticationError(OVER)
        seed = await self.vault.get(SEED.format(name=name))
        now, hashed = self.clocks.wall(), random_keys.hashed_code(code)
        step = second_factor.step_of(seed.reveal(), code, now, user.step) if seed else 0
        remaining = tuple(one for one in user.recovery if not random_keys.same(one, hashed))
        after = replace(user, step=step or user.step, recovery=remaining)
        if after == user or not await self.store.put_user(after, user):
            raise FailedAttemptError(WRONG_CODE)
        return after

    async def reauthenticate(self, key: str, password: str, address: str) -> OpenedSession:
        """Take the password once more: for a few minutes what runs programs may be done. The
        session has another key from now on. Raises AuthenticationError."""
        session = await self._session(key)
        if session is None or session.half:
            raise AuthenticationError(OVER)
        work = self._reauthenticate(session, random_keys.renewed(key), password, address)
        return await self._audited("make_sure", session.user, address, work)

    async def _reauthenticate(
        self, session: Session, fresh: str, password: str, address: str
    ) -> OpenedSession:
        await self._verified(f"session {random_keys.csrf_of(fresh)}", session.user, password)
        now = self.clocks.wall()
        sure = replace(
            session, key=random_keys.hashed(fresh), seen=now, sure=now + REAUTHENTICATED_FOR
        )
        if not await self.store.put_session(sure, session.key):
            raise AuthenticationError(OVER)
        return OpenedSession(fresh)

    async def verify_password(self, name: str, password: str, address: str) -> User:
        """Return the user of that name, whose password it is. Raises AuthenticationError."""
        short = name[:LONGEST_NAME]
        work = self._verified(f"proof {short} {network_of(address)}", name, password)
        return await self._audited("make_sure", name, address, work)

    async def _verified(self, key: str, name: str, password: str) -> User:
        """Return the user as `_user_by_password` does, of somebody who is in, or was in that
        browser: their attempts alone are counted, under that key."""
        self._count_alone(key)
        user = await self._user_by_password(name, password)
        self._throttle.well_alone(key)
        return user

    async def _user_by_password(self, name: str, password: str) -> User:
        """Return the user of that name, whose password it is. As long for a name that nobody has.
        Raises AuthenticationError."""
        user = (await self.store.users()).get(name)
        right = await self.passwords.right(user.password if user else "", password)
        if user is None or not right:
            raise FailedAttemptError(WRONG)
        return user

    async def reopen_session(self, name: str, address: str) -> OpenedSession:
        """Open a fresh session for somebody who proved a moment ago who they are, in the place of
        those that ended over it. Raises AuthenticationError."""
        user = (await self.store.users()).get(name)
        if user is None:
            raise AuthenticationError(OVER)
        return await self._open_session(user, address)

    async def log_out(self, key: str) -> None:
        """End the session, and with it those that are over."""
        await self.store.end_sessions(self.clocks.wall(), key=random_keys.hashed(key))

    # who it is

    async def of_session(self, key: str, address: str, there: bool = True) -> Person | None:
        """Return whose session it is; None: nobody's, or it is over, or the second step is missing.
        `there`: somebody asks, not their page by itself; only that makes it last."""
        session, now = await self._session(key), self.clocks.wall()
        if session is None or session.half:
            return None
        user = (await self.store.users()).get(session.user)
        if user is None:
            return None
        if there and abs(now - session.seen) >= SAVE_SEEN_EVERY:
            await self.store.put_session(replace(session, seen=now), session.key)
        roles = roles_up_to(user.role)
        return Person(
            user.name,
            roles,
            "web",
            address,
            session.is_reauthenticated(now),
            user.made.isoformat(),
        )

    async def is_session_open(self, key: str) -> bool:
        """Return whether that session holds; asking is no sign that somebody is there."""
        session = await self._session(key)
        return session is not None and not session.half

    async def awaits_second_step(self, key: str) -> bool:
        """Return whether the second step of a log-in is to come."""
        session = await self._session(key)
        return session is not None and session.half

    async def of_token(self, text: str, address: str) -> Person | None:
        """Return whose API token it is; None: nobody's, or it has ended."""
        found = await self._token(random_keys.hashed(text))
        if found is None:
            await self.denied_log.record("api_token", "", "api", address, NO_TOKEN)
            return None
        return Person(
            found.name, roles_up_to(found.role), "api", address, found.programs, found.id
        )

    async def _token(self, hashed: str) -> ApiToken | None:
        now, known = self.clocks.wall(), await self.store.api_tokens()
        for token in known.values():
            if random_keys.same(token.hash, hashed) and is_valid_token(token, known, now):
                return token
        return None

    async def _session(self, key: str) -> Session | None:
        session = await self.store.session(random_keys.hashed(key)) if key else None
        return session if session and session.is_valid(self.clocks.wall()) else None

    async def _open_session(
        self, user: User, address: str, half: bool = False, ends: str = ""
    ) -> OpenedSession:
        now, fresh = self.clocks.wall(), random_keys.key()
        session = Session(
            key=random_keys.hashed(fresh), user=user.name, begun=now, seen=now, half=half
        )
        await self.store.end_sessions(now)
        # Meanwhile their password may have been changed, which ended their other sessions.
        if not await self.store.put_session(
            session, random_keys.hashed(ends) if ends else "", user
        ):
            raise AuthenticationError(OVER) if ends else FailedAttemptError(WRONG)
        if not half:
            self._throttle.came(user.name, address)
            await self._write_down("log_in", user, address, None)
        return OpenedSession(fresh, half, "" if half else device_key_of(user))

    async def _write_down(self, op: str, user: User, address: str, after: Any) -> None:
        now = self.clocks.wall()
        row = AuditEntry(at=now, who=user.name, door="web", address=address, op=op, after=after)
        await self.store.audit(row)

    async def _audited(self, op: str, name: str, address: str, work: Awaitable[T]) -> T:
        """Await an attempt; write one that failed into the audit log, by a name that there is."""
        try:
            return await work
        except FailedAttemptError as failed:
            known = name if name in await self.store.users() else ""
            await self.denied_log.record(op, known, "web", address, failed.words)
            raise

    # how often

    async def _count(self, name: str, address: str) -> None:
        """Count a failure until it is found to be none. Raises FailedAttemptError for who has to
        wait."""
        if not self._is_known:
            self._is_known = True
            for row in reversed(await self.store.audit_log(AUDIT_ROWS_READ)):
                if row.op in CAME and not row.refused.en:
                    self._throttle.came(row.who, row.address)
        _require_no_wait(self._throttle.wait(name, address, self.clocks.steady()))

    def _count_alone(self, key: str) -> None:
        """Count the same of what no stranger can fail at."""
        _require_no_wait(self._throttle.wait_alone(key, self.clocks.steady()))


def _require_no_wait(seconds: float) -> None:
    if seconds > 0:
        raise FailedAttemptError(WAIT.fill(seconds=seconds), seconds)


def _in_time(user: User, now: datetime) -> bool:
    return user.code_until is not None and now < user.code_until
