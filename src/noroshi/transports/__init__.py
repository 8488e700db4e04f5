"""One file for each way out. Adding one: write it, and name it here."""

from dataclasses import replace

from noroshi.transports import graph, pickup, smtp, webhook
from noroshi.transports.examining.http import GraphExamination, WebhookExamination
from noroshi.transports.examining.pickup import PickupExamination
from noroshi.transports.examining.smtp import SmtpExamination

BUILT_IN = (
    replace(smtp.KIND, examine=SmtpExamination),
    replace(graph.KIND, examine=GraphExamination),
    replace(pickup.KIND, examine=PickupExamination),
    replace(webhook.KIND, examine=WebhookExamination),
)
"""The kinds that this process knows, looked up by name."""
