"""One file for each kind of monitor. Adding one: write it, and name it here."""

from noroshi.checks import cpu, disk, heartbeat, logfile, memory, port, process, reach, script

BUILT_IN = (
    disk.CHECK,
    memory.CHECK,
    cpu.CHECK,
    process.CHECK,
    reach.CHECK,
    port.CHECK,
    heartbeat.CHECK,
    logfile.CHECK,
    script.CHECK,
)
