#!/usr/bin/env bash
# Unpacks Pythons of Debian into a directory, without installing anything: `fetch.sh DIRECTORY SUITE VERSION...`, such as
# `fetch.sh target/sid sid 3.14 3.15`. Each is then `DIRECTORY/root/usr/bin/pythonVERSION`, a script that starts the
# interpreter with the C library that it came with. Ends with status 77 and a word where the mirror has nothing to offer.
set -euo pipefail
directory=$(mkdir -p "$1" && cd "$1" && pwd) suite=$2
shift 2
. "$(dirname "$0")/../debian.sh"

mkdir -p "$directory/root"
make_apt "$directory/apt" deb "$suite"
packages=(libc6 libc-bin libssl3t64 libsqlite3-0 libexpat1 zlib1g libffi8 libbz2-1.0 liblzma5 libzstd1 libuuid1
    libncursesw6 libtinfo6 libreadline8t64 libdb5.3t64 libgcc-s1 libmpdec4)
for version in "$@"; do
    packages+=("python$version-minimal" "libpython$version-minimal" "libpython$version-stdlib" "libpython$version"
        "python$version")
done
(cd "$directory/apt/cache" && timeout 300 "${apt[@]}" download "${packages[@]}") ||
    skip "the mirror does not have all packages"
for package in "$directory"/apt/cache/*.deb; do
    dpkg-deb --extract "$package" "$directory/root"
done

root=$directory/root libraries=$directory/root/usr/lib/x86_64-linux-gnu
for name in lib lib64 bin; do
    [ -e "$root/$name" ] || { mkdir -p "$root/usr/$name" && ln -s "usr/$name" "$root/$name"; }
done
for version in "$@"; do
    program=$root/usr/bin/python$version
    mv "$program" "$program.program"
    cat >"$program" <<END
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --argv0 "$program" --library-path "$libraries" "$program.program" "\$@"
END
    chmod +x "$program"
    "$program" -c 'import sys; print(sys.version)'
done
rm -rf "$directory/apt"
