"""The hub's side of agents: who may come in, what they are told, and when each was heard."""
