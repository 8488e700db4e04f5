"""Lead a connection out of the house: directly or through a proxy, and with the CAs to trust.

`aiohttp_session` and `requests_session` do the same for HTTP. They take their time to import, so
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
