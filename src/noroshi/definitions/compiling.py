"""From stored documents to a plan, with the kinds that this process knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from noroshi.core import plan
from noroshi.core.problems import Problem
from noroshi.oauth.clouds import Account
from noroshi.ports import Action, Check, Document, TransportKind

Plan = plan.Plan[Account]


class Kinds(Protocol):
    """The kinds there are, by name; Plugins is one."""

    @property
    def checks(self) -> Mapping[str, Check]: ...

    @property
    def actions(self) -> Mapping[str, Action]: ...

    @property
    def transports(self) -> Mapping[str, TransportKind]: ...


def compile_plan(documents: tuple[Document, ...], kinds: Kinds) -> Plan:
    """The plan of these documents; Invalid with all that stands in its way."""
    raise NotImplementedError


async def try_templates(plan: Plan, kinds: Kinds) -> tuple[Problem, ...]:
    """What is wrong with the options of rules, found by using them on a made-up alarm."""
    raise NotImplementedError
