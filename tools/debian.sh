#!/bin/sh
# Sees to it that the Debian packages the tests use are there.
# As root it installs what is missing; anyone else is told the one command.
set -eu
list=$(dirname "$0")/debian-packages.txt

say() { printf '%s\n' "$*" >&2; }

if ! command -v dpkg-query >/dev/null 2>&1; then
    say "This is no Debian. The tests need what these packages hold: $(grep -v '^#' "$list" | xargs)"
    exit 1
fi

missing=
for package in $(grep -v '^#' "$list"); do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    say "The tests need Debian packages that are not here. Install them with this one command:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
    exit 1
fi

say "Installing Debian packages for the tests:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
no_cluster=/etc/postgresql-common/createcluster.d/noroshi-tests.conf
trap 'rm -f "$log" "$no_cluster"' EXIT
# The tests make servers of their own. The package would make another one, which nobody asked for,
# and start it at each boot.
case "$missing" in
*postgresql*)
    mkdir -p "${no_cluster%/*}"
    echo "create_main_cluster = false" >"$no_cluster"
    ;;
esac
# shellcheck disable=SC2086  # one argument for each package
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "Cannot install them: see apt-get's own words above."
    exit 1
fi

# The tests start servers of their own. Those that the packages start serve strangers, which nobody
# asked for.
for package in openssh-server haproxy pgbouncer; do
    case "$missing" in
    *$package*) ;;
    *) continue ;;
    esac
    services=$package.service
    [ "$package" != openssh-server ] || services="ssh.service ssh.socket"
    # shellcheck disable=SC2086  # one argument for each service
    systemctl disable --now $services >/dev/null 2>&1 || true
done
