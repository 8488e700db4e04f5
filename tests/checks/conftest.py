from tests.hosts.folder import folder  # noqa: F401  a fixture
