"""What the hub answers agents over HTTP."""
