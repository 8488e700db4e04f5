# The script that Noroshi runs over SSH, once per measurement. It only reads, needs no root, and
# runs with the shell and tools of any Linux, BSD or BusyBox. As a forced command in
# authorized_keys, it is the only thing the key can be used for:
#   command="sh /path/to/this/file",restrict ssh-ed25519 …
LC_ALL=C
export LC_ALL
PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
# What is missing is told by its absence. A chroot may have no /dev/null.
[ -w /dev/null ] && exec 2>/dev/null
part() { printf '\n#noroshi %s\n' "$1"; }
part system
uname -s
uname -n
echo $$
part mounts
cat /proc/self/mountinfo
part volumes
df -P -k
part memory
cat /proc/meminfo
part processor
grep '^cpu' /proc/stat
cat /proc/loadavg
part sockets
cat /proc/net/tcp /proc/net/tcp6 || netstat -an
part names
ps -A -o pid= -o ppid= -o stat= -o user:64= -o comm= ||
    ps -A -o pid= -o ppid= -o stat= -o user= -o comm= ||
    ps -o pid,ppid,stat,user,comm
part commands
ps -A -ww -o pid= -o args= || ps -o pid,args
part end
