"""Operations on API tokens, by which a program comes in, in a person's stead."""

from __future__ import annotations

from datetime import timedelta

from noroshi.core.definitions.problems import Problem, shortened_text, suggestion
from noroshi.core.people import NAME, ApiToken, Maker, is_valid_token, made_with
from noroshi.core.translation import _
from noroshi.operations import people_operations
from noroshi.operations.people_answers import TokenMade, TokenRow
from noroshi.people import random_keys
from noroshi.people.authentication import BAD_NAME
from noroshi.service.errors import (
    ConflictError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
)
from noroshi.service.operation import ADMIN, Person, note, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.service.people.users import NOT_MADE, role_faults

MOST_DAYS = 3650
BAD_DAYS = _("must be between 0 (no expiry) and {most}")
NO_TOKEN = _("There is no API token “{given}”{instead}.")
NO_MORE = _("{who} is no longer an administrator. Nothing was created.")
THERE_IS_TOKEN = _(
    "The API token “{name}” already exists. Revoke it first, or choose another name."
)


class ApiTokenOperations(OperationGroup):
    """Made, listed and revoked. The store keeps what proves one, never the token."""

    @offers(people_operations.TOKEN_NEW)
    async def create(
        self,
        person: Person,
        name: str,
        role: str = "viewer",
        days: int = 90,
        programs: bool = False,
    ) -> TokenMade:
        """Make a token for a program, in a person's stead. `programs`: it may also do what runs
        programs or sends a secret elsewhere; `days` 0: it does not end."""
        problems = [Problem("name", BAD_NAME)] * (not NAME.fullmatch(name))
        problems += role_faults(role)
        if not 0 <= days <= MOST_DAYS:
            problems.append(Problem("days", BAD_DAYS.fill(most=MOST_DAYS)))
        if problems:
            raise InvalidArgumentError(NOT_MADE, tuple(problems))
        text, now = random_keys.token(), self._clocks.wall()
        token = ApiToken(
            name=name,
            role=role,
            hash=random_keys.hash_of(text),
            by=str(Maker(person.name, person.door)),
            made=now,
            until=now + timedelta(days=days) if days else None,
            programs=programs,
        )
        async with self._context.people.administrators:
            await self._require_still_allowed(person)
            if not await self._store.put_api_token(token):
                raise ConflictError(THERE_IS_TOKEN.fill(name=name))
        note(new_state={"role": role, "until": token.until, "programs": programs})
        return TokenMade(name=name, role=role, token=text, until=token.until)

    @offers(people_operations.TOKEN_LIST)
    async def list(self, person: Person) -> tuple[TokenRow, ...]:
        """List who made them, and until when they hold; never the tokens."""
        tokens = await self._store.api_tokens()
        return tuple(
            TokenRow(
                name=one.name,
                role=one.role,
                by=one.by,
                made=one.made,
                until=one.until,
                programs=one.programs,
                ended=not is_valid_token(one, tokens, self._clocks.wall()),
            )
            for one in tokens.values()
        )

    @offers(people_operations.TOKEN_REVOKE)
    async def revoke(self, person: Person, name: str) -> str:
        """Revoke a token from the next request on, and all tokens that were made by it, or by
        one of those."""
        async with self._context.people.administrators:
            tokens = await self._store.api_tokens()
            descendants = made_with(name, tokens)
            for one in descendants:
                await self._store.drop_api_token(one)
            if name not in tokens or not await self._store.drop_api_token(name):
                near = suggestion(name, tokens)
                raise NotFoundError(NO_TOKEN.fill(given=shortened_text(name), instead=near))
        role, by = tokens[name].role, tokens[name].by
        note(old_state={"role": role, "by": by, "api_tokens": list(descendants)})
        return name

    async def _require_still_allowed(self, person: Person) -> None:
        """Raise ForbiddenError for a caller who was removed, demoted or revoked since the
        request."""
        if person.door == "api":
            token = (await self._store.api_tokens()).get(person.name)
            allowed = token is not None and token.role == ADMIN
        elif person.door == "web":
            user = (await self._store.users()).get(person.name)
            allowed = user is not None and user.role == ADMIN
        else:
            allowed = True  # the kernel said a moment ago who it is
        if not allowed:
            raise ForbiddenError(NO_MORE.fill(who=person.name))
