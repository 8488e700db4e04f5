"""Bind the vault's entries to their uses: a secret that was entered for one server goes to no
other, unless a person who may run programs changes that (decision 21)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from noroshi import schema
from noroshi.core.definitions.problems import Problem, first_of
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import _, list_names, plain
from noroshi.definitions.compilation import Plan
from noroshi.definitions.secret_uses import Use, place_of, uses_of
from noroshi.ports import Store
from noroshi.service.errors import ConflictError, ReauthenticationRequiredError
from noroshi.service.operation import Person
from noroshi.vault import Vault, VaultError

NOTE, UNCONFIRMED = "bound/", "led/"
ELSEWHERE = followed_by(
    _(
        "This change would send a secret to a different destination, so it requires the password "
        "again."
    ),
    InstructionKind.GIVE_PASSWORD,
)
SENT = _("is stored in the vault for {known}; this change would send it to {where}")
UNSEEN = followed_by(
    _(
        "“{entry}” was not saved. The API token {token}, which is not allowed to change the "
        "destination of secrets, set the destination to: {where}. If that is wrong, correct the "
        "definition first."
    ),
    InstructionKind.CONFIRM_DESTINATION,
)
TO_NOBODY = _("no destination yet")
ITS_OWN_URL = _("the URL that it contains")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryBinding:
    """The uses that an entry is kept for. `by` is the door and name of whoever may name it freely,
    as the value is theirs: an API token that put it in, or anybody whose entry nothing named yet."""

    uses: tuple[Use, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnconfirmedUses:
    """The uses of an entry that API tokens without programs chose and no person has confirmed.
    `token` is what the last of them is called, `by` the one that chose all of them, if one did."""

    uses: tuple[Use, ...] = ()
    token: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """The places that an entry goes to by the definitions in force, and the token that chose
    one of them."""

    places: tuple[str, ...]
    chosen_by: str = ""


class SecretBindings:
    """Keep the bindings, as notes of the store: they need no key, and stay when an entry is
    removed."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault

    async def check_destinations(
        self,
        person: Person,
        new_plan: Plan,
        old_plan: Plan,
        new_values: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse a plan that sends an entry to a use that it is not bound to. `new_values` are
        values that are to be kept with it. Raises ReauthenticationRequiredError."""
        new = (
            ()
            if person.reauthenticated
            else await self._new_uses(new_plan, old_plan, new_values or {})
        )
        if not new:
            return
        notes, vault_names = await self._store.get_values(), set(await self._vault.names())
        problems = list[Problem]()
        for use in sorted(new):
            binding = _read_binding(notes, use.entry)
            is_known = binding is not None or use.entry in vault_names
            if is_known and not _is_allowed(binding or EntryBinding(), use, person):
                problems.append(_problem(use, binding or EntryBinding()))
        if problems:
            raise ReauthenticationRequiredError(ELSEWHERE, first_of(tuple(problems)))

    async def note_token_choice(
        self,
        person: Person,
        new_plan: Plan,
        old_plan: Plan,
        new_values: Mapping[str, str] | None = None,
    ) -> None:
        """Note what a token chooses that may not say where a secret goes, before it is in force."""
        if person.reauthenticated or person.door != "api":
            return
        notes, new = (
            await self._store.get_values(),
            await self._new_uses(new_plan, old_plan, new_values or {}),
        )
        for entry, uses in _by_entry(new).items():
            unconfirmed = _read_unconfirmed(notes, entry)
            by = (
                _owner_id(person)
                if not unconfirmed.uses or unconfirmed.by == _owner_id(person)
                else ""
            )
            updated = UnconfirmedUses(
                uses=_union(unconfirmed.uses, uses), token=person.name, by=by
            )
            await self._note_unconfirmed(entry, unconfirmed, updated)

    async def check_disclosure(
        self, person: Person, plan: Plan, entry: str, value: str, named_places: Collection[str]
    ) -> None:
        """Refuse a secret that would go where a token chose, unless whoever gives it names that
        place, or is the token. Raises ConflictError."""
        unconfirmed = _read_unconfirmed(await self._store.get_values(), entry)
        if not unconfirmed.uses or unconfirmed.by == _owner_id(person):
            return
        uses = _by_entry(await self._resolve(uses_of(plan), {entry: value})).get(entry, ())
        chosen_places = {
            use.where for use in uses if use in unconfirmed.uses and use.where
        } - set(named_places)
        if chosen_places:
            places = sorted(chosen_places)
            words = UNSEEN.fill(entry=entry, token=unconfirmed.token, where=list_names(places))
            raise ConflictError(words, tuple(Problem("to", plain(one)) for one in places))

    async def destinations(self, plan: Plan) -> Mapping[str, Destinations]:
        """Return the destinations of each entry, by the name of the entry."""
        notes, destinations = await self._store.get_values(), dict[str, Destinations]()
        for entry, uses in _by_entry(await self._resolve(uses_of(plan))).items():
            unconfirmed = _read_unconfirmed(notes, entry)
            by_token = any(use in unconfirmed.uses and use.where for use in uses)
            places = sorted({use.where for use in uses if use.where})
            destinations[entry] = Destinations(
                places=tuple(places), chosen_by=unconfirmed.token if by_token else ""
            )
        return destinations

    async def bind(self, *plans: Plan) -> None:
        """Note the uses of these plans, beside those that are noted: what is or was in force is
        meant, entries of the time before there were bindings with it. What is not kept yet is
        bound when it is put in."""
        uses = await self._resolve(frozenset[Use]().union(*map(uses_of, plans)))
        notes, vault_names = await self._store.get_values(), set(await self._vault.names())
        for entry, uses_of_entry in _by_entry(uses).items():
            binding = _read_binding(notes, entry)
            if binding is not None or entry in vault_names:
                all_uses = _union(binding.uses if binding else (), uses_of_entry)
                await self._note(
                    entry, binding, replace(binding or EntryBinding(), uses=all_uses)
                )

    async def bind_anew(self, person: Person, plan: Plan, entry: str) -> None:
        """Note that somebody puts a value in: it is meant for what the plan names it for."""
        notes = await self._store.get_values()
        uses = _by_entry(await self._resolve(uses_of(plan))).get(entry, ())
        mine = person.door == "api" or not uses
        binding = EntryBinding(uses=_union((), uses), by=_owner_id(person) if mine else "")
        await self._note(entry, _read_binding(notes, entry), binding)
        unconfirmed = _read_unconfirmed(notes, entry)
        if unconfirmed.by != _owner_id(person):
            remaining = tuple(use for use in unconfirmed.uses if use not in uses)
            await self._note_unconfirmed(
                entry, unconfirmed, replace(unconfirmed, uses=remaining)
            )

    async def disown(self, entry: str) -> None:
        """Let nobody name an entry freely, as another value is to be put in."""
        binding = _read_binding(await self._store.get_values(), entry)
        if binding is not None:
            await self._note(entry, binding, replace(binding, by=""))

    async def _note(
        self, entry: str, old_binding: EntryBinding | None, binding: EntryBinding
    ) -> None:
        if binding != old_binding:
            await self._store.put_value(NOTE + entry, schema.text(binding))

    async def _note_unconfirmed(
        self, entry: str, old_uses: UnconfirmedUses, new_uses: UnconfirmedUses
    ) -> None:
        if new_uses != old_uses:
            await self._store.put_value(UNCONFIRMED + entry, schema.text(new_uses))

    async def _new_uses(
        self, new_plan: Plan, old_plan: Plan, new_values: Mapping[str, str]
    ) -> Collection[Use]:
        """Return the uses of a plan that are not those of the plan in force."""
        one, other = uses_of(new_plan), uses_of(old_plan)
        if one == other and not new_values:
            return set()
        return set(await self._resolve(one, new_values)) - set(await self._resolve(other))

    async def _resolve(
        self, uses: Iterable[Use], new_values: Mapping[str, str] | None = None
    ) -> list[Use]:
        """Return them with the place that the URL in another entry says, as far as it is kept."""
        resolved = list[Use]()
        for use in uses:
            if not use.by_url:
                resolved.append(use)
            elif place := place_of(await self._value(use.by_url, new_values or {}), use.proxy):
                resolved.append(Use(use.entry, use.what, place))
        return resolved

    async def _value(self, entry: str, new_values: Mapping[str, str]) -> str:
        if entry in new_values:
            return new_values[entry].strip()
        try:
            secret = await self._vault.get(entry)
        except VaultError:
            return ""
        return secret.reveal().strip() if secret is not None else ""


def _is_allowed(binding: EntryBinding, use: Use, person: Person) -> bool:
    """Return whether the entry may go there: the use is bound already, or the person entered
    the value."""
    is_own = binding.by == _owner_id(person) and (person.door == "api" or not binding.uses)
    return use in binding.uses or is_own


def _read_binding(notes: Mapping[str, str], entry: str) -> EntryBinding | None:
    return schema.value_or_none(EntryBinding, notes.get(NOTE + entry))


def _read_unconfirmed(notes: Mapping[str, str], entry: str) -> UnconfirmedUses:
    unconfirmed = schema.value_or_none(UnconfirmedUses, notes.get(UNCONFIRMED + entry))
    return unconfirmed or UnconfirmedUses()


def _by_entry(uses: Iterable[Use]) -> Mapping[str, list[Use]]:
    by_entry = dict[str, list[Use]]()
    for use in uses:
        by_entry.setdefault(use.entry, []).append(use)
    return by_entry


def _union(one: Collection[Use], other: Collection[Use]) -> tuple[Use, ...]:
    return tuple(sorted({*one, *other}))


def _owner_id(person: Person) -> str:
    """Return what no other of the same name has: who is made anew owns nothing of the one
    before."""
    return f"{person.door}/{person.id or person.name}"


def _problem(use: Use, binding: EntryBinding) -> Problem:
    places = dict.fromkeys(one.where for one in binding.uses if one.where)
    default = ITS_OWN_URL if binding.uses else TO_NOBODY
    return Problem(
        use.entry,
        SENT.fill(
            known=list_names(places) if places else default, where=use.where or ITS_OWN_URL
        ),
    )
