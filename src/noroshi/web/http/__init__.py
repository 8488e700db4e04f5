"""Handle HTTP below the pages: server, limits, authentication, headers, uploads."""
