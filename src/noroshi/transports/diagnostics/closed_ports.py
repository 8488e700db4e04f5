"""A port that does not answer: what that means where another server answers, or none does."""

from __future__ import annotations

from noroshi.core.translation import Message, _
from noroshi.network import connection_errors
from noroshi.ports.examination import Cure, Exam, Remedy, Whose, filled
from noroshi.transports.remedies.remedy import AT_ONCE, WITH_NEXT, Advice

DROPPED = _(
    "{host} does not answer at port {port}, while {other} answers: most likely your network "
    "keeps that port closed."
)
REFUSED = _(
    "{host} refuses a connection at port {port}, while {other} answers: no server runs there "
    "at the moment, or a firewall rejects it."
)
CLOSED_PORT = Advice(
    means=DROPPED,
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            _(
                "If it lasts, have the firewall let {host} port {port} out. Or use Microsoft "
                "Graph too, which needs port 443 alone: one more route with the same account, to "
                "be named in the rules beside this one:"
            ),
        ),
        lines=(
            "# routes/{route}-graph.toml",
            'kind = "graph"',
            "[options]",
            'account = "{account}"',
            'sender = "{sender}"',
        ),
        takes=WITH_NEXT,
    ),
)
CLOSED_BESIDE_GRAPH = Advice(
    means=DROPPED,
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            _(
                "If it lasts, have the firewall let {host} port {port} out. Meanwhile mails can "
                "leave by {graph_route} (Microsoft Graph, port 443 alone), wherever the rules "
                "name it beside this route."
            ),
        ),
        lines=("nc -vz {host} {port}",),
        takes=AT_ONCE,
    ),
)
CLOSED_ALONE = Advice(
    means=DROPPED,
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            _(
                "If it lasts, have the firewall let {host} port {port} out, or use another "
                "port of the server."
            ),
        ),
        lines=("nc -vz {host} {port}",),
        takes=AT_ONCE,
    ),
)
NOTHING_OUT = Advice(
    means=_("Nothing gets out: neither {host} port {port} nor {other} answers."),
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            _(
                "Is this computer on the network? If your network wants a proxy for the outside, "
                'define it and name it in the route and in the account (network = "office"):'
            ),
        ),
        lines=("# networks/office.toml", 'proxy = "proxy.example.com:8080"'),
        takes=WITH_NEXT,
    ),
)
NOTHING_OUT_REFUSED = _(
    "{host} refuses a connection at port {port}, and {other} cannot be reached either: neither "
    "runs at the moment, or something between here and them rejects what we send."
)


def remedy_of_closed_port(about: Message, exam: Exam) -> Remedy:
    """Return the remedy of a port that does not answer while another server does. One that
    refuses may be down."""
    advice = CLOSED_ALONE
    if exam.values.get("graph"):
        advice = CLOSED_BESIDE_GRAPH if exam.values.get("graph_route") else CLOSED_PORT
    means = REFUSED if about == connection_errors.TCP else advice.means
    return advice.cure.remedy(filled(means, exam), exam)


def remedy_of_no_way_out(about: Message, exam: Exam) -> Remedy:
    """Return the remedy of a port that does not answer, where no other server does either."""
    means = NOTHING_OUT_REFUSED if about == connection_errors.TCP else NOTHING_OUT.means
    return NOTHING_OUT.cure.remedy(filled(means, exam), exam)
