"""What commands print: tables, levels, times, routes, safe for a terminal."""
