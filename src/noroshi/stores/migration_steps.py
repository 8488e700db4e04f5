"""Read the numbered steps of a store's schema, which come with the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

OLDEST_VERSION_LINE = re.compile(r"(?m)^-- beside: (\d+\.\d+)$")
"""The line of a step with the oldest version of Noroshi that works without knowing the step."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the schema. After the release the text of a step never changes."""

    number: int
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()

    @property
    def oldest_version(self) -> str:
        """Return the oldest version that works with the step without knowing it; "": none does."""
        line = OLDEST_VERSION_LINE.search(self.sql)
        return line[1] if line else ""


def migrations_in(package: str) -> tuple[Migration, ...]:
    """Return the steps in the folder `migrations` of a package, in order; read as text, so that
    line ends are one."""
    folder = files(package).joinpath("migrations")
    scripts = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    migrations = [Migration(int(f.name.split("_")[0]), f.read_text("utf-8")) for f in scripts]
    return tuple(sorted(migrations, key=lambda step: step.number))
