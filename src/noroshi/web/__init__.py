"""The manager for browsers, and the API: a door as the local one, by HTTP.

Only `noroshi serve` imports it, and only when it opens it: it costs a command its start.
"""
