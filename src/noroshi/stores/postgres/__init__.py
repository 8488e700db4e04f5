"""Keep the whole contract in a database of PostgreSQL, which several nodes may share."""
