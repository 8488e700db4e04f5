"""Noroshi as a service of systemd: its unit, paths, installation and state."""
