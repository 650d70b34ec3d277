#!/usr/bin/env bash
# Builds two CPythons with musl: `build.sh DIRECTORY`. `DIRECTORY/static/bin/python3.13` is linked statically, with all of its extension
# modules built in; `DIRECTORY/dynamic/bin/python3.13` loads musl, a shared libpython, and extension modules that need shared libraries,
# as that of Alpine does. The sources are Debian's, those of musl too: that of Debian 12 cannot load newer wheels. Needs gcc, make, perl
# and tclsh, and some minutes. Ends with status 77 and a word where the mirror has nothing to offer.
set -euo pipefail
directory=$(mkdir -p "$1" && cd "$1" && pwd)
. "$(dirname "$0")/../debian.sh"
[ ! -e "$directory/dynamic/made" ] || exit 0
for tool in apt-get gcc make perl tclsh; do
    command -v $tool >/dev/null || skip "there is no $tool"
done
rm -rf "$directory"/{sources,build,libraries,musl}
mkdir -p "$directory/sources"
make_apt "$directory/apt" deb-src trixie bookworm
(cd "$directory/sources" && timeout 300 "${apt[@]}" source --tar-only \
    musl/trixie python3.13 zlib/trixie bzip2/trixie xz-utils/trixie libffi/bookworm sqlite3/trixie openssl/bookworm) ||
    skip "the mirror does not have all sources"
rm -rf "$directory/apt"

# A compiler for musl that finds the headers of the kernel and the libraries below, and says what it compiles for.
libraries=$directory/libraries
mkdir -p "$libraries"/{include,lib} "$directory/bin"
ln -sfn /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" "$libraries/include/"
cat >"$directory/bin/musl-cc" <<END
#!/bin/sh
case " \$* " in *" --print-multiarch "*) echo x86_64-linux-musl; exit ;; esac
exec "$directory/musl/bin/musl-gcc" -I"$libraries/include" "\$@" -L"$libraries/lib"
END
chmod +x "$directory/bin/musl-cc"
export CFLAGS="-O2 -fPIC" PKG_CONFIG_LIBDIR=$libraries/lib/pkgconfig
jobs=$(nproc)

# build NAME COMMAND...: unpacks a source, and runs a command in its directory; what it prints is in a log.
build() {
    echo "$1"
    rm -rf "$directory/build/$1" && mkdir -p "$directory/build/$1"
    tar xf "$directory/sources/$1"_*.orig.tar.* -C "$directory/build/$1" --strip-components 1
    (cd "$directory/build/$1" && "${@:2}") >"$directory/build/$1.log" 2>&1 ||
        { tail -40 "$directory/build/$1.log" >&2; exit 1; }
}
configured() {
    ./configure --host=x86_64-linux-musl --prefix="$libraries" --enable-shared --enable-static "$@" &&
    make -j"$jobs" install
}
musl() {
    CC=gcc ./configure --prefix="$directory/musl" --syslibdir="$directory/musl/lib" &&
    make -j"$jobs" install
}
zlib() {
    ./configure --prefix="$libraries" &&
    make -j"$jobs" install
}
bzip2() {
    make -j"$jobs" libbz2.a CC="$CC" CFLAGS="$CFLAGS" &&
    cp libbz2.a "$libraries/lib" &&
    cp bzlib.h "$libraries/include"
}
openssl() {
    ./Configure linux-x86_64 shared no-dso no-tests no-async no-engine --libdir=lib --prefix="$libraries" --openssldir=/etc/ssl &&
    make -j"$jobs" build_libs &&
    make install_dev
}
sqlite() {
    ./configure --host=x86_64-linux-musl --prefix="$libraries" --disable-tcl --disable-readline &&
    make -j"$jobs" sqlite3.c lib_install &&
    cp sqlite3.h sqlite3ext.h "$libraries/include" &&
    cp sqlite3.pc "$libraries/lib/pkgconfig"
}
static() {
    MODULE_BUILDTYPE=static LDFLAGS=-static LINKFORSHARED=" " ./configure --disable-shared --disable-test-modules \
        --with-ensurepip=no --with-openssl="$libraries" --prefix="$directory/static" &&
    make -j"$jobs" &&
    make install &&
    # A program that embeds it needs them all: they are beside its own library.
    cp "$libraries"/lib/*.a Modules/_hacl/*.a Modules/_decimal/libmpdec/*.a Modules/expat/*.a \
        "$directory"/static/lib/python3.13/config-*/
}
dynamic() {
    LDFLAGS="-Wl,-rpath,$directory/dynamic/lib" ./configure --enable-shared --disable-test-modules \
        --with-openssl="$libraries" --prefix="$directory/dynamic" &&
    # As in a distribution, libraries are in one directory.
    mkdir -p "$directory/dynamic/lib" &&
    cp -P "$libraries"/lib/*.so* "$directory/dynamic/lib" &&
    make -j"$jobs" &&
    make install
}
build musl musl
export CC=$directory/bin/musl-cc
build zlib zlib
build bzip2 bzip2
build xz-utils configured --disable-{xz,xzdec,lzmadec,lzmainfo,scripts,doc}
build libffi configured --disable-docs
build sqlite3 sqlite
build openssl openssl
for kind in static dynamic; do
    build python3.13 $kind
    "$directory/$kind/bin/python3.13" -c 'import bz2, lzma, sqlite3, ssl, sys, zlib, _ctypes; print(sys.version)'
done
rm -rf "$directory/build" "$directory/sources"
touch "$directory/dynamic/made"
