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
    Audited,
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
from noroshi.people.stored_throttle import StoredThrottle
from noroshi.people.throttle import Throttle, network_of
from noroshi.ports import Clocks, Store
from noroshi.vault import Vault

T = TypeVar("T")
LONGEST_NAME = 64
AUDIT_ROWS_READ = 1000
"""Rows of the audit log in which it is looked up who came from where."""
LOG_IN_OPERATIONS = ("log_in", "password_chosen")
SEED = "user/{name}/totp"

WRONG_PASSWORD = _("The user name or password is incorrect.")
WRONG_CODE = _("The code is not correct, has already been used, or has expired.")
WAIT = _("Too many failed attempts. Try again in {seconds:.0f} s.")
NO_TOKEN = _("There is no such API token, or it has expired.")
TIMED_OUT = _("You were inactive for a while. Log in again.")
BAD_NAME = _("Use letters, digits and . _ @ -, at most 63 characters.")


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """Hold a log-in that went well: the key for the cookie; `half`: the second step comes.
    `device_key` is for the browser to keep, so that it is known when they come again."""

    key: str
    half: bool = False
    device_key: str = ""


class People:
    """Let people in. The code of the first start lives as long as it does."""

    def __init__(
        self, store: Store, vault: Vault, clocks: Clocks, passwords: Passwords | None = None
    ) -> None:
        self.store, self.vault, self.clocks = store, vault, clocks
        self.passwords = passwords or Passwords()
        self.denied_log = DeniedLog(store, clocks)
        self._throttle, self._is_known = Throttle(), False
        self._stored_throttle = StoredThrottle(self._throttle, store, clocks)
        self._first_code_hash, self._has_administrator = "", False
        self.administrators = asyncio.Lock()
        """Whoever takes one of them away holds it: of two who take each other's right at the same
        moment one is told that there is no other left. Whoever makes or ends an API token holds it
        too: none is made by somebody who may no more."""

    # the first start

    async def has_administrator(self) -> bool:
        """Return whether there is an administrator who can log in; there always is, once there was."""
        if not self._has_administrator:
            users = (await self.store.users()).values()
            self._has_administrator = any(
                user.role == ADMIN and user.password for user in users
            )
        return self._has_administrator

    def first_code(self) -> str:
        """Make a fresh code by which the first administrator is made; the one before it ends."""
        code = random_keys.code()
        self._first_code_hash = random_keys.hashed_code(code)
        return code

    async def start(self, code: str, name: str, password: str, address: str) -> OpenedSession:
        """Take a one-time code and let the user choose a password: the code of the first start
        makes an administrator, any other belongs to an existing user. Raises
        AuthenticationError."""
        work = self._start(code, name, password, address)
        return await self._audited("password_chosen", "", address, work)

    async def _start(self, code: str, name: str, password: str, address: str) -> OpenedSession:
        _require_no_wait(self._throttle.wait_for_code(address, self.clocks.steady()))
        code_hash, now = random_keys.hashed_code(code), self.clocks.wall()
        existing_user, user = await self._meant_by(code_hash, name, now)
        if problem := password_problem(user.name, password):
            self._throttle.well_with_code(address)
            raise AuthenticationError(problem)
        text = await self.passwords.hash(password)
        new_user = replace(user, password=text, code="", code_until=None)
        if not await self.store.put_user(new_user, existing_user):
            raise FailedAttemptError(WRONG_CODE)
        if existing_user is None:
            self._first_code_hash = ""
        self._throttle.well_with_code(address)
        audited_values = {"role": new_user.role, "first": existing_user is None}
        await self._write_down("password_chosen", new_user, address, audited_values)
        return await self._open_session(new_user, address, half=new_user.two_steps)

    async def _meant_by(
        self, code_hash: str, name: str, now: datetime
    ) -> tuple[User | None, User]:
        """Return the user whose code it is, as they stand, and the user to make of them."""
        users = await self.store.users()
        is_first_code = self._first_code_hash and random_keys.are_equal(
            self._first_code_hash, code_hash
        )
        if is_first_code and not await self.has_administrator():
            if not NAME.fullmatch(name):
                raise AuthenticationError(BAD_NAME)
            existing_user = users.get(name)
            return existing_user, replace(existing_user, role=ADMIN) if existing_user else User(
                name=name, role=ADMIN, made=now
            )
        for user in users.values():
            if (
                user.code
                and random_keys.are_equal(user.code, code_hash)
                and _in_time(user, now)
            ):
                return user, user
        raise FailedAttemptError(WRONG_CODE)

    # log-in and log-out

    async def log_in(
        self,
        name: str,
        password: str,
        address: str,
        replaced_key: str = "",
        device_key: str = "",
    ) -> OpenedSession:
        """Log in by password; the session of the key `replaced_key` ends. `device_key` is what the
        browser kept of an earlier log-in. Raises AuthenticationError."""
        work = self._log_in(name, password, address, replaced_key, device_key)
        return await self._audited("log_in", name, address, work)

    async def _log_in(
        self, name: str, password: str, address: str, replaced_key: str, device_key: str
    ) -> OpenedSession:
        if is_known_device(device_key, (await self.store.users()).get(name)):
            user = await self._verified_user(
                f"browser {random_keys.hash_of(device_key)}", name, password
            )
        else:
            shown_name = name[:LONGEST_NAME]
            await self._count(shown_name, address)
            user = await self._user_by_password(name, password)
            self._throttle.forget(shown_name, address)
            await self._stored_throttle.save()
        await self.log_out(replaced_key)
        return await self._open_session(user, address, half=user.two_steps)

    async def second_step(self, key: str, code: str, address: str) -> OpenedSession:
        """Take the second step: an authenticator's code, or one for recovery. Raises
        AuthenticationError."""
        session = await self._session(key)
        if session is None or not session.half:
            raise AuthenticationError(TIMED_OUT)
        work = self._second_step(session.user, key, code, address)
        return await self._audited("log_in_code", session.user, address, work)

    async def _second_step(self, name: str, key: str, code: str, address: str) -> OpenedSession:
        step = f"code {name}"  # by whom it is guessed, who has the password already
        await self._count_alone(step)
        user = await self._after_code(name, code)
        self._throttle.well_alone(step)
        return await self._open_session(user, address, ends=key)

    async def _after_code(self, name: str, code: str) -> User:
        """Return the user after that code, which is good once."""
        user = (await self.store.users()).get(name)
        if user is None or not user.two_steps:
            raise AuthenticationError(TIMED_OUT)
        seed = await self.vault.get(SEED.format(name=name))
        now, code_hash = self.clocks.wall(), random_keys.hashed_code(code)
        step = second_factor.step_of(seed.reveal(), code, now, user.step) if seed else 0
        remaining = tuple(
            recovery_hash
            for recovery_hash in user.recovery
            if not random_keys.are_equal(recovery_hash, code_hash)
        )
        updated_user = replace(user, step=step or user.step, recovery=remaining)
        if updated_user == user or not await self.store.put_user(updated_user, user):
            raise FailedAttemptError(WRONG_CODE)
        return updated_user

    async def reauthenticate(self, key: str, password: str, address: str) -> OpenedSession:
        """Take the password once more: for a few minutes what runs programs may be done. The
        session has another key from now on. Raises AuthenticationError."""
        session = await self._session(key)
        if session is None or session.half:
            raise AuthenticationError(TIMED_OUT)
        work = self._reauthenticate(session, random_keys.renewed(key), password)
        return await self._audited("make_sure", session.user, address, work)

    async def _reauthenticate(
        self, session: Session, fresh: str, password: str
    ) -> OpenedSession:
        await self._verified_user(
            f"session {random_keys.csrf_of(fresh)}", session.user, password
        )
        now = self.clocks.wall()
        reauthenticated_session = replace(
            session, key=random_keys.hash_of(fresh), seen=now, sure=now + REAUTHENTICATED_FOR
        )
        if not await self.store.put_session(reauthenticated_session, session.key):
            raise AuthenticationError(TIMED_OUT)
        return OpenedSession(fresh)

    async def verify_password(self, name: str, password: str, address: str) -> User:
        """Return the user of that name, whose password it is. Raises AuthenticationError."""
        shown_name = name[:LONGEST_NAME]
        work = self._verified_user(f"proof {shown_name} {network_of(address)}", name, password)
        return await self._audited("make_sure", name, address, work)

    async def _verified_user(self, key: str, name: str, password: str) -> User:
        """Return the user as `_user_by_password` does, of somebody who is logged in, or was in
        that browser: these attempts are counted apart, under `key`."""
        await self._count_alone(key)
        user = await self._user_by_password(name, password)
        self._throttle.well_alone(key)
        return user

    async def _user_by_password(self, name: str, password: str) -> User:
        """Return the user of that name, whose password it is. As long for a name that nobody has.
        Raises AuthenticationError."""
        user = (await self.store.users()).get(name)
        is_right = await self.passwords.is_right(user.password if user else "", password)
        if user is None or not is_right:
            raise FailedAttemptError(WRONG_PASSWORD)
        return user

    async def reopen_session(self, name: str, address: str) -> OpenedSession:
        """Open a fresh session for somebody who proved a moment ago who they are, in the place of
        those that ended over it. Raises AuthenticationError."""
        user = (await self.store.users()).get(name)
        if user is None:
            raise AuthenticationError(TIMED_OUT)
        return await self._open_session(user, address)

    async def log_out(self, key: str) -> None:
        """End the session, and with it those that are over."""
        await self.store.end_sessions(self.clocks.wall(), key=random_keys.hash_of(key))

    # who it is

    async def of_session(
        self, key: str, address: str, is_present: bool = True
    ) -> Person | None:
        """Return the person of a session; None: there is no such session, it is over, or the
        second step is missing. `is_present`: a person asks, not a page by itself; only that
        extends the session."""
        session, now = await self._session(key), self.clocks.wall()
        if session is None or session.half:
            return None
        user = (await self.store.users()).get(session.user)
        if user is None:
            return None
        if is_present and abs(now - session.seen) >= SAVE_SEEN_EVERY:
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
        """Return the person of an API token; None: there is none, or it has ended."""
        token = await self._token(random_keys.hash_of(text))
        if token is None:
            await self.denied_log.record("api_token", "", "api", address, NO_TOKEN)
            return None
        return Person(
            token.name, roles_up_to(token.role), "api", address, token.programs, token.id
        )

    async def _token(self, token_hash: str) -> ApiToken | None:
        now, tokens = self.clocks.wall(), await self.store.api_tokens()
        for token in tokens.values():
            if random_keys.are_equal(token.hash, token_hash) and is_valid_token(
                token, tokens, now
            ):
                return token
        return None

    async def _session(self, key: str) -> Session | None:
        session = await self.store.session(random_keys.hash_of(key)) if key else None
        return session if session and session.is_valid(self.clocks.wall()) else None

    async def _open_session(
        self, user: User, address: str, half: bool = False, ends: str = ""
    ) -> OpenedSession:
        now, fresh = self.clocks.wall(), random_keys.key()
        session = Session(
            key=random_keys.hash_of(fresh), user=user.name, begun=now, seen=now, half=half
        )
        await self.store.end_sessions(now)
        # Meanwhile their password may have been changed, which ended their other sessions.
        if not await self.store.put_session(
            session, random_keys.hash_of(ends) if ends else "", user
        ):
            raise AuthenticationError(TIMED_OUT) if ends else FailedAttemptError(WRONG_PASSWORD)
        if not half:
            self._throttle.note_login(user.name, address)
            await self._write_down("log_in", user, address, None)
        return OpenedSession(fresh, half, "" if half else device_key_of(user))

    async def _write_down(self, op: str, user: User, address: str, audited_values: Any) -> None:
        now = self.clocks.wall()
        row = Audited(
            at=now, who=user.name, door="web", address=address, op=op, after=audited_values
        )
        await self.store.audit(row)

    async def _audited(self, op: str, name: str, address: str, work: Awaitable[T]) -> T:
        """Await an attempt; write one that failed into the audit log, by a name that there is."""
        try:
            return await work
        except FailedAttemptError as error:
            known_name = name if name in await self.store.users() else ""
            await self.denied_log.record(op, known_name, "web", address, error.words)
            raise

    # how often

    async def _count(self, name: str, address: str) -> None:
        """Count a failure until it is found to be none. Raises FailedAttemptError for who has to
        wait."""
        if not self._is_known:
            self._is_known = True
            await self._stored_throttle.load()
            for row in reversed(await self.store.audit_log(AUDIT_ROWS_READ)):
                if row.op in LOG_IN_OPERATIONS and not row.refused.en:
                    self._throttle.note_login(row.who, row.address)
        _require_no_wait(self._throttle.wait(name, address, self.clocks.steady()))
        await self._stored_throttle.save()

    async def _count_alone(self, key: str) -> None:
        """Count the same of what no stranger can fail at."""
        await self._stored_throttle.load()
        _require_no_wait(self._throttle.wait_alone(key, self.clocks.steady()))
        await self._stored_throttle.save()


def _require_no_wait(seconds: float) -> None:
    if seconds > 0:
        raise FailedAttemptError(WAIT.fill(seconds=seconds), seconds)


def _in_time(user: User, now: datetime) -> bool:
    return user.code_until is not None and now < user.code_until
