from tests.hosts.folder import folder, running  # noqa: F401  fixtures
