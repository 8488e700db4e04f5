"""Put the answers in force as definitions: one document changed at a time, over the current
ones.

If mails already leave by the account, its answers are held until all that can be proved
beforehand is proved, and are then put in force together: until then its mails go on as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.routes import with_mark
from noroshi.core.translation import NOTHING, Message
from noroshi.definitions.document_content import content, document
from noroshi.guides.setup_documents import definitions_of
from noroshi.guides.setup_goal import SetupGoal
from noroshi.operations import definition_operations, monitor_operations, sign_in_operations
from noroshi.operations.definition_answers import Applied, Exported
from noroshi.operations.status_answers import RoutesShown

NOTE = "noroshi setup microsoft365"
TRIES = 3
IDENTITY = ("cloud", "tenant", "client_id")
"""The settings of an account that a person's sign-in is kept for."""
Contents = Mapping[str, Mapping[str, Any]]


class Drafts:
    """The definitions of a node, looked at and changed."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self.only_looks = bool(context.args.print_admin_steps)
        """True if nothing is changed: whoever has the steps printed has decided nothing yet."""
        self._held_bodies: dict[str, dict[str, Any]] | None = None
        self._secret: tuple[str, str, Sequence[str]] | None = None

    def all(self, type: str) -> dict[str, Mapping[str, Any]]:
        """Return all definitions of that type, by name."""
        return definitions_of(self.documents(), type)

    def documents(self) -> dict[str, dict[str, Any]]:
        """Return all definitions, by key."""
        return self._current()[0]

    def hold(self) -> None:
        """Hold answers from here on: put nothing in force before `put_in_force`."""
        self._held_bodies = {}

    @property
    def trial(self) -> dict[str, Any]:
        """Return the held answers as arguments for an operation that proves something."""
        bodies = {} if self._held_bodies is None else self._held_bodies
        documents = [document(key, body) for key, body in sorted(bodies.items())]
        arguments = {"over": [{"key": one.key, "body": one.body} for one in documents]}
        return arguments if documents else {}

    @property
    def secret(self) -> dict[str, Any]:
        """Return the same of a secret that takes the place of the vault's, and of where it may
        go."""
        if self._secret is None:
            return {}
        _, value, destinations = self._secret
        return {"secret": value, "to": destinations}

    def may_hold(self, entry: str, value: str, destinations: Sequence[str]) -> bool:
        """Hold a secret too, where answers are held; False: they are not."""
        if self._held_bodies is None:
            return False
        self._secret = entry, value, destinations
        return True

    def drop_secret(self) -> None:
        """Drop the held secret: it was refused."""
        self._secret = None

    def confirm_places(self, destinations: Sequence[str]) -> None:
        """Note where a person has seen that the held secret may go, as that has changed."""
        if self._secret is not None:
            entry, value, _ = self._secret
            self._secret = entry, value, destinations

    def put_in_force(self) -> None:
        """Put all that is held in force, in one version. Raises RefusedError, and then holds it still."""
        if bodies := self._held_bodies:
            self._apply(lambda _: bodies)
        self._held_bodies = None

    def put_secret(self) -> None:
        """Put a held secret into the vault. Raises RefusedError, and then holds it still."""
        if self._secret is not None:
            entry, value, destinations = self._secret
            self._context.ask(
                sign_in_operations.SET_SECRET, str, name=entry, value=value, to=destinations
            )
            self._secret = None

    @property
    def secret_entry(self) -> str:
        """Return which entry of the vault a held secret is for; "" if none is held."""
        return "" if self._secret is None else self._secret[0]

    def needs_new_sign_in(self, goal: SetupGoal) -> bool:
        """Return whether what is held ends the sign-in that mails leave by, and a person has to sign
        in anew: it is kept for one app of one tenant (oauth.account.Account.identity)."""
        key = f"accounts/{goal.account}"
        if goal.app_only or key not in (self._held_bodies or {}):
            return False
        old_account, new_account = self._in_effect()[0].get(key, {}), self._current()[0][key]
        of_an_app = old_account.get("sign_in") == "app"
        return of_an_app or any(
            old_account.get(one) != new_account.get(one) for one in IDENTITY
        )

    @property
    def version(self) -> int:
        """Return the number of the version in force."""
        return self._in_effect()[1]

    def keep(self, goal: SetupGoal, *, route: bool = True) -> None:
        """Keep account and route as the goal has them now. Raises RefusedError."""
        account_key, route_key = f"accounts/{goal.account}", f"routes/{goal.route}"

        def new_bodies(old_bodies: Contents) -> Contents:
            bodies = {account_key: goal.account_document(old_bodies.get(account_key, {}))}
            if route:
                bodies[route_key] = goal.route_document(old_bodies.get(route_key, {}))
            return bodies

        self._change(new_bodies)

    def put(self, key: str, body: Mapping[str, Any]) -> None:
        """Put one definition in place of its current content. Raises RefusedError."""
        self._change(lambda _: {key: body})

    def mark(self, route: str) -> Message:
        """Return what stands beside a route whose provider is none of the built-in ones."""
        routes = self._context.ask(monitor_operations.ROUTE_LIST, RoutesShown).routes
        return next((one.mark for one in routes if one.name == route), NOTHING)

    def marked_name(self, route: str) -> str:
        """Return the name of a route with the mark of the route."""
        mark = self.mark(route)
        return with_mark(self._context, route, mark)

    def _change(self, change: Any) -> None:
        """Hold a change, where answers are held, or else put it in force."""
        if self.only_looks:
            return
        if self._held_bodies is not None:
            old_bodies, _ = self._current()
            self._held_bodies |= {
                key: dict(body)
                for key, body in change(old_bodies).items()
                if body != old_bodies.get(key)
            }
            return
        self._apply(change)

    def _apply(self, change: Any) -> None:
        """Apply a change over the current definitions: somebody else may apply something
        meanwhile, which stays."""
        for remaining in reversed(range(TRIES)):
            old_bodies, version = self._current()
            new_bodies = {**old_bodies, **change(old_bodies)}
            drafts = [document(key, body) for key, body in sorted(new_bodies.items())]
            documents = [{"key": one.key, "body": one.body} for one in drafts]
            try:
                self._context.ask(
                    definition_operations.APPLY,
                    Applied,
                    documents=documents,
                    base=version,
                    note=NOTE,
                )
                return
            except RefusedError as refusal:
                if refusal.kind != "conflict" or not remaining:
                    raise

    def _current(self) -> tuple[dict[str, dict[str, Any]], int]:
        in_force, version = self._in_effect()
        return {**in_force, **(self._held_bodies or {})}, version

    def _in_effect(self) -> tuple[dict[str, dict[str, Any]], int]:
        export = self._context.ask(definition_operations.EXPORT, Exported)
        return {one.key: content(one) for one in export.documents}, export.version
