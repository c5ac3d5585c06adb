#!/usr/bin/env bash
# Installs the packages of the named sets (packages.txt): setup/install.sh SET…
#
# As root on Debian it installs what is missing and says so. Without root it prints the line
# to type and stops with 3. Elsewhere it leaves the machine alone: the build then says what it
# could not find, and `setup/install.sh --names SET…` names everything.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

# Lines "package reason…" of the given sets.
rows() {
    local set
    for set in "$@"; do
        sed -n "s/^$set  *//p" "$here/packages.txt"
    done
}

missing() {
    local package rest
    while read -r package rest; do
        # shellcheck disable=SC2016 # ${…} is dpkg's own syntax
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]
        then
            echo "$package"
        fi
    done < <(rows "$@")
}

main() {
    local wanted
    if [ "${1:-}" = --names ]; then
        shift
        rows "$@"
        return
    fi
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        return 0
    fi
    mapfile -t wanted < <(missing "$@")
    if [ "${#wanted[@]}" -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "hanse: some packages are missing. Please run:" >&2
        echo "    sudo apt-get install --no-install-recommends ${wanted[*]}" >&2
        return 3
    fi
    echo "hanse: installing with apt-get: ${wanted[*]}" >&2
    apt_install "${wanted[@]}"
}

# The package lists may be absent or old: fetch them once when an install fails.
apt_install() {
    local log
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    local install=(apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
    if "${install[@]}" "$@" >"$log" 2>&1 ||
        { apt-get update -q -o DPkg::Lock::Timeout=300 >"$log" 2>&1 &&
            "${install[@]}" "$@" >>"$log" 2>&1; }; then
        rm -f "$log"
        return 0
    fi
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "hanse: apt-get could not install: $*" >&2
    return 3
}

main "$@"
