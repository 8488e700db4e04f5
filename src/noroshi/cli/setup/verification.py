"""Each step is proved as soon as it can be: the app, its credential, the sign-in, the token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.sign_in import How, sign_in
from noroshi.cli.password_prompt import contents
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.admin_steps import KnownValues, mending
from noroshi.cli.setup.credentials import (
    another_secret,
    asked_when_it_ends,
    is_kept,
    keep_secret,
)
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.cli.setup.questions import client_id
from noroshi.cli.setup.setup_texts import MENDED
from noroshi.core.translation import Message, bilingual, each_once
from noroshi.guides import path_of
from noroshi.guides.setup_goal import NOT_YET, SetupGoal

ROLES = {"smtp": "SMTP.SendAsApp", "graph": "Mail.Send"}

UNKNOWN_APP, NO_SECRET_SENT = "AADSTS700016", "AADSTS7000218"


class Proofs:
    """Prove one route, with all that is needed for it."""

    def __init__(
        self, talk: Dialogue, kept: Drafts, wanted: SetupGoal, known: KnownValues
    ) -> None:
        self.talk, self.kept, self.wanted, self.known = talk, kept, wanted, known
        self._new_secret = False

    def app(self) -> None:
        """The tenant knows the app."""
        if self.talk.given.client_id or not self.wanted.registered:
            self._ask_client_id()
        self._until(self._prove_app, self._another_app)

    def credential(self) -> None:
        """The sign-in server takes its secret or certificate."""
        if self.wanted.certified:
            self._until(self._prove_credential, lambda _: False, setup_texts.UPLOADED)
        elif self.wanted.secret:
            another = is_kept(self.talk, self.wanted.entry_of_secret)
            self._until(self._prove_secret, self._another_secret)
            if self._new_secret and self.wanted.secret:
                self.wanted = asked_when_it_ends(
                    self.talk, self.kept, self.wanted, another=another
                )

    def signed_in(self) -> None:
        """The route is signed in, and its token is what the other side wants."""
        prove = self._app_signed_in if self.wanted.alone else self._person_signed_in
        self._until(prove, self._a_secret_after_all)

    def _until(self, prove: Any, ask: Any, again: Message = MENDED) -> None:
        def mend(refused: RefusedError) -> bool:
            self.tell_steps(refused)
            return bool(ask(refused))

        self.talk.until_proved(prove, mend, again)

    def tell_steps(self, refused: RefusedError) -> None:
        """The administrator's steps that mend it."""
        mending(self.talk, self.wanted, self.known, refused.codes)

    # the app

    def _ask_client_id(self) -> None:
        typed = client_id(self.talk, empty=self.talk.may_ask)
        if not typed:
            raise self.talk.left()
        self.wanted = replace(self.wanted, client_id=typed.lower())
        self.kept.keep(self.wanted)

    def _prove_app(self) -> None:
        wanted, trial = self.wanted, self.kept.trial
        tried = self.talk.asked.call("account_try", account=wanted.account, bare=True, **trial)
        if tried["sure"]:
            self.talk.done(setup_texts.APP_KNOWN.fill(app=self.wanted.client_id))

    def _another_app(self, refused: RefusedError) -> bool:
        if not self.talk.may_ask or self.talk.given.yes or UNKNOWN_APP not in refused.codes:
            return False
        self.wanted = replace(self.wanted, client_id=NOT_YET)
        self.talk.given.client_id = ""
        self._ask_client_id()
        return True

    # its credential

    def _there_is_a_secret(self) -> None:
        file = self.talk.given.secret_file
        if file:
            given = contents(file).strip()
            self.talk.given.secret_file = ""  # a second route, or try, has it in the vault
            self.wanted = keep_secret(self.talk, self.kept, self.wanted, given)
            self._new_secret = True
        elif not self.kept.secret and not is_kept(self.talk, self.wanted.entry_of_secret):
            self._ask_secret()

    def _prove_secret(self) -> None:
        self._there_is_a_secret()
        self._prove_credential()

    def _ask_secret(self) -> None:
        self.wanted = another_secret(self.talk, self.kept, self.wanted)
        self._new_secret = True

    def _prove_credential(self) -> None:
        if not self.wanted.certified and not self.wanted.secret:
            return
        what = setup_texts.CERTIFICATE if self.wanted.certified else setup_texts.SECRET
        given = {**self.kept.trial, **self.kept.secret}
        tried = self.talk.asked.call("account_try", account=self.wanted.account, **given)
        if tried["sure"]:
            self.talk.done(setup_texts.TAKEN.fill(what=what))
        else:
            self.talk.say(setup_texts.NOT_SURE.fill(what=what, why=bilingual(**tried["why"])))

    def _another_secret(self, refused: RefusedError) -> bool:
        if not self.talk.may_ask or self.talk.given.yes or not refused.about("secret"):
            return False
        self._ask_secret()
        return True

    def _a_secret_after_all(self, refused: RefusedError) -> bool:
        """A sign-in shows that the app has a secret, or that it has another one."""
        lacks = NO_SECRET_SENT in refused.codes
        if not lacks and not refused.about("secret"):
            return False
        if not self.talk.may_ask or self.talk.given.yes:
            return False
        self._ask_secret()
        self.credential()
        return True

    # the sign-in

    def _app_signed_in(self) -> None:
        self.talk.asked.call("authorize_app", route=self.wanted.route)
        seen = self._look()
        self.known.object_id = seen["object_id"]
        if self.known.object_id:
            self.talk.say(setup_texts.OBJECT_ID.fill(id=self.known.object_id), "  ")
        permitted = ROLES[self.wanted.kind] in seen["permits"]
        if not permitted and path_of(self.wanted.cloud) == "entra":
            self.known.path = "entra"
            raise RefusedError(
                "trouble", setup_texts.NO_ROLE.fill(role=ROLES[self.wanted.kind])
            )
        # Who has Entra's permission is held to it, and to a permission on the mailbox.
        self.known.path = "entra" if permitted else "exchange"

    def _person_signed_in(self) -> None:
        try:
            seen = self._look()
        except RefusedError:
            self._sign_in()
            seen = self._look()
        if seen["person"]:  # whoever did sign in, whoever was meant to
            self.wanted = replace(self.wanted, person=seen["person"])

    def _sign_in(self) -> None:
        wanted = self.wanted
        if wanted.shared:
            words = setup_texts.AS_PERSON if wanted.person else setup_texts.AS_DELEGATE
            self.talk.say(words.fill(person=wanted.person, mailbox=wanted.mailbox))
        how = How(
            route=wanted.route,
            here=wanted.way == "person-here",
            device=wanted.way == "person-device",
            url_file=self.talk.given.url_file,
            mends=("invalid",),
        )
        sign_in(self.talk.asked, how)

    def _look(self) -> Any:
        seen = self.talk.asked.call("token_look", route=self.wanted.route)
        told = each_once(bilingual(**one) for one in seen["words"])
        if not seen["good"]:
            raise RefusedError("trouble", told)
        self.talk.done(setup_texts.TOKEN.fill(route=self.kept.shown(self.wanted.route)))
        for one in seen["words"]:
            self.talk.say(bilingual(**one), "  ")
        return seen
