#!/bin/bash
# The one list of packages that trainwatchd needs, and the way to get them on Debian 12 and 13.
#
#   deploy/install-deps.sh [GROUP...]     default: build demo test
#
#   build       compiler, CMake, libraries
#   demo        what deploy/demo.sh runs beside the daemon
#   prometheus  Prometheus and Alertmanager, for deploy/demo.sh --prometheus (part of test)
#   test        what tests/run.sh needs beyond build
#   bench       references of tests/bench/run.sh                (only when asked for)
#   format      clang-format 14, for the test of that name      (only when asked for)
#   tsan        clang, for the preset of that name              (only when asked for)
#
# Silent when nothing is missing. Starts no service, now or at the next boot. Where root is needed
# and neither we nor `sudo -n` have it, prints what to run and exits 1.
set -euo pipefail

# Alternatives are written a|b: the first that is installed or offered. Boost 1.81 is Debian 12's
# newest (its unversioned packages are 1.74, too old); Debian 13 has 1.83.
packages_of() {
    case $1 in
    build) echo "g++ cmake ninja-build pkg-config
        libboost1.81-dev|libboost1.83-dev
        libboost-json1.81-dev|libboost-json1.83-dev
        libboost-url1.81-dev|libboost-url1.83-dev
        libboost-system1.81-dev|libboost-system1.83-dev
        libssl-dev libspdlog-dev libyaml-cpp-dev prometheus-cpp-dev libcli11-dev libsystemd-dev
        libre2-dev zlib1g-dev libsqlite3-dev
        libgtest-dev libgmock-dev" ;;
    demo) echo "python3 curl" ;;
    prometheus) echo "prometheus prometheus-alertmanager" ;;
    # systemd brings systemd-analyze, which checks our unit; it does not become anybody's init.
    test) echo "python3 python3-boto3 python3-jsonschema python3-yaml curl systemd binutils sqlite3 man-db"
        packages_of prometheus
        # Debian's npm conflicts with other builds of Node: only where there is none at all.
        command -v npm >/dev/null || echo "nodejs npm" ;;
    bench) echo "python3 wrk curl prometheus-alertmanager libsimdjson-dev" ;;
    format) echo "clang-format-14" ;;
    tsan) echo "clang" ;;
    *) sed -n '2,15p' "$0" >&2 && exit 2 ;;
    esac
}

me=deploy/install-deps.sh
say() { echo "$me: $*"; }

installed() {
    local status
    status=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) && [ "$status" = installed ]
}

offered() { [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [^\(] ]]; }

# The packages of "$@" (alternatives included) that are not installed, one a line.
missing_of() {
    local entry name
    for entry in "$@"; do
        for name in ${entry//|/ }; do
            ! installed "$name" || continue 2
        done
        echo "$entry"
    done
}

# Settles alternatives; a name that nobody offers stays, so that apt names it.
choose() {
    local entry name
    for entry in "$@"; do
        for name in ${entry//|/ }; do
            ! offered "$name" || break
            name=${entry%%|*}
        done
        echo "$name"
    done
}

all_offered() {
    local name
    for name in "$@"; do offered "$name" || return 1; done
}

work=
policy=${DPKG_ROOT:-}/usr/sbin/policy-rc.d
our_mark="written by trainwatchd's $me while it installs; safe to delete"

clean_up() {
    if grep -qs "$our_mark" "$policy"; then rm -f "$policy"; fi
    [ -z "$work" ] || rm -rf "$work"
}

# Runs "$@" where maintainer scripts are told not to start services. policy-rc.d is how Debian asks;
# an administrator's own is covered for us alone (a private mount) and never touched.
without_services() {
    printf '#!/bin/sh\n# %s\nexit 101\n' "$our_mark" >"$work/policy-rc.d"
    chmod 755 "$work/policy-rc.d"
    if [ ! -e "$policy" ] || grep -q "$our_mark" "$policy"; then
        cp -p "$work/policy-rc.d" "$policy"
        "$@"
    elif "$policy" prometheus start >/dev/null 2>&1 || [ $? -ne 101 ]; then
        unshare --mount sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' \
            "$work/policy-rc.d" "$policy" "$@"
    else
        "$@"
    fi
}

apt_get=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
    apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)

refresh_lists() {
    say "apt-get update"
    # One broken third-party source does not matter as long as ours answer.
    "${apt_get[@]}" update >>"$work/log" 2>&1 || true
}

install_packages() {
    local names
    mapfile -t names < <(choose "$@")
    if ! all_offered "${names[@]}"; then
        refresh_lists
        mapfile -t names < <(choose "$@")
    fi
    local attempt
    for attempt in first second; do
        say "apt-get install ${names[*]}"
        if without_services "${apt_get[@]}" install --no-install-recommends "${names[@]}" \
            >>"$work/log" 2>&1; then return; fi
        # Package lists of yesterday name files that are gone today.
        [ $attempt = second ] || refresh_lists
    done
    tail -n 20 "$work/log" >&2
    say "failed; the end of apt's output is above" >&2
    exit 1
}

# Debian enables services at boot on installation. Nobody asked for these two as services.
disable_at_boot() {
    local name
    for name in prometheus prometheus-alertmanager; do
        case " $* " in *" $name "*) ;; *) continue ;; esac
        update-rc.d "$name" disable >>"$work/log" 2>&1 || continue
        say "$name stays off as a service ('systemctl enable --now $name' turns it on)"
    done
}

main() {
    local list wanted missing
    [ $# -gt 0 ] || set -- build demo test
    list=$(for group in "$@"; do packages_of "$group"; done)
    mapfile -t wanted < <(tr -s ' \n' '\n\n' <<<"$list" | sed '/^$/d' | sort -u)
    command -v dpkg-query >/dev/null || {
        say "knows Debian's packages only; this is what is needed: ${wanted[*]}" >&2
        exit 1
    }
    mapfile -t missing < <(missing_of "${wanted[@]}")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if sudo -n true 2>/dev/null; then exec sudo -n env PATH="$PATH" "$0" "$@"; fi
        mapfile -t missing < <(choose "${missing[@]}")
        {
            say "${#missing[@]} packages are missing and need root:"
            echo "  sudo $0 $*"
            echo "which runs (with services kept from starting)"
            echo "  apt-get install --no-install-recommends ${missing[*]}"
        } >&2
        exit 1
    fi
    work=$(mktemp -d)
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    install_packages "${missing[@]}"
    disable_at_boot "${missing[@]}"
}

main "$@"
