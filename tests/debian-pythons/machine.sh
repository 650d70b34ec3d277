#!/usr/bin/env bash
# Runs a command in this checkout on a machine of Debian that is a directory, with the Pythons, the compiler and the C
# library of a suite: `machine.sh DIRECTORY SUITE COMMAND...`, such as
#
#   PYOX_TEST_PYTHONS=3.14,3.15 tests/debian-pythons/machine.sh target/sid sid cargo test -p pyox-cli --test end_to_end runtime::
#
# Rust is that of the machine outside. What is compiled stays in DIRECTORY: what is linked with its C library does not run
# with an older one. Needs root; the first time, the machine is made, which takes some minutes. Ends with status 77 and
# a word where the mirror has nothing to offer.
set -euo pipefail
directory=$(mkdir -p "$1" && cd "$1" && pwd) suite=$2
shift 2
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/debian.sh"
[ "$(id -u)" = 0 ] || skip "this needs root"
pythons=(python3.14 python3.15)
if [ ! -e "$directory/made" ]; then
    command -v debootstrap >/dev/null || apt-get install -q -y debootstrap >&2
    find_mirror
    rm -rf "${directory:?}"/*
    packages=(ca-certificates gcc g++ libc6-dev binutils strace xvfb python3-pip python3-venv)
    packages+=("${pythons[@]/%/-dev}" "${pythons[@]/%/-venv}" "${pythons[@]/%/-tk}")
    # CPython's own tests.
    for python in "${pythons[@]}"; do packages+=("lib$python-testsuite"); done
    debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$directory" "$mirror" >&2 ||
        skip "the mirror does not have all packages of $suite"
    touch "$directory/made"
fi

# Mounts end with the command.
exec unshare --mount sh -euc '
    directory=$1 root=$2
    shift 2
    # A root that is a mount lets programs have mount namespaces of their own.
    mount --bind "$directory" "$directory"
    mount -t proc proc "$directory/proc"
    mount --rbind /dev "$directory/dev"
    mount -t tmpfs tmpfs "$directory/tmp"
    for place in "$root" "${CARGO_HOME:-$HOME/.cargo}" "${RUSTUP_HOME:-$HOME/.rustup}"; do
        mkdir -p "$directory$place"
        mount --bind "$place" "$directory$place"
    done
    mkdir -p "$directory/quick" "$root/target/quick"
    mount --bind "$directory/quick" "$directory$root/target/quick"
    for file in /etc/resolv.conf /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
        [ ! -e "$file" ] || cp -L "$file" "$directory$file"
    done
    export CARGO_TARGET_DIR=/built
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    exec chroot "$directory" sh -euc '\''cd "$1" && shift && exec "$@"'\'' sh "$root" "$@"
' sh "$directory" "$root" "$@"
