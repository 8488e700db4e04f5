"""Prove each step as soon as possible: the app, its credential, the sign-in, the token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.sign_in import SignInRequest, sign_in
from noroshi.cli.password_prompt import contents
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.admin_steps import KnownValues, show_remedy_steps
from noroshi.cli.setup.credentials import (
    ask_another_secret,
    ask_secret_expiry,
    is_stored,
    keep_secret,
)
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.cli.setup.questions import client_id
from noroshi.cli.setup.setup_texts import MENDED
from noroshi.core.translation import Message, each_once
from noroshi.guides import path_of
from noroshi.guides.setup_goal import NOT_YET, SetupGoal
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import AppTried, Proof, TokenSeen

ROLES = {"smtp": "SMTP.SendAsApp", "graph": "Mail.Send"}

UNKNOWN_APP, NO_SECRET_SENT = "AADSTS700016", "AADSTS7000218"


class Proofs:
    """Prove one route, with all that is needed for it."""

    def __init__(
        self, talk: Dialogue, drafts: Drafts, goal: SetupGoal, known_values: KnownValues
    ) -> None:
        self.talk, self.drafts, self.goal, self.known_values = talk, drafts, goal, known_values
        self._new_secret = False

    def app(self) -> None:
        """Prove that the tenant knows the app."""
        if self.talk.args.client_id or not self.goal.registered:
            self._ask_client_id()
        self._prove(self._prove_app, self._ask_another_app)

    def credential(self) -> None:
        """Prove that the sign-in server accepts the secret or the certificate of the app."""
        if self.goal.certified:
            self._prove(self._prove_credential, lambda _: False, setup_texts.UPLOADED)
        elif self.goal.secret:
            replaces = is_stored(self.talk, self.goal.entry_of_secret)
            self._prove(self._prove_secret, self._ask_another_secret)
            if self._new_secret and self.goal.secret:
                self.goal = ask_secret_expiry(
                    self.talk, self.drafts, self.goal, replaces=replaces
                )

    def prove_sign_in(self) -> None:
        """Prove that the route is signed in, and that the mail server wants its token."""
        prove = self._prove_app_sign_in if self.goal.app_only else self._prove_person_sign_in
        self._prove(prove, self._ask_missing_secret)

    def _prove(self, prove: Any, ask: Any, retry_prompt: Message = MENDED) -> None:
        def mend(refusal: RefusedError) -> bool:
            self.tell_steps(refusal)
            return bool(ask(refusal))

        self.talk.until_proved(prove, mend, retry_prompt)

    def tell_steps(self, refusal: RefusedError) -> None:
        """Show the administrator's steps that mend it."""
        show_remedy_steps(self.talk, self.goal, self.known_values, refusal.codes)

    # the app

    def _ask_client_id(self) -> None:
        id = client_id(self.talk, empty=self.talk.may_ask)
        if not id:
            raise self.talk.interruption()
        self.goal = replace(self.goal, client_id=id.lower())
        self.drafts.keep(self.goal)

    def _prove_app(self) -> None:
        goal, trial = self.goal, self.drafts.trial
        result = self.talk.context.ask(
            sign_in_operations.ACCOUNT_TRY, AppTried, account=goal.account, bare=True, **trial
        )
        if result.sure:
            self.talk.say_success(setup_texts.APP_KNOWN.fill(app=self.goal.client_id))

    def _ask_another_app(self, refusal: RefusedError) -> bool:
        if not self.talk.may_ask or self.talk.args.yes or UNKNOWN_APP not in refusal.codes:
            return False
        self.goal = replace(self.goal, client_id=NOT_YET)
        self.talk.args.client_id = ""
        self._ask_client_id()
        return True

    # its credential

    def _require_secret(self) -> None:
        file = self.talk.args.secret_file
        if file:
            value = contents(file).strip()
            self.talk.args.secret_file = ""  # a second route, or try, has it in the vault
            self.goal = keep_secret(self.talk, self.drafts, self.goal, value)
            self._new_secret = True
        elif not self.drafts.secret and not is_stored(self.talk, self.goal.entry_of_secret):
            self._ask_secret()

    def _prove_secret(self) -> None:
        self._require_secret()
        self._prove_credential()

    def _ask_secret(self) -> None:
        self.goal = ask_another_secret(self.talk, self.drafts, self.goal)
        self._new_secret = True

    def _prove_credential(self) -> None:
        if not self.goal.certified and not self.goal.secret:
            return
        credential = setup_texts.CERTIFICATE if self.goal.certified else setup_texts.SECRET
        arguments = {**self.drafts.trial, **self.drafts.secret}
        result = self.talk.context.ask(
            sign_in_operations.ACCOUNT_TRY, AppTried, account=self.goal.account, **arguments
        )
        if result.sure:
            self.talk.say_success(setup_texts.TAKEN.fill(what=credential))
        else:
            self.talk.say(setup_texts.NOT_SURE.fill(what=credential, why=result.why))

    def _ask_another_secret(self, refusal: RefusedError) -> bool:
        if not self.talk.may_ask or self.talk.args.yes or not refusal.concerns("secret"):
            return False
        self._ask_secret()
        return True

    def _ask_missing_secret(self, refusal: RefusedError) -> bool:
        """Ask for a secret where a sign-in shows that the app has one, or another one."""
        lacks_secret = NO_SECRET_SENT in refusal.codes
        if not lacks_secret and not refusal.concerns("secret"):
            return False
        if not self.talk.may_ask or self.talk.args.yes:
            return False
        self._ask_secret()
        self.credential()
        return True

    # the sign-in

    def _prove_app_sign_in(self) -> None:
        self.talk.context.ask(sign_in_operations.AUTHORIZE_APP, Proof, route=self.goal.route)
        token = self._look()
        self.known_values.object_id = token.object_id
        if self.known_values.object_id:
            self.talk.say(setup_texts.OBJECT_ID.fill(id=self.known_values.object_id), "  ")
        permitted = ROLES[self.goal.kind] in token.permits
        if not permitted and path_of(self.goal.cloud) == "entra":
            self.known_values.path = "entra"
            raise RefusedError("trouble", setup_texts.NO_ROLE.fill(role=ROLES[self.goal.kind]))
        # Who has Entra's permission is held to it, and to a permission on the mailbox.
        self.known_values.path = "entra" if permitted else "exchange"

    def _prove_person_sign_in(self) -> None:
        try:
            token = self._look()
        except RefusedError:
            self._sign_in()
            token = self._look()
        if token.person:  # whoever did sign in, whoever was meant to
            self.goal = replace(self.goal, person=token.person)

    def _sign_in(self) -> None:
        goal = self.goal
        if goal.is_shared:
            words = setup_texts.AS_PERSON if goal.person else setup_texts.AS_DELEGATE
            self.talk.say(words.fill(person=goal.person, mailbox=goal.mailbox))
        request = SignInRequest(
            route=goal.route,
            by_listener=goal.way == "person-here",
            device=goal.way == "person-device",
            url_file=self.talk.args.url_file,
            retried_kinds=("invalid",),
        )
        sign_in(self.talk.context, request)

    def _look(self) -> Any:
        token = self.talk.context.ask(
            sign_in_operations.TOKEN_LOOK, TokenSeen, route=self.goal.route
        )
        message = each_once(one for one in token.words)
        if not token.good:
            raise RefusedError("trouble", message)
        self.talk.say_success(
            setup_texts.TOKEN.fill(route=self.drafts.marked_name(self.goal.route))
        )
        for one in token.words:
            self.talk.say(one, "  ")
        return token
