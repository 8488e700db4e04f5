# The script that Noroshi runs over SSH, once per measurement. It only reads, needs no root, and
# runs with the shell and tools of any Linux, BSD or BusyBox. As a forced command in
# authorized_keys, it is the only thing the key can be used for:
#   command="sh /path/to/this/file",restrict ssh-ed25519 …
LC_ALL=C
export LC_ALL
PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
part() { printf '\n#noroshi %s\n' "$1"; }
part system
uname -s
uname -n
echo $$
part mounts
cat /proc/self/mountinfo 2>/dev/null
part volumes
df -P -k 2>/dev/null
part memory
cat /proc/meminfo 2>/dev/null
part processor
grep '^cpu' /proc/stat 2>/dev/null
cat /proc/loadavg 2>/dev/null
part sockets
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || netstat -an 2>/dev/null
part names
ps -A -o pid= -o ppid= -o stat= -o user:64= -o comm= 2>/dev/null ||
    ps -A -o pid= -o ppid= -o stat= -o user= -o comm= 2>/dev/null ||
    ps -o pid,ppid,stat,user,comm 2>/dev/null
part commands
ps -A -ww -o pid= -o args= 2>/dev/null || ps -o pid,args 2>/dev/null
part end
