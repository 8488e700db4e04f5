# Installs Noroshi on this server, as a service where there is systemd, and joins it to its hub. The
# hub has set the values above. --updates, as the first argument, lets the hub update Noroshi here;
# the others go to `noroshi join`: --name NAME, --proxy URL. Nothing is done before the last line, which calls it all.
set -eu

say() {
    format=$1
    shift
    # shellcheck disable=SC2059  # the formats stand above
    printf "noroshi: $format\n" "$@" >&2
}

fail() {
    say "$@"
    exit 1
}

need_root() {
    [ "$(id -u)" = 0 ] || fail "$T_ROOT"
}

need_system() {
    system="$(uname -s) $(uname -m)"
    [ "$system" = "Linux x86_64" ] || fail "$T_SYSTEM" "$system"
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || glibc=
    case $glibc in
    "glibc 2."*) minor=${glibc#glibc 2.} ;;
    *) fail "$T_SYSTEM" "Linux x86_64 (${glibc:-no glibc})" ;;
    esac
    [ "${minor%%.*}" -ge 28 ] || fail "$T_SYSTEM" "Linux x86_64 ($glibc)"
}

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        command -v "$name" >/dev/null 2>&1 || continue
        "$name" -c "$PYTHON_CHECK" 2>/dev/null && return
    done
    return 1
}

PYTHON_CHECK='
import ctypes, hashlib, os, ssl, sys, venv
path = os.path.realpath(sys.executable)
places = [path]
while places[-1] != "/":
    places.append(os.path.dirname(places[-1]))
is_open = all(os.stat(one).st_mode & 1 for one in places)  # the service has a user of its own
is_open and (3, 11) <= sys.version_info[:2] <= (3, 14) or sys.exit(1)
print(path)
'

need_python() {
    python=$(find_python) && return
    command=$(python_command)
    [ -n "$command" ] || fail "$T_NO_PYTHON"
    say "$T_PYTHON"
    printf '  %s\n' "$command" >&2
    exit 1
}

python_command() { # for this distribution; nothing where none of its packages is new enough
    ID='' VERSION_ID='' ID_LIKE=''
    # shellcheck disable=SC1091
    [ ! -r /etc/os-release ] || . /etc/os-release
    case "$ID-$VERSION_ID" in
    debian-1[2-9]* | debian-) echo "apt-get install -y python3" ;;
    ubuntu-22.*) echo "apt-get install -y python3.11" ;;
    ubuntu-2[4-9]*) echo "apt-get install -y python3" ;;
    rhel-[89]* | rocky-[89]* | almalinux-[89]* | ol-[89]* | centos-9*) echo "dnf install -y python3.11" ;;
    rhel-1* | rocky-1* | almalinux-1* | ol-1* | centos-1*) echo "dnf install -y python3" ;;
    amzn-2023*) echo "dnf install -y python3.11" ;;
    fedora-*) echo "dnf install -y python3" ;;
    opensuse-leap-15* | sles-15*) echo "zypper install -y python311" ;;
    opensuse-* | sles-1[6-9]*) echo "zypper install -y python313" ;;
    arch-*) echo "pacman -S --noconfirm python" ;;
    debian-* | ubuntu-* | rhel-* | centos-* | amzn-* | sles-*) ;;
    *) derived_command ;;
    esac
}

derived_command() {
    case " $ID_LIKE " in
    *" ubuntu "* | *" debian "*) echo "apt-get install -y python3" ;;
    *" rhel "* | *" fedora "*) echo "dnf install -y python3.11" ;;
    esac
}

fetch() {
    if command -v curl >/dev/null 2>&1; then
        curl -fsSk --pinnedpubkey "$CURL_PIN" -o "$1" "https://$ADDRESS$FILE_PATH"
    else
        "$python" -c "$PYTHON_FETCH" "$HOST" "$PORT" "$CERTIFICATE" "$FILE_PATH" "$1"
    fi
}

PYTHON_FETCH='
import hashlib, http.client, shutil, ssl, sys
host, port, certificate, path, file = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=60)
connection.connect()
shown = hashlib.sha256(connection.sock.getpeercert(True)).hexdigest()
shown == certificate or sys.exit("noroshi: another server answered")
connection.request("GET", path)
response = connection.getresponse()
response.status == 200 or sys.exit("noroshi: HTTP %d" % response.status)
with open(file, "wb") as target:
    shutil.copyfileobj(response, target)
'

other_noroshi() { # one that somebody installed in another way, and updates so
    program=$(command -v noroshi) && ! grep -q "$PLACE/current" "$program" 2>/dev/null
}

works() {
    "$1" -I -m noroshi.cli --version >/dev/null 2>&1
}

install_files() {
    folder=$PLACE/$VERSION-$(printf %.8s "$SHA256")
    if ! works "$folder/bin/python"; then
        say "$T_DOWNLOADING" "$VERSION"
        mkdir -p "$PLACE"
        work=$(mktemp -d "$PLACE/.new.XXXXXX")
        trap 'rm -rf "$work"' EXIT
        fetch "$work/noroshi.pex" || fail "$T_NOT_FETCHED"
        echo "$SHA256  $work/noroshi.pex" | sha256sum -c - >/dev/null 2>&1 || fail "$T_OTHER_FILE"
        say "$T_INSTALLING" "$folder"
        rm -rf "$folder"
        PEX_ROOT=$work/pex PEX_TOOLS=1 "$python" "$work/noroshi.pex" venv --compile "$folder" ||
            fail "$T_NOT_INSTALLED"
        rm -rf "$work"
        trap - EXIT
        works "$folder/bin/python" || fail "$T_NOT_INSTALLED"
    fi
    rm -f "$PLACE/update.json"
    ln -sfn "$folder" "$PLACE/fallback"
    ln -sfn "$folder" "$PLACE/current"
    mkdir -p "$COMMANDS"
    printf '#!/bin/sh\nexec %s/current/bin/python -I -m noroshi.cli "$@"\n' "$PLACE" \
        >"$COMMANDS/noroshi.new"
    chmod 755 "$COMMANDS/noroshi.new"
    mv "$COMMANDS/noroshi.new" "$COMMANDS/noroshi"
}

permit_updates() { # The key of the hub that may update this server; of no other hub than this one.
    [ "$updates" = yes ] || grep -qxF "$HUB_KEY" "$PLACE/hub-key" 2>/dev/null || {
        rm -f "$PLACE/hub-key"
        return 0
    }
    printf '%s\n' "$HUB_KEY" >"$PLACE/hub-key.new"
    mv "$PLACE/hub-key.new" "$PLACE/hub-key"
}

join() {
    program=$PLACE/current/bin/python
    if [ -d /run/systemd/system ]; then
        "$program" -I -m noroshi.cli $LANG_OPTION service install --no-manager --start </dev/null
        "$program" -I -m noroshi.cli $LANG_OPTION join "$@" "$ADDRESS" "$CODE" </dev/null
    else
        "$program" -I -m noroshi.cli $LANG_OPTION join "$@" "$ADDRESS" "$CODE" </dev/null
        say "$T_NO_SYSTEMD"
    fi
}

main() {
    umask 022
    updates=
    if [ "${1:-}" = --updates ]; then
        updates=yes
        shift
    fi
    need_root
    if other_noroshi; then
        say "$T_THERE" "$program"
        "$program" $LANG_OPTION join "$@" "$ADDRESS" "$CODE" </dev/null
        return
    fi
    need_system
    need_python
    install_files
    permit_updates
    join "$@"
}

main "$@"
