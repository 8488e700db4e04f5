"""Operations on people who log in: roles, passwords and second steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.people import NAME, Maker, User, made_with
from noroshi.core.roles import ROLES, roles_up_to
from noroshi.core.translation import _, list_names
from noroshi.operations import people_operations
from noroshi.operations.people_answers import Recovery, SecondStep, UserMade, UserRow
from noroshi.people import random_keys, second_factor
from noroshi.people.authentication import BAD_NAME, SEED
from noroshi.people.authentication_errors import BusyError
from noroshi.people.passwords import password_problem
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from noroshi.service.operation import ADMIN, Person, note, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.vault import Secret, VaultError

CODE_DAYS = 3
NOT_MADE = _("Nothing was created.")
NOT_SET = _("The password was not changed.")
BAD_ROLE = _("must be one of {known}")
NO_USER = _("There is no user “{given}”{instead}.")
THERE_IS = _("The user “{name}” already exists.")
LAST_ONE = _("{name} is the only administrator who can log in. Create another one first.")
MEANWHILE = _("Someone else changed {name} at the same time. Check it and try again.")
BUSY = _("Many passwords are being checked. Try again in a moment.")
WRONG_CODE = _(
    "The code is not correct. Enter the code that the authenticator shows now, and check "
    "that the clocks agree."
)
NOT_BEGUN = _("Two-step login was not started for {name}.")


class UserOperations(OperationGroup):
    """Users: who may log in, as what, and by which proof."""

    @offers(people_operations.USER_ADD)
    async def add(
        self, person: Person, name: str, role: str = "viewer", password: str = ""
    ) -> UserMade:
        """Add a user with a password, or with a one-time code by which they choose one
        themselves."""
        problems = [Problem("name", BAD_NAME)] * (not NAME.fullmatch(name))
        problems += _faults(role, name, password)
        if problems:
            raise InvalidArgumentError(NOT_MADE, tuple(problems))
        new_user, code = await self._with_password(
            User(name=name, role=role, made=self._clocks.wall()), password
        )
        if not await self._store.put_user(new_user, None):
            raise ConflictError(THERE_IS.fill(name=name))
        note(new_state={"role": role})
        return UserMade(name=name, role=role, code=code, until=new_user.code_until)

    @offers(people_operations.USER_LIST)
    async def list(self, person: Person) -> tuple[UserRow, ...]:
        """List who may log in, and as what."""
        return tuple(
            UserRow(
                name=user.name,
                role=user.role,
                made=user.made,
                waits=not user.password,
                two_steps=user.two_steps,
                recovery=len(user.recovery),
            )
            for user in (await self._store.users()).values()
        )

    @offers(people_operations.USER_PASSWORD)
    async def set_password(self, person: Person, name: str, password: str = "") -> UserMade:
        """Set a password, or a one-time code by which they choose one; they are logged out
        everywhere."""
        user = await self._user(name)
        if problems := _faults(user.role, name, password):
            raise InvalidArgumentError(NOT_SET, tuple(problems))
        changed_user, code = await self._with_password(user, password)
        await self._change(changed_user, user)
        note(new_state={"role": user.role})
        return UserMade(name=name, role=user.role, code=code, until=changed_user.code_until)

    @offers(people_operations.USER_ROLE)
    async def set_role(self, person: Person, name: str, role: str) -> UserMade:
        """Give a user another role, from the next request on. Revoke the user's API tokens that
        may do more than the new role, and all tokens that were made with one of those."""
        user = await self._user(name)
        if problems := _faults(role, name, ""):
            raise InvalidArgumentError(NOT_MADE, tuple(problems))
        async with self._context.people.administrators:
            if role != ADMIN:
                await self._require_other_administrator(name)
            # Before it: cut off here, it can be done again.
            revoked = await self._revoke_tokens(name, roles_up_to(role))
            await self._change(replace(user, role=role), user)
        note(old_state={"role": user.role, "api_tokens": revoked}, new_state={"role": role})
        return UserMade(name=name, role=role)

    @offers(people_operations.USER_REMOVE)
    async def remove(self, person: Person, name: str) -> str:
        """Remove a user: they are logged out at once, and the API tokens that they made hold no
        more, nor does any that was made by one of those."""
        user = await self._user(name)
        async with self._context.people.administrators:
            await self._require_other_administrator(name)
            revoked = await self._revoke_tokens(name)
            await self._store.drop_user(name)  # after them: cut off here, it can be done again
        for entry in (SEED.format(name=name), _next(name)):
            await self._vault.remove(entry)
        note(old_state={"role": user.role, "api_tokens": revoked})
        return name

    @offers(people_operations.USER_TOTP)
    async def begin_totp(self, person: Person, name: str) -> SecondStep:
        """Return a fresh seed for an authenticator; it holds once a code of it was given
        back."""
        return await self._begin_second_step(await self._user(name))

    @offers(people_operations.USER_TOTP_ON)
    async def enable_totp(self, person: Person, name: str, code: str) -> Recovery:
        """Enable the second step with a code of the authenticator; return the recovery
        codes."""
        return await self._enable_second_step(await self._user(name), code)

    @offers(people_operations.USER_TOTP_OFF)
    async def disable_totp(self, person: Person, name: str) -> str:
        """Disable the second step, for when the authenticator and the recovery codes are
        lost."""
        return await self._disable_second_step(await self._user(name))

    # no operations

    async def _user(self, name: str) -> User:
        users = await self._store.users()
        if name not in users:
            raise NotFoundError(NO_USER.fill(given=name, instead=suggestion(name, users)))
        return users[name]

    async def _change(self, new_user: User, old_user: User) -> None:
        if not await self._store.put_user(new_user, old_user):
            raise ConflictError(MEANWHILE.fill(name=old_user.name))

    async def _begin_second_step(self, user: User) -> SecondStep:
        """Make a fresh seed for the user's authenticator, kept until a code of it is
        entered."""
        name, seed = user.name, second_factor.fresh_seed()
        await self._keep(_next(name), seed)
        address = second_factor.address_of(seed, name, self._context.name)
        return SecondStep(name=name, seed=seed, address=address)

    async def _enable_second_step(self, user: User, code: str) -> Recovery:
        name, seed = user.name, await self._read_seed(_next(user.name))
        if seed is None:
            raise ConflictError(NOT_BEGUN.fill(name=name))
        step = second_factor.step_of(seed.reveal(), code, self._clocks.wall(), 0)
        if not step:
            raise InvalidArgumentError(WRONG_CODE)
        codes, hashes = second_factor.recovery_codes()
        await self._keep(SEED.format(name=name), seed.reveal())
        await self._change(replace(user, two_steps=True, step=step, recovery=hashes), user)
        await self._vault.remove(_next(name))
        note(old_state={"two_steps": user.two_steps}, new_state={"two_steps": True})
        return Recovery(name=name, codes=codes)

    async def _disable_second_step(self, user: User) -> str:
        await self._change(replace(user, two_steps=False, step=0, recovery=()), user)
        await self._vault.remove(SEED.format(name=user.name))
        note(old_state={"two_steps": user.two_steps}, new_state={"two_steps": False})
        return user.name

    async def _with_password(self, user: User, password: str) -> tuple[User, str]:
        """Return the user with that password, or a code for one: then none is right until it is
        chosen."""
        if not password:
            code, expiry = random_keys.code(), self._clocks.wall() + timedelta(days=CODE_DAYS)
            hashed = random_keys.hashed_code(code)
            return replace(user, password="", code=hashed, code_until=expiry), code
        try:
            text = await self._context.people.passwords.hash(password)
        except BusyError:
            raise OperationFailedError(BUSY) from None
        return replace(user, password=text, code="", code_until=None), ""

    async def _require_other_administrator(self, name: str) -> None:
        users = (await self._store.users()).values()
        admins = {user.name for user in users if user.role == ADMIN and user.password}
        if admins == {name}:
            raise ConflictError(LAST_ONE.fill(name=name))

    async def _revoke_tokens(
        self, name: str, allowed_roles: Collection[str] = ()
    ) -> Sequence[str]:
        """Revoke the API tokens that this user made, but those of the `allowed_roles`, and all
        that were made by those: they hold no more."""
        maker, tokens = Maker(name), await self._store.api_tokens()
        revoked = list[str]()
        for token in tokens.values():
            if token.maker == maker and token.role not in allowed_roles:
                revoked += [*made_with(token.name, tokens), token.name]
        for one in revoked:
            await self._store.drop_api_token(one)
        return revoked

    async def _keep(self, entry: str, seed: str) -> None:
        try:
            await self._vault.put(entry, Secret(seed))
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None

    async def _read_seed(self, entry: str) -> Secret | None:
        try:
            return await self._vault.get(entry)
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None


def _faults(role: str, name: str, password: str) -> list[Problem]:
    problems = role_faults(role)
    if password and (problem := password_problem(name, password)):
        problems.append(Problem("password", problem))
    return problems


def role_faults(role: str) -> list[Problem]:
    """Return a problem if there is no role of that name."""
    if role in ROLES:
        return []
    return [Problem("role", BAD_ROLE.fill(known=list_names(ROLES)))]


def _next(name: str) -> str:
    return f"{SEED.format(name=name)}-next"
