"""A harness on which everything that somebody else may write is an attack, all pages there are, and
what of a page a browser would take for more than text."""

from html.parser import HTMLParser
from urllib.parse import quote

from noroshi.core.translation import plain
from noroshi.people import random_keys
from noroshi.service import administrator, run_as_json
from noroshi.web import pages
from noroshi.web.context import WebContext
from tests.web.filled_queue import envelope, filled

EVIL = (
    "\"'><x-evil onclick=evil()></title></textarea></script><script>evil()</script>"
    "<!--{{7*191}}<img src=x onerror=evil()>"
)
WORKED_OUT = str(7 * 191)
LINK = "javascript:evil()"
ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "sse-connect")
FIELDS = ("input", "button", "select", "textarea")
KNOWN = {"path": "web1/base/disks", "instance": "web1", "group": "base"}
"""What stands for the places in the pages' addresses."""
APART = ("/live", "/queue/mail/html")
"""A stream, and a mail in its own frame, where nothing can act whatever it holds."""


async def hostile_harness(evil=EVIL, title=EVIL, **changed):
    """In definitions, mails, answers, measurements and the audit log."""
    disks = {"name": "disks", "title": title, "kind": "disk"}
    group = {"name": "base", "title": title, "monitor": [disks]}
    harness = await filled(
        subject=evil,
        note=evil,
        instances__web1={"rules": ["all"], "title": title, "group": [group]},
        routes__m365={"kind": "post", "title": title, "options": {"account": "box"}},
        **changed,
    )
    payload = {"subject": LINK, "text": evil, "html": evil}
    await harness.store.post(envelope(8, evil, payload=payload, born=harness.time.now))
    await harness.measured(item=evil, note=plain(evil))
    sato = administrator(evil)
    await run_as_json(harness.service, sato, "queue_hold", {"id": harness.ids[2]})
    await run_as_json(
        harness.service, sato, "send", {"to": ["ops"], "subject": evil, "text": LINK}
    )
    return harness


def routes_of(harness):
    """All pages, as Starlette has them."""
    return pages.routes(WebContext(service=harness.service, people=harness.people))


def paths_of(harness, method):
    """The address of each page that answers that method, its places filled."""
    found = []
    for route in routes_of(harness):
        if method in route.methods:
            path = route.path.replace(":path", "")
            found.append(path.format(**dict.fromkeys(route.param_convertors, "web1") | KNOWN))
    assert len(found) >= 5
    return found


def asking(harness, path):
    """With what the pages ask for in their query."""
    about = f"id={quote(harness.ids[2], safe='')}&number=2&last=50"
    return f"{path}?{about}&q={quote(EVIL)}&next={quote(LINK)}"


async def fingerprint(harness):
    """What must be as it was after an attack: all but who was refused, and when they came."""
    store = harness.store
    users = {name: (u.role, u.password) for name, u in (await store.users()).items()}
    waiting = sorted((w.envelope.id, w.state, w.envelope.to) for w in await store.queue())
    done = [row for row in await store.audit_log(1000) if not row.refused.en]
    current = (await store.current()).number
    vault = await harness.vault.names()
    return users, waiting, current, sorted(await store.api_tokens()), vault, len(done)


def csrf_of(browser):
    """What the pages of its session send along."""
    return random_keys.csrf_of(browser.cookie)


class Page(HTMLParser):
    """Collects what is more than text: `alive`; and the forms with what they would send."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.alive, self.forms, self._script = [], [], False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag.startswith("x-") or any("evil" in name for name in given):
            self.alive.append(f"<{tag}> is theirs")
        if tag in ("object", "embed", "base", "style", "applet", "math"):
            self.alive.append(f"<{tag}>")
        if tag == "meta" and "http-equiv" in given:
            self.alive.append("a meta that acts")
        if tag == "iframe" and ("sandbox" not in given or "allow" in (given["sandbox"] or "")):
            self.alive.append("a frame that acts")
        self._script = tag == "script"
        if tag in ("script", "img", "link") and not self._is_ours(given):
            self.alive.append(f"<{tag}> of {given}")
        for name, value in given.items():
            self._see(tag, name, value or "")
        self._form(tag, given)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self._script = False

    def handle_data(self, text):
        if self._script and text.strip():
            self.alive.append("a script in the page")

    def _is_ours(self, given):
        where = given.get("src") or given.get("href") or ""
        return where.startswith("/static/")

    def _see(self, tag, name, value):
        if name.startswith("on") or name == "style":
            self.alive.append(f"<{tag} {name}>")
        scheme = value.strip().partition(":")[0].lower()
        if name in ADDRESSES and scheme in ("javascript", "data", "vbscript"):
            self.alive.append(f"<{tag} {name}={value[:40]}>")
        if name in ("href", "action", "src") and value and value[0] not in "/#?":
            self.alive.append(f"<{tag} {name}={value[:40]}> leads elsewhere")

    def _form(self, tag, given):
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action"), {}))
        elif (
            tag in FIELDS and self.forms and given.get("name") and given.get("type") != "search"
        ):
            self.forms[-1][2].setdefault(given["name"], []).append(given.get("value") or "x")
