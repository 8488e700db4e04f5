"""`tools/catalogue.py` takes the texts out of templates, and puts new ones in."""

from jinja2 import Environment

from tools.catalogue import TEMPLATE_WIDTH, folded, reword_template, template_calls

TEMPLATE = """{% if some %}
<p title="{{ _("Named {name}", name=pgettext("menu", "None")) }}">{{ ngettext('{n} "day"',
  "{n} " "days", by="n", n=2) }} _("no text") {{ word("neither") }}</p>
{% endif %}
"""


def found(source):
    return [(name, [one.text for one in given]) for name, given in template_calls(source)]


def shown(source):
    functions = {"_": str.format, "pgettext": lambda _context, text: text}
    return Environment().from_string(source).render(**functions)


def test_the_texts_of_a_template_are_found_and_nothing_else():
    assert found(TEMPLATE) == [
        ("_", ["Named {name}"]),
        ("pgettext", ["menu", "None"]),
        ("ngettext", ['{n} "day"', "{n} days"]),
    ]


def test_a_text_is_reworded_where_it_stands(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(TEMPLATE)
    wordings = {("", "{n} days"): 'so many "days": {n}', ("", "Named {name}"): "Called {name}"}
    reword_template(path, wordings)
    assert [given for _name, given in found(path.read_text())] == [
        ["Called {name}"],
        ["menu", "None"],
        ['{n} "day"', 'so many "days": {n}'],
    ]
    assert path.read_text().count("\n") == TEMPLATE.count("\n")


def test_a_long_line_goes_on_in_the_next_one_and_reads_as_before():
    text = "a word and " * 40
    source = f'<p>{{{{ _("{text}{{end}}", end=pgettext("c", "it ends")) }}}}</p>\n'
    made = folded(source)
    assert max(map(len, made.splitlines())) <= TEMPLATE_WIDTH
    assert found(made) == found(source)
    assert shown(made) == shown(source)
