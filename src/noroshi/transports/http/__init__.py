"""Mail by Microsoft Graph and messages by webhooks: transports over HTTP."""
