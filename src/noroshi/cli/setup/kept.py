"""Answers are kept as definitions in force: one document changed at a time, over the current ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.cli.asked import Asked
from noroshi.cli.client import Refused
from noroshi.cli.ways import marked
from noroshi.core.words import NOTHING, Words
from noroshi.definitions.documents import content, document
from noroshi.guides.wanted import Wanted
from noroshi.ports import Document

NOTE = "noroshi setup microsoft365"
TRIES = 3
Contents = Mapping[str, Mapping[str, Any]]


class Kept:
    """The definitions of a node, looked at and changed."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.only_looks = bool(asked.given.print_admin_steps)
        """Nothing is changed: whoever has the steps written has decided nothing yet."""

    def all(self, type: str) -> dict[str, dict[str, Any]]:
        """All definitions of that type, by name."""
        found = self._exported()[0].items()
        return {
            key.partition("/")[2]: said for key, said in found if key.startswith(f"{type}/")
        }

    def keep(self, wanted: Wanted, *, route: bool = True) -> None:
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
        return {one.key: content(one) for one in documents}, found["version"]
