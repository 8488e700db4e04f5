"""Keep the secrets that the hub shares with this node in its vault, under names of their own."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence

from noroshi.agent.enrolment import Enrolment
from noroshi.agent.hub_names import ACCOUNTS
from noroshi.agent.key_chain import read_keys
from noroshi.core.reserved_entries import ACCESS, HUB_ENTRIES, REFUSALS, SIGN_INS, TOKENS
from noroshi.link.link_messages import FetchAnswer
from noroshi.link.sealed_secrets import SealedFor, open_sealed
from noroshi.vault import Secret, Vault

ENTRIES_OF_ACCOUNTS = frozenset({SIGN_INS, TOKENS, ACCESS, REFUSALS})
LONGEST = 64 - len(HUB_ENTRIES)
"""Letters of an entry's name that fit behind the prefix."""


def entry_here(entry: str) -> str:
    """Return the name that an entry of the hub has here: none of the node's own begins so."""
    if len(entry) > LONGEST:
        entry = hashlib.sha256(entry.encode()).hexdigest()[:LONGEST]
    return HUB_ENTRIES + entry


async def secrets_in(
    answer: FetchAnswer, enrolment: Enrolment, vault: Vault
) -> Mapping[str, Secret]:
    """Return the secrets of a configuration, by their names here. Raises BadSealError, BadKeyError,
    VaultError, and what the store raises."""
    if not answer.secrets:
        return {}
    chain = await read_keys(vault)
    keys = chain.all_keys() if chain is not None else ()
    sealed_for = SealedFor(
        hub=enrolment.hub, agent=enrolment.agent, configuration=answer.configuration
    )
    secrets = await asyncio.to_thread(open_sealed, answer.secrets, sealed_for, keys)
    return {entry_here(name): Secret(text) for name, text in secrets.items()}


async def entries_from_hub(vault: Vault) -> Sequence[str]:
    """Return the entries of the vault that the hub shared. Raises what the store raises."""
    return [name for name in await vault.names() if name.startswith(HUB_ENTRIES)]


async def remove_others(vault: Vault, entries: Collection[str]) -> None:
    """Remove what the hub shared but for these entries. Raises what the store raises."""
    for name in await entries_from_hub(vault):
        if name not in entries:
            await vault.remove(name)


async def remove_sign_ins(vault: Vault, ended_keys: Collection[str]) -> None:
    """Remove the tokens of the accounts among these documents. Raises what the store raises."""
    beginning = f"{ACCOUNTS}/"
    accounts = {key.removeprefix(beginning) for key in ended_keys if key.startswith(beginning)}
    for name in await vault.names() if accounts else ():
        kind, _slash, owner = name.partition("/")
        if f"{kind}/" in ENTRIES_OF_ACCOUNTS and owner.partition("/")[0] in accounts:
            await vault.remove(name)
