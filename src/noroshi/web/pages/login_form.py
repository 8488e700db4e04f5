"""Read what the forms of servers with a login have in common: fields, rules, the name of the instance,
an entry of the vault."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from noroshi.service.definitions.edit import EditOperations
from noroshi.service.node.secrets import SecretOperations
from noroshi.service.setup.suggestions import instance_name
from noroshi.web.forms.location import title_of
from noroshi.web.forms.normalize import typed_number
from noroshi.web.view.form_operations import Outcome
from noroshi.web.view.page_context import Visit

RULE = "rule."


@dataclass(kw_only=True)
class LoginForm:
    """Hold the state of a form: the fields, the rules by name with their titles, and what was wrong.
    `is_added`: the server is monitored now."""

    fields: dict[str, str]
    rules: Mapping[str, str]
    chosen_rules: Sequence[str]
    outcome: Outcome[object] = field(default_factory=Outcome[object])
    is_added: bool = False

    @property
    def instance(self) -> str:
        """Return the name of the instance: by its title, else by its address, of which a number is
        kept whole."""
        title, host = self.fields["title"], self.fields["address"]
        is_number = not host.replace(".", "").strip("0123456789")
        return instance_name(title or (host.replace(".", "-") if is_number else host))

    @property
    def port(self) -> int | str:
        """Return the port that was typed, as `typed_number` does."""
        return typed_number(self.fields["port"])

    def has_failed(self, outcome: Outcome[object]) -> bool:
        """Keep the outcome of a step, and return whether it was refused."""
        self.outcome = outcome
        return outcome.answer is None


F = TypeVar("F", bound=LoginForm)


async def read_form(
    visit: Visit, shape: type[F], deeds: Collection[str], defaults: Mapping[str, str]
) -> F:
    """Return the form as it was posted; on the first visit with the default of each field."""
    rules = await rules_by_name(visit)
    if visit.form.get("do") not in deeds:
        return shape(fields=dict(defaults), rules=rules, chosen_rules=list(rules)[:1])
    return shape(
        fields={name: visit.form.get(name, "").strip() for name in defaults},
        rules=rules,
        chosen_rules=[name for name in rules if f"{RULE}{name}" in visit.form],
    )


async def free_entry(visit: Visit, way: str, name: str) -> str:
    """Return a name for an entry of the vault that none has yet."""
    used_names = {one.name for one in await visit.call(SecretOperations.list)}
    entry, number = f"{way}/{name}", 2
    while entry in used_names:
        entry, number = f"{way}/{name}-{number}", number + 1
    return entry


async def rules_by_name(visit: Visit) -> Mapping[str, str]:
    """Return the rules by name, with their titles."""
    documents = (await visit.call(EditOperations.read)).documents
    names = [key.partition("/")[2] for key in sorted(documents) if key.startswith("rules/")]
    return {name: title_of(name, documents[f"rules/{name}"]) for name in names}
