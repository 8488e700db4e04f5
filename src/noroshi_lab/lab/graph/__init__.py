"""Microsoft Graph, as far as a program needs it that sends mail and looks for it again."""
