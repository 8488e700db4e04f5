"""The forms of a page that change something, and what a browser sends of them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

FIELDS = ("input", "select", "textarea")


@dataclass
class Form:
    """Where it is sent, what stands in it and may be typed, and its buttons."""

    action: str = ""
    fields: dict = field(default_factory=dict)
    empty: set = field(default_factory=set)
    """Fields of text with nothing in them yet."""
    hidden_text: set = field(default_factory=set)
    """Fields that hide what is typed."""
    files: set = field(default_factory=set)
    buttons: list = field(default_factory=list)


class Forms(HTMLParser):
    """All of one page that are posted. A field belongs to the form around it, or to the one it
    names."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found, self._named, self._form = [], {}, None
        self._owner = self._name = None
        self._text, self._strays = "", []
        self.feed(text)
        self.close()
        for owner, tag, given in self._strays:
            if owner in self._named:
                self._take(self._named[owner], tag, given)

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._begin(given)
        elif tag in (*FIELDS, "button") and given.get("name"):
            if "form" in given:
                self._strays.append((given["form"], tag, given))
            elif self._form is not None:
                self._take(self._form, tag, given)
        elif tag == "option" and self._owner is not None:
            chosen = "selected" in given or self._name not in self._owner.fields
            if chosen and "disabled" not in given:
                self._owner.fields[self._name] = given.get("value", "")

    def _begin(self, given):
        self._form = Form(given.get("action", "")) if given.get("method") == "post" else None
        if self._form is not None:
            self.found.append(self._form)
            self._named[given.get("id")] = self._form

    def _take(self, form, tag, given):
        name, sort = given["name"], given.get("type", "text")
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
        elif sort == "file":
            form.files.add(name)
        elif tag in ("select", "textarea"):
            self._owner, self._name, self._text = form, name, ""
        elif sort in ("checkbox", "radio"):
            if "checked" in given or sort == "checkbox":  # ticked by whoever fills it in
                form.fields[name] = given.get("value", "on")
        else:
            form.fields[name] = given.get("value", "")
            if sort == "password":
                form.hidden_text.add(name)
            elif not given.get("value") and sort == "text":
                form.empty.add(name)

    def handle_data(self, data):
        self._text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._owner is not None:
            text = self._text.removeprefix("\n")
            self._owner.fields[self._name] = text
            if not text:
                self._owner.empty.add(self._name)
        if tag in ("select", "textarea"):
            self._owner = None


def forms_of(text):
    """Those of a page."""
    return Forms(text).found
