"""Serve the manager for browsers, and the API: the operations of the local door, by HTTP.

Only `noroshi serve` imports the package, and only where the manager is enabled: the import
would delay every command.
"""
