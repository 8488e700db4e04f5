"""Mail: tell a contact what changed, all items of a turn in one.

`mail_draft` takes long to import. A node imports it before the first turn; reading definitions
needs the options alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from noroshi.actions.template import Renderer
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.translation import Message, _
from noroshi.imports import called_later
from noroshi.ports import Action, options

DRAFTING = "noroshi.actions.mail_draft"
LONGEST_TEMPLATE = 64 * 1024
TOO_LONG = _("a template must be at most 64 KiB")
NO_HTML = with_settings(
    _("{html} is false, so {html_template} would never be used"), "html", "html_template"
)


@options
class Options:
    subject: str = ""
    """Subject template (Jinja2). Default: the built-in one."""
    text: str = ""
    """Body template (Jinja2). Default: the built-in one."""

    html: bool = True
    """Also send an HTML version."""
    html_template: str = ""
    """HTML template (Jinja2). Default: the built-in one, or none if the text has its own
    template."""
    attach_lines: bool = True
    """Attach the matching lines of a log monitor as a file."""

    def __post_init__(self) -> None:
        if max(map(len, (self.subject, self.text, self.html_template))) > LONGEST_TEMPLATE:
            raise InvalidValueError(TOO_LONG)
        if self.html_template and not self.html:
            raise InvalidValueError(NO_HTML)

    @property
    def parts(self) -> dict[str, str]:
        sources = {"subject": self.subject, "text": self.text, "html": self.html_template}
        return {part: source for part, source in sources.items() if source}

    @property
    def has_html(self) -> bool:
        """Return True if the mail has an HTML form. A custom text stands alone: the built-in
        HTML would say something else."""
        return self.html and bool(self.html_template or not self.text)


async def try_out(renderer: Renderer, options: Options | None) -> Sequence[Message]:
    """Return what is wrong with the templates, found by using them on made-up alarms."""
    if options is None or not options.parts:
        return ()
    faults: Sequence[Message] = await called_later(DRAFTING, "try_templates")(renderer, options)
    return faults


def action(renderer: Renderer) -> Action:
    """Return the action, whose templates that renderer renders."""
    return Action(
        kind="mail",
        title=_("Send an email"),
        help=_(
            "Notifies each contact of changes, in the contact's language. All items of one "
            "measurement share one message."
        ),
        options=Options,
        draft=called_later(DRAFTING, "draft"),
        notice=called_later(DRAFTING, "notice"),
        draft_digest=called_later(DRAFTING, "digest_of"),
        finish=partial(called_later(DRAFTING, "finish"), renderer),
        try_out=partial(try_out, renderer),
    )
