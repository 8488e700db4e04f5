"""How a connection gets out of the house: directly or through a proxy, and whom it trusts.

`over_aiohttp` and `over_requests` do the same for HTTP. They take their time to import, so
whoever needs one imports it late.
"""

from noroshi.network.connection_errors import ConnectError, TlsError
from noroshi.network.connector import Egress, NetworkEgress, reach
from noroshi.network.dialer import dial
from noroshi.network.trust import client_context

__all__ = [
    "NetworkEgress",
    "TlsError",
    "ConnectError",
    "Egress",
    "client_context",
    "dial",
    "reach",
]
