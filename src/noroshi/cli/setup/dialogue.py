"""A dialogue at the terminal: asks, takes what an option said, and says how far it has come.

Where nobody can be asked an option must have said it, and what is refused ends the command.
"""

from __future__ import annotations

import getpass
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.command_line.text_width import wrap
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import NOTHING, Message, composed
from noroshi.guides.setup_fields import Check, SetupField
from noroshi.guides.setup_names import ACCOUNT

T = TypeVar("T")
WIDEST = 88
NARROW = 80
"""Columns where the output is no terminal."""
DONE, STOPPED = "○", "◆"
BARE = ("", "value")
"""Places in an answer that a person need not know the name of."""
YES, NO = ("y", "yes", "はい"), ("n", "no", "いいえ")
TRY_AGAIN, LEAVE = "", "q"
MENDABLE = ("trouble", "invalid")
"""The kinds of refusals that another try may get over."""
STDOUT = "-"


class LeftError(RefusedError):
    """Report that somebody left the setup for now; the words say what is kept, and how to take
    it up again."""

    def __init__(self, words: Message) -> None:
        super().__init__("trouble", words)


class Dialogue:
    """`may_ask`: somebody sits at the terminal. `hurried`: whatever has a default is not asked.
    `holds_drafts`: what is answered is not in force yet, as mails leave by what is. `missing`:
    what still has to be done for what is in force, so that mails leave by it."""

    def __init__(self, context: CommandContext) -> None:
        self.context, self.args = context, context.args
        self.may_ask = sys.stdin.isatty()
        self.holds_drafts, self.missing = False, NOTHING
        self.hurried = bool(self.args.yes) or not self.may_ask
        self.room = min(shutil.get_terminal_size((NARROW, 0)).columns, WIDEST)

        # Steps that are written to the standard output are all that shall be there.
        by_itself = self.args.print_admin_steps == STDOUT
        self._output = sys.stderr if by_itself else sys.stdout

    def interruption(self) -> LeftError:
        """Return what to raise when somebody leaves it for now."""
        return LeftError(self.resumption)

    @property
    def resumption(self) -> Message:
        """Return how to take it up again, and what is missing until then."""
        account = self.args.account
        option = "--account {account}" if account != ACCOUNT else ""
        command = CommandText("setup microsoft365", option).fill(account=account)
        words = setup_texts.LATER_AS_BEFORE if self.holds_drafts else setup_texts.LATER
        text = with_commands(words, command=command)
        if self.missing == NOTHING:
            return text
        return setup_texts.LATER_AND.fill(later=text, missing=self.missing)

    # what is said

    def head(self, words: Message) -> None:
        """Write the head of a part that begins."""
        self.line(f"\n── {self.context.say(words)} ──")

    def say(self, words: Message, indent: str = "") -> None:
        """Write a paragraph, each line of it wrapped."""
        for line in self.context.say(words).split("\n"):
            self._print_wrapped(line, indent, indent)

    def say_success(self, words: Message) -> None:
        """Say that a step is proved."""
        self._print_wrapped(self.context.say(words), f"{DONE} ", "  ")

    def say_failure(self, refusal: RefusedError) -> None:
        """Say why something is refused, and what is the matter with which part."""
        self._print_wrapped(self.context.say(refusal.words), f"{STOPPED} ", "  ")
        for place, problem in refusal.problems:
            if place != "secret":  # how another one is given is asked for right here
                text = self.context.say(problem)
                line = text if place in BARE else f"{place}: {text}"
                self._print_wrapped(line, "    ", "    ")

    def item(self, words: Message, indent: str) -> None:
        """Write one of several things to do."""
        self._print_wrapped(self.context.say(words), f"{indent}- ", f"{indent}  ")

    def line(self, text: str, indent: str = "") -> None:
        """Write something to be copied as it stands."""
        print(f"{indent}{text}", file=self._output, flush=True)

    def _print_wrapped(self, text: str, first: str, indent: str) -> None:
        room = max(self.room - len(indent) - 1, 20)
        lines = [part for line in text.splitlines() for part in wrap(line, room)] or [""]
        for number, line in enumerate(lines):
            self.line(f"{indent if number else first}{line}".rstrip())

    # what is asked

    def text(
        self,
        prompt: Message,
        *,
        option: str,
        option_value: str = "",
        default: str = "",
        check: Check = lambda _: None,
        empty: bool = False,
    ) -> str:
        """Ask for one line; `option_value`, given by the option of that name, is taken if it is
        fit. `empty`: nothing is an answer too."""
        value = option_value or (default if self.hurried else "")
        while True:
            if not value:
                value = self._ask_text(prompt, default, option, empty=empty)
            fault = check(value) if value else None
            if fault is None:
                return value
            refusal = RefusedError("invalid", setup_texts.UNFIT.fill(option=option, why=fault))
            if value == option_value or not self.may_ask:
                raise refusal
            self.say_failure(RefusedError("invalid", fault))
            value = ""

    def answer(
        self,
        field: SetupField,
        *,
        option_value: str = "",
        default: str = "",
        check: Check | None = None,
        empty: bool = False,
    ) -> str:
        """Ask for one field of a setup; `check` stands in for the field's own."""
        return self.text(
            field.prompt,
            option=field.option,
            option_value=option_value,
            default=default,
            check=check or field.check,
            empty=empty,
        )

    def choice(self, options: Sequence[tuple[Message, Message]], default: int = 0) -> int:
        """Ask for one of several options, each shown with a reason; return its number from
        0."""
        if self.hurried:
            return default
        for number, (label, reason) in enumerate(options, 1):
            self._print_wrapped(f"{number}) {self.context.say(label)}", "  ", "     ")
            if reason.en:
                self._print_wrapped(self.context.say(reason), "     ", "     ")
        numbers = [str(number) for number in range(1, len(options) + 1)]
        prompt = setup_texts.NUMBER.fill(default=default + 1)
        while (answer := self._line(prompt) or str(default + 1)) not in numbers:
            self.say(setup_texts.WHICH.fill(most=len(options)))
        return int(answer) - 1

    def yes(self, prompt: Message, *, default: bool = True) -> bool:
        """Ask for yes or no."""
        if self.hurried:
            return default
        hint = "[Y/n]" if default else "[y/N]"
        while True:
            answer = self._line(composed("{prompt} {hint} ", prompt=prompt, hint=hint))
            if answer.lower() in (*YES, *NO):
                return answer.lower() in YES
            if not answer:
                return default
            self.say(setup_texts.YES_OR_NO.fill(default="y" if default else "n"))

    def hidden(self, prompt: Message) -> str:
        """Ask for a secret, which is not shown."""
        if not self.may_ask:
            raise RefusedError("invalid", setup_texts.SECRET_BY_FILE)
        self.context.release_store()
        try:
            return getpass.getpass(self.context.say(prompt)).strip()
        except EOFError:
            raise self.interruption() from None

    def go_on(self, prompt: Message = setup_texts.GO_ON) -> None:
        """Wait until somebody presses Enter."""
        if not self.hurried:
            self._line(prompt)

    def until_proved(
        self,
        prove: Callable[[], T],
        mend: Callable[[RefusedError], bool],
        retry_prompt: Message = setup_texts.MENDED,
        alternatives: Mapping[str, Callable[[], T]] = MappingProxyType({}),
        kinds: Collection[str] = MENDABLE,
    ) -> T:
        """Prove a step; while the proof is refused, say why, and try again once somebody has
        mended the cause.

        `mend` says more about a refusal, and whether it asked for what was wrong itself;
        `alternatives` are further ways to go on, by what is typed. Raises the refusal where
        nobody can be asked or it is none of these `kinds`, and LeftError.
        """
        attempt = prove
        while True:
            try:
                return attempt()
            except RefusedError as refusal:
                if refusal.kind not in kinds or isinstance(refusal, LeftError):
                    raise
                if not self.may_ask or self.args.yes:
                    mend(refusal)
                    raise
                self.say_failure(refusal)
                attempt = prove
                if not mend(refusal):
                    attempt = alternatives.get(
                        self._ask_to_retry(retry_prompt, alternatives), prove
                    )

    def _ask_to_retry(self, retry_prompt: Message, alternatives: Collection[str]) -> str:
        while (answer := self._line(retry_prompt).lower()) not in (TRY_AGAIN, *alternatives):
            if answer == LEAVE:
                raise self.interruption()
            self.say(setup_texts.ONLY_THESE)
        return answer

    def _ask_text(self, prompt: Message, default: str, option: str, *, empty: bool) -> str:
        if not self.may_ask:
            if empty:
                return ""
            raise RefusedError("invalid", setup_texts.BY_OPTION.fill(option=option))
        with_default = composed("{prompt} [{default}]: ", prompt=prompt, default=default)
        without_default = composed("{prompt}: ", prompt=prompt)
        while True:
            answer = self._line(with_default if default else without_default) or default
            if answer or empty:
                return answer
            self.say(setup_texts.NEEDED)

    def _line(self, prompt: Message) -> str:
        self.context.release_store()  # whoever thinks for an hour keeps no node from starting
        try:
            return input(self.context.say(prompt)).strip()
        except EOFError:
            self.line("")
            raise self.interruption() from None
