"""One file for each kind of monitor. Adding one: write it, and name it here."""

from noroshi.checks import disk, port, process, script

BUILT_IN = (disk.CHECK, port.CHECK, process.CHECK, script.CHECK)
