"""One file for each kind of monitor. Adding one: write it, and name it here."""

from noroshi.checks import (
    cpu,
    disk,
    dns,
    heartbeat,
    http,
    logfile,
    memory,
    noroshi_account,
    noroshi_node,
    noroshi_queue,
    noroshi_route,
    port,
    process,
    reach,
    script,
)

BUILT_IN = (
    disk.CHECK,
    memory.CHECK,
    cpu.CHECK,
    process.CHECK,
    reach.CHECK,
    port.CHECK,
    dns.CHECK,
    http.CHECK,
    heartbeat.CHECK,
    logfile.CHECK,
    script.CHECK,
    noroshi_route.CHECK,
    noroshi_account.CHECK,
    noroshi_queue.CHECK,
    noroshi_node.CHECK,
)
