"""Dispatch: lease parcels from the spool, send them by a route, and settle them.

`dispatcher` takes a mail from claim to settlement, `delivery_attempt` is the sending itself,
`active_route` holds a route in use and lets go of it. Before each mail the dispatcher asks
three others: `connection_slots` (is a connection free), `parcel_selector` (which mail is next),
`rate_limiter` (what the mailbox may send). `route_renames` redirects what was drafted for the
old name of a route.
"""
