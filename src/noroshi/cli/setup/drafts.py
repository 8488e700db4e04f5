"""Answers are kept as definitions in force: one document changed at a time, over the current ones.

Of an account by which mails leave already they are held until all that can be proved before is
proved, and put in force at once: until then its mails go on as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.routes import marked
from noroshi.core.translation import NOTHING, Message, bilingual
from noroshi.definitions.documents import content, document
from noroshi.guides.setup_goal import SetupGoal
from noroshi.ports import Document

NOTE = "noroshi setup microsoft365"
TRIES = 3
IDENTITY = ("cloud", "tenant", "client_id")
"""The settings of an account that a person's sign-in is kept for."""
Contents = Mapping[str, Mapping[str, Any]]


class Drafts:
    """The definitions of a node, looked at and changed."""

    def __init__(self, asked: CommandContext) -> None:
        self._asked = asked
        self.only_looks = bool(asked.given.print_admin_steps)
        """Nothing is changed: whoever has the steps written has decided nothing yet."""
        self._held: dict[str, dict[str, Any]] | None = None
        self._secret: tuple[str, str, Sequence[str]] | None = None

    def all(self, type: str) -> dict[str, dict[str, Any]]:
        """All definitions of that type, by name."""
        found = self._exported()[0].items()
        return {
            key.partition("/")[2]: said for key, said in found if key.startswith(f"{type}/")
        }

    def hold(self) -> None:
        """From here on put nothing in force before `put_in_force`."""
        self._held = {}

    @property
    def trial(self) -> dict[str, Any]:
        """Return the held answers as arguments for an operation that proves something."""
        held = {} if self._held is None else self._held
        documents = [document(key, said) for key, said in sorted(held.items())]
        given = {"over": [{"key": one.key, "body": one.body} for one in documents]}
        return given if documents else {}

    @property
    def secret(self) -> dict[str, Any]:
        """The same of a secret that takes the place of the vault's, and of where it may go."""
        if self._secret is None:
            return {}
        _, value, to = self._secret
        return {"secret": value, "to": to}

    def may_hold(self, entry: str, value: str, to: Sequence[str]) -> bool:
        """Hold a secret too, where answers are held; False: they are not."""
        if self._held is None:
            return False
        self._secret = entry, value, to
        return True

    def drop_secret(self) -> None:
        """It was refused."""
        self._secret = None

    def confirm_places(self, to: Sequence[str]) -> None:
        """Note where a person has seen that the held secret may go, as that has changed."""
        if self._secret is not None:
            entry, value, _ = self._secret
            self._secret = entry, value, to

    def put_in_force(self) -> None:
        """Put all that is held in force, in one version. Raises RefusedError, and then holds it still."""
        if held := self._held:
            self._apply(lambda _: held)
        self._held = None

    def put_secret(self) -> None:
        """Put a held secret into the vault. Raises RefusedError, and then holds it still."""
        if self._secret is not None:
            entry, value, to = self._secret
            self._asked.call("set_secret", name=entry, value=value, to=to)
            self._secret = None

    @property
    def secret_entry(self) -> str:
        """Return which entry of the vault a held secret is for; "" if none is held."""
        return "" if self._secret is None else self._secret[0]

    def needs_new_sign_in(self, wanted: SetupGoal) -> bool:
        """Return whether what is held ends the sign-in that mails leave by, and a person has to sign
        in anew: it is kept for one app of one tenant (oauth.account.Account.identity)."""
        key = f"accounts/{wanted.account}"
        if wanted.alone or key not in (self._held or {}):
            return False
        before, after = self._in_force()[0].get(key, {}), self._exported()[0][key]
        of_an_app = before.get("sign_in") == "app"
        return of_an_app or any(before.get(one) != after.get(one) for one in IDENTITY)

    @property
    def version(self) -> int:
        """Return the number of the version in force."""
        return self._in_force()[1]

    def keep(self, wanted: SetupGoal, *, route: bool = True) -> None:
        """Account and route as they are wanted now. Raises RefusedError."""
        account, way_out = f"accounts/{wanted.account}", f"routes/{wanted.route}"

        def changed(before: Contents) -> Contents:
            made = {account: wanted.account_document(before.get(account, {}))}
            if route:
                made[way_out] = wanted.route_document(before.get(way_out, {}))
            return made

        self._change(changed)

    def put(self, key: str, said: Mapping[str, Any]) -> None:
        """One definition in the place of what it was. Raises RefusedError."""
        self._change(lambda _: {key: said})

    def mark(self, route: str) -> Message:
        """Return what stands beside a route whose provider is none of the built-in ones."""
        found = self._asked.call("route_list")["routes"]
        return next(
            (bilingual(**one["mark"]) for one in found if one["name"] == route), NOTHING
        )

    def shown(self, route: str) -> str:
        """The route's name with its mark."""
        mark = self.mark(route)
        return marked(self._asked, route, mark.both())

    def _change(self, changed: Any) -> None:
        """Hold it, where answers are held, or else put it in force."""
        if self.only_looks:
            return
        if self._held is not None:
            before, _ = self._exported()
            self._held |= {
                key: dict(said)
                for key, said in changed(before).items()
                if said != before.get(key)
            }
            return
        self._apply(changed)

    def _apply(self, changed: Any) -> None:
        """Somebody else may apply something meanwhile: theirs stays, and ours goes over it."""
        for left in reversed(range(TRIES)):
            before, version = self._exported()
            after = {**before, **changed(before)}
            made = [document(key, said) for key, said in sorted(after.items())]
            documents = [{"key": one.key, "body": one.body} for one in made]
            try:
                self._asked.call("apply", documents=documents, base=version, note=NOTE)
                return
            except RefusedError as refused:
                if refused.kind != "conflict" or not left:
                    raise

    def _exported(self) -> tuple[dict[str, dict[str, Any]], int]:
        in_force, version = self._in_force()
        return {**in_force, **(self._held or {})}, version

    def _in_force(self) -> tuple[dict[str, dict[str, Any]], int]:
        found = self._asked.call("export")
        documents = [Document(**one) for one in found["documents"]]
        return {one.key: content(one) for one in documents}, found["version"]
