"""A port that does not answer: what that means where another server answers, or none does."""

from __future__ import annotations

from noroshi.core.translation import Message, _
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network import connection_errors
from noroshi.ports.examination import Exam, Remedy, fill_places

PORT_REFUSED = _(
    "{host} refuses connections on port {port}, while {other} answers: no server is running "
    "there at the moment, or a firewall rejects it."
)
NOTHING_OUT_REFUSED = _(
    "{host} refuses connections on port {port}, and {other} cannot be reached either: "
    "neither is running at the moment, or a device on the path rejects the connections."
)


def remedy_of_closed_port(template: Message, exam: Exam) -> Remedy:
    """Return the remedy of a port that does not answer while another server does. One that
    refuses may be down."""
    name = "closed_alone"
    if exam.user_values.get("graph"):
        name = "closed_beside_graph" if exam.user_values.get("graph_route") else "closed_port"
    return _remedy(name, PORT_REFUSED, template, exam)


def remedy_of_no_way_out(template: Message, exam: Exam) -> Remedy:
    """Return the remedy of a port that does not answer, where no other server does either."""
    return _remedy("nothing_out", NOTHING_OUT_REFUSED, template, exam)


def _remedy(name: str, refusal: Message, template: Message, exam: Exam) -> Remedy:
    explanation = knowledge().explanations[f"connections.{name}"]
    meaning = refusal if template == connection_errors.TCP else explanation.meaning
    return explanation.cure.remedy(fill_places(meaning, exam), exam)
