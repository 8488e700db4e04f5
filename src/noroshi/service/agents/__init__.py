"""Take in agents, and answer for them: the hub's side."""
