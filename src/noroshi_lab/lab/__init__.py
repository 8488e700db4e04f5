"""The lab: Entra ID and Exchange Online's SMTP, simulated on loopback. A program of its own."""
