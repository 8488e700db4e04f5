"""A port that does not answer: what that means where another server answers, or none does."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.network import connection_errors
from noroshi.ports.examination import Cure, Exam, Remedy, Whose, filled
from noroshi.transports.remedies.remedy import AT_ONCE, WITH_NEXT, Advice

DROPPED = Words(
    en="{host} does not answer at port {port}, while {other} answers: most likely your network "
    "keeps that port closed.",
    ja="{other} は応答しますが、{host} のポート {port} は応答しません。社内ネットワークでこのポートが"
    "閉じられているおそれがあります。",
)
REFUSED = Words(
    en="{host} refuses a connection at port {port}, while {other} answers: no server runs there "
    "at the moment, or a firewall rejects it.",
    ja="{other} は応答しますが、{host} のポート {port} は接続を拒否しています。相手のサーバーが動いて"
    "いないか、途中のファイアウォールが拒否しています。",
)
CLOSED_PORT = Advice(
    means=DROPPED,
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            Words(
                en="If it lasts, have the firewall let {host} port {port} out. Or use Microsoft "
                "Graph too, which needs port 443 alone: one more route with the same account, to "
                "be named in the rules beside this one:",
                ja="続く場合は、ファイアウォールで {host} のポート {port} を許可してもらいます。または、"
                "ポート 443 だけで送れる Microsoft Graph も使います。同じアカウントの経路を追加し、"
                "実行条件の routes に並べてください:",
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
            Words(
                en="If it lasts, have the firewall let {host} port {port} out. Meanwhile mails can "
                "leave by {graph_route} (Microsoft Graph, port 443 alone), wherever the rules "
                "name it beside this route.",
                ja="続く場合は、ファイアウォールで {host} のポート {port} を許可してもらいます。その間も、"
                "実行条件の routes に {graph_route} (ポート 443 だけで送れる Microsoft Graph) "
                "があれば、そちらで送れます。",
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
            Words(
                en="If it lasts, have the firewall let {host} port {port} out, or use another "
                "port of the server.",
                ja="続く場合は、ファイアウォールで {host} のポート {port} を許可してもらうか、サーバーの別のポートを"
                "使います。",
            ),
        ),
        lines=("nc -vz {host} {port}",),
        takes=AT_ONCE,
    ),
)
NOTHING_OUT = Advice(
    means=Words(
        en="Nothing gets out: neither {host} port {port} nor {other} answers.",
        ja="外部に届いていません。{host} のポート {port} も {other} も応答しません。",
    ),
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            Words(
                en="Is this computer on the network? If your network wants a proxy for the outside, "
                'define it and name it in the route and in the account (network = "office"):',
                ja="このコンピューターがネットワークにつながっていることを確かめます。外部への通信に"
                "プロキシが必要なら、次のように定義し、経路とアカウントの network に指定します:",
            ),
        ),
        lines=("# networks/office.toml", 'proxy = "proxy.example.com:8080"'),
        takes=WITH_NEXT,
    ),
)
NOTHING_OUT_REFUSED = Words(
    en="{host} refuses a connection at port {port}, and {other} cannot be reached either: neither "
    "runs at the moment, or something between here and them rejects what we send.",
    ja="{host} のポート {port} は接続を拒否し、{other} にも接続できません。どちらも動いていないか、"
    "途中のファイアウォールなどが拒否しています。",
)


def remedy_of_closed_port(about: Words, exam: Exam) -> Remedy:
    """Return the remedy of a port that does not answer while another server does. One that
    refuses may be down."""
    advice = CLOSED_ALONE
    if exam.values.get("graph"):
        advice = CLOSED_BESIDE_GRAPH if exam.values.get("graph_route") else CLOSED_PORT
    means = REFUSED if about == connection_errors.TCP else advice.means
    return advice.cure.remedy(filled(means, exam), exam)


def remedy_of_no_way_out(about: Words, exam: Exam) -> Remedy:
    """Return the remedy of a port that does not answer, where no other server does either."""
    means = NOTHING_OUT_REFUSED if about == connection_errors.TCP else NOTHING_OUT.means
    return NOTHING_OUT.cure.remedy(filled(means, exam), exam)
