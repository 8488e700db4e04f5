"""One file for each way out. Adding one: write it, and name it here."""

from noroshi.transports import graph, pickup, smtp, webhook

BUILT_IN = (smtp.KIND, graph.KIND, pickup.KIND, webhook.KIND)
