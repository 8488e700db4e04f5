"""Dispatch: parcels leased from the spool, sent by their routes, and settled."""
