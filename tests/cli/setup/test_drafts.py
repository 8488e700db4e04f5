"""What setup holds is not lost: neither where it is refused, nor where another takes part in it."""

from argparse import Namespace
from pathlib import Path

import pytest

from noroshi.cli.clients.socket import WireClient
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.setup.drafts import Drafts
from noroshi.core.translation import bilingual
from noroshi.definitions.document_content import document
from noroshi.guides.setup_goal import SetupGoal

BEFORE = {"cloud": "google", "client_id": "a", "mailbox": "a@contoso.example"}


class Node(WireClient):
    """A node elsewhere, which refuses some operations as often as it is told to."""

    url = ""

    def __init__(self, **refusals):
        self.refusals, self.done, self.version = refusals, [], 1
        self.documents = [document("accounts/m365", BEFORE)]

    def call(self, op, /, **args):
        if op == "export":
            documents = [{"key": one.key, "body": one.body} for one in self.documents]
            return {"documents": documents, "version": self.version}
        if self.refusals.get(op, 0):
            self.refusals[op] -= 1
            raise RefusedError("trouble", bilingual(en="Not now.", ja="いまはできません。"))
        self.done.append((op, args))
        return {"version": 2, "differences": []} if op == "apply" else "m365"


def drafts(node):
    given = Namespace(print_admin_steps="", account="m365")
    made = Drafts(CommandContext(given, Path("/nowhere"), "en", None, node))
    made.hold()
    made.keep(goal())
    made.may_hold("m365", "the secret", ("a:443",))
    return made


def goal(**given):
    said = {"cloud": "google", "client_id": "b", "mailbox": "a@contoso.example"} | given
    return SetupGoal(account="m365", route="smtp1", **{"way": "person-paste"} | said)


def operations(node):
    return [op for op, _ in node.done]


def test_what_is_refused_is_held_on():
    node = Node(apply=1, set_secret=1)
    kept = drafts(node)
    with pytest.raises(RefusedError):
        kept.put_in_force()
    assert kept.trial["over"] and operations(node) == []
    kept.put_in_force()
    assert not kept.trial and operations(node) == ["apply"]
    with pytest.raises(RefusedError):
        kept.put_secret()
    assert kept.secret == {"secret": "the secret", "to": ("a:443",)}
    kept.put_secret()
    assert operations(node) == ["apply", "set_secret"] and not kept.secret_entry


def test_the_secret_goes_where_a_person_has_seen_it_go_last():
    node = Node()
    kept = drafts(node)
    kept.put_in_force()
    kept.confirm_places(("b:443",))
    kept.put_secret()
    assert node.done[-1] == (
        "set_secret",
        {"name": "m365", "value": "the secret", "to": ("b:443",)},
    )


@pytest.mark.parametrize(
    ("before", "given", "needed"),
    [
        ({}, {}, True),
        ({}, {"client_id": "a"}, False),
        ({}, {"client_id": "a", "tenant": "b.example"}, True),
        ({"sign_in": "app"}, {"client_id": "a"}, True),
        ({"sign_in": "app"}, {"client_id": "b", "way": "app-secret"}, False),
    ],
)
def test_another_app_or_tenant_or_a_person_in_the_place_of_an_app_needs_a_new_sign_in(
    before, given, needed
):
    node = Node()
    node.documents = [document("accounts/m365", BEFORE | before)]
    kept = Drafts(CommandContext(Namespace(print_admin_steps=""), Path("/"), "en", None, node))
    kept.hold()
    meant = goal(**{"way": "person-paste"} | given)
    kept.keep(meant)
    assert kept.needs_new_sign_in(meant) == needed
