"""Dispatch: lease parcels from the spool, send them by a route, and settle them.

`dispatcher` reads from the claim of a mail to its settlement, `delivery_attempt` is the sending
itself, `active_route` is a route in use, and how it is let go of. Before each mail the dispatcher
asks three others: `connection_slots` (is a connection free), `parcel_selector` (which mail is
next), `rate_limiter` (what the mailbox may send). `route_renames` redirects what was drafted for
the old name of a route.
"""
