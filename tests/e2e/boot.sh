#!/bin/sh
# Boots a real systemd as process 1, in namespaces of its own and on a view of this machine that
# forgets what is written to it, to run the one unit walk.service. Its end is the end of all.
#
#   unshare --mount sh boot.sh SHARED [FROM TO]...
#
# SHARED has walk.service and is /srv/shared there; each folder FROM can be read at the place TO.
set -eu

outside() { # A control group of its own, for the new one to be the root of; taken away at the end.
    mount --make-rprivate /
    mkdir "$shared/cgroup" "$shared/machine"
    mount -t cgroup2 cgroup2 "$shared/cgroup"
    mine=$shared/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
    theirs=$mine/noroshi-test-$$
    mkdir "$theirs"
    echo $$ >"$theirs/cgroup.procs"
    setpriv --pdeathsig KILL unshare --fork --kill-child --pid --mount --cgroup --uts --ipc --net \
        sh "$0" inside "$@" &
    system=$!
    trap 'kill -KILL $system' TERM # and with it goes all that runs there
    wait $system || echo "unshare: $?" >&2
    echo $$ >"$mine/cgroup.procs"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        find "$theirs" -depth -type d -exec rmdir {} + 2>/dev/null && break
        sleep 0.2 # what was killed is not gone at once
    done
}

inside() {
    mount -t tmpfs tmpfs "$shared/machine"
    cd "$shared/machine"
    mkdir upper work root
    mount -t overlay overlay -o "lowerdir=/,upperdir=$PWD/upper,workdir=$PWD/work" root
    cd root
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs run
    devices
    bind "$shared" srv/shared rw
    shift
    while [ $# -gt 0 ]; do
        bind "$1" ".$2" ro
        shift 2
    done
    units
    mkdir .before
    pivot_root . .before
    cd /
    umount -l /.before
    rmdir /.before
    mount --make-rshared / # as systemd itself does where it is no container
    exec env -i container=noroshi PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --unit=walk.service
}

bind() {
    mkdir -p "$2"
    mount -o "bind,$3" "$1" "$2"
}

devices() {
    mount -t tmpfs -o mode=755 tmpfs dev
    for name in null zero full random urandom tty; do
        : >"dev/$name"
        mount --bind "/dev/$name" "dev/$name"
    done
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    : >"$shared/console"
    : >dev/console
    mount --bind "$shared/console" dev/console
}

units() { # Only the journal of what a system boots with: the rest is of no use, or of the hardware.
    : >etc/fstab
    rm -rf etc/systemd/system/*.wants
    for unit in usr/lib/systemd/system/*.target.wants/*; do
        case $unit in
        */systemd-journald*) ;;
        *) ln -sf /dev/null "etc/systemd/system/${unit##*/}" ;;
        esac
    done
    ln -sf /dev/null etc/systemd/system/tmp.mount
    cp "$shared/walk.service" etc/systemd/system/
}

if [ "$1" = inside ]; then
    shift
    shared=$1
    inside "$@"
else
    shared=$1
    outside "$@"
fi
