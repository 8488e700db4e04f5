"""The providers that tokens come from: MSAL for Microsoft, Authlib for all others."""
