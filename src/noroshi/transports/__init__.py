"""List the transports, one file for each. To add one, write it and name it here."""

from dataclasses import replace

from noroshi.transports import pickup
from noroshi.transports.diagnostics.http import GraphExamination, WebhookExamination
from noroshi.transports.diagnostics.pickup import PickupExamination
from noroshi.transports.diagnostics.smtp import SmtpExamination
from noroshi.transports.http import graph, webhook
from noroshi.transports.smtp import transport

BUILT_IN = (
    replace(transport.KIND, examine=SmtpExamination),
    replace(graph.KIND, examine=GraphExamination),
    replace(pickup.KIND, examine=PickupExamination),
    replace(webhook.KIND, examine=WebhookExamination),
)
"""The kinds that this process knows, looked up by name."""
