"""Lead a connection out of the house: directly or through a proxy, and with the CAs to trust.

`http_client` asks HTTP servers on such connections, `fetch_page` follows a page's redirects.
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
