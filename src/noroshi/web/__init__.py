"""Serve the manager for browsers, and the API: the operations of the local door, by HTTP.

Only `noroshi serve` imports it, and only when it opens it: it costs a command its start.
"""
