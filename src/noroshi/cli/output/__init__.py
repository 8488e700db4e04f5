"""Output of commands: tables, levels, times, routes, safe for a terminal."""
