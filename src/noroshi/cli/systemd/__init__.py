"""Run Noroshi as a service of systemd: unit, paths, installation and state."""
