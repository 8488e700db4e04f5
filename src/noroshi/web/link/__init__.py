"""Answer agents over HTTP, as their hub."""
