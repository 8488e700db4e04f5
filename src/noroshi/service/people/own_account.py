"""Operations of people on their own account, whatever the role: password and second step."""

from __future__ import annotations

from noroshi.core.definitions.problems import Problem
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.people import User
from noroshi.core.translation import _
from noroshi.operations import people_operations
from noroshi.operations.people_answers import OwnAccount, Recovery, SecondStep
from noroshi.people import AuthenticationError
from noroshi.people.passwords import password_problem
from noroshi.service.errors import ForbiddenError, InvalidArgumentError, OperationFailedError
from noroshi.service.operation import ADMIN, Person, note, offers
from noroshi.service.people.users import NOT_SET, UserOperations

WHOSE = _("Specify the account: it can be omitted only in a browser that is logged in.")
NOT_YOURS = followed_by(_("{name} is another user."), InstructionKind.CHANGE_PASSWORD)
IN_BROWSER = followed_by(
    _(
        "{name} uses two-step login, so a password alone is not enough: log in and make the "
        "change in the browser."
    ),
    InstructionKind.END_SECOND_STEP,
)


class OwnAccountOperations(UserOperations):
    """Change one's own account, by the password each time, so that a browser left alone gives
    nothing away."""

    @offers(people_operations.OWN_ACCOUNT)
    async def show(self, person: Person) -> OwnAccount:
        """Return whether it has a second step, and how many recovery codes are left."""
        user = (await self._store.users()).get(person.name) if person.door == "web" else None
        if user is None:
            return OwnAccount(name=person.name)
        return OwnAccount(
            name=user.name,
            role=user.role,
            two_steps=user.two_steps,
            recovery=len(user.recovery),
        )

    @offers(people_operations.OWN_PASSWORD)
    async def change_password(self, person: Person, old: str, new: str, name: str = "") -> str:
        """Change your password; you are logged out everywhere. `name`: whose, where nobody is
        logged in."""
        user = await self._own_user(person, old, name)
        if problem := password_problem(user.name, new):
            raise InvalidArgumentError(NOT_SET, (Problem("new", problem),))
        changed_user, _ = await self._with_password(user, new)
        await self._change(changed_user, user)
        note(new_state={"user": user.name})
        return user.name

    @offers(people_operations.OWN_TOTP)
    async def begin_own_totp(self, person: Person, password: str, name: str = "") -> SecondStep:
        """Return a seed for an authenticator; it holds once a code of it was given back."""
        return await self._begin_second_step(await self._own_user(person, password, name))

    @offers(people_operations.OWN_TOTP_ON)
    async def enable_own_totp(
        self, person: Person, code: str, password: str = "", name: str = ""
    ) -> Recovery:
        """Enable the second step with a code of the authenticator; a browser gave the password
        when it began."""
        in_browser = person.door == "web" and name in ("", person.name) and not password
        user = await (
            self._user(person.name) if in_browser else self._own_user(person, password, name)
        )
        return await self._enable_second_step(user, code)

    @offers(people_operations.OWN_TOTP_OFF)
    async def disable_own_totp(self, person: Person, password: str, name: str = "") -> str:
        """Disable the second step: the authenticator and the recovery codes are void then."""
        return await self._disable_second_step(await self._own_user(person, password, name))

    async def _own_user(self, person: Person, password: str, name: str) -> User:
        """Return the user who is meant, for what a password alone must not change: whoever has a
        second step took it to log in, or may do it for anybody."""
        user = await self._owner(person, password, name)
        if (
            user.two_steps
            and person.door != "web"
            and not (person.reauthenticated and ADMIN in person.roles)
        ):
            raise ForbiddenError(IN_BROWSER.fill(name=user.name))
        return user

    async def _owner(self, person: Person, password: str, name: str) -> User:
        """Return the user whose password was given; wrong attempts are limited as at the
        log-in."""
        if person.door == "web" and name not in ("", person.name):
            raise ForbiddenError(NOT_YOURS.fill(name=name))
        if person.door != "web" and not name:
            raise InvalidArgumentError(WHOSE, (Problem("name", WHOSE),))
        try:
            return await self._context.people.verify_password(
                name or person.name, password, person.address
            )
        except AuthenticationError as error:
            raise (OperationFailedError if error.seconds else ForbiddenError)(
                error.words
            ) from None
