"""Ways from a command to a node: its socket, HTTP, or the store within this process."""
