"""Answers are kept as definitions in force: one document changed at a time, over the current ones.

Of an account by which mails leave already they are held until all that can be proved before is
proved, and put in force at once: until then its mails go on as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.cli.clients.socket import Refused
from noroshi.cli.context import CommandContext
from noroshi.cli.output.routes import marked
from noroshi.core.words import NOTHING, Words
from noroshi.definitions.documents import content, document
from noroshi.guides.setup_goal import SetupGoal
from noroshi.ports import Document

NOTE = "noroshi setup microsoft365"
TRIES = 3
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

    def put_in_force(self) -> None:
        """All that is held, in one version; the secret of it into the vault. Raises Refused."""
        held, secret = self._held, self._secret
        self._held = self._secret = None
        if held:
            self._change(lambda _: held)
        if secret is not None:
            entry, value, to = secret
            self._asked.call("set_secret", name=entry, value=value, to=to)

    def keep(self, wanted: SetupGoal, *, route: bool = True) -> None:
        """Account and route as they are wanted now. Raises Refused."""
        account, way_out = f"accounts/{wanted.account}", f"routes/{wanted.route}"

        def changed(before: Contents) -> Contents:
            made = {account: wanted.account_document(before.get(account, {}))}
            if route:
                made[way_out] = wanted.route_document(before.get(way_out, {}))
            return made

        self._change(changed)

    def put(self, key: str, said: Mapping[str, Any]) -> None:
        """One definition in the place of what it was. Raises Refused."""
        self._change(lambda _: {key: said})

    def mark(self, route: str) -> Words:
        """What stands beside a route whose provider is none of the built-in ones."""
        found = self._asked.call("route_list")["routes"]
        return next((Words(**one["mark"]) for one in found if one["name"] == route), NOTHING)

    def shown(self, route: str) -> str:
        """The route's name with its mark."""
        mark = self.mark(route)
        return marked(self._asked, route, {"en": mark.en, "ja": mark.ja})

    def _change(self, changed: Any) -> None:
        """Somebody else may apply something meanwhile: theirs stays, and ours goes over it."""
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
        for left in reversed(range(TRIES)):
            before, version = self._exported()
            after = {**before, **changed(before)}
            made = [document(key, said) for key, said in sorted(after.items())]
            documents = [{"key": one.key, "body": one.body} for one in made]
            try:
                self._asked.call("apply", documents=documents, base=version, note=NOTE)
                return
            except Refused as refused:
                if refused.kind != "conflict" or not left:
                    raise

    def _exported(self) -> tuple[dict[str, dict[str, Any]], int]:
        found = self._asked.call("export")
        documents = [Document(**one) for one in found["documents"]]
        in_force = {one.key: content(one) for one in documents}
        return {**in_force, **(self._held or {})}, found["version"]
