# What scripts share that take packages or sources of Debian; it is sourced.

# skip REASON: ends with status 77.
skip() {
    echo "skipped: $1"
    exit 77
}

# The mirror is that of this machine.
find_mirror() {
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ') || true
    [ -n "$mirror" ] || skip "no mirror of Debian is configured"
}

# make_apt DIRECTORY KIND SUITE...: a package manager in DIRECTORY that knows of no installed package, with the lists of `deb` or
# `deb-src`. It is then `"${apt[@]}"`.
make_apt() {
    local directory=$1 kind=$2 keyring=/usr/share/keyrings/debian-archive-keyring.gpg suite
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "this is no Debian"
    [ -e $keyring ] || skip "there is no $keyring"
    find_mirror
    mkdir -p "$directory"/{state/lists/partial,cache/archives/partial,etc/preferences.d,etc/apt.conf.d}
    : >"$directory/status"
    for suite in "${@:3}"; do
        echo "$kind [signed-by=$keyring] $mirror $suite main"
    done >"$directory/etc/sources.list"
    apt=(apt-get -qq -o Dir::State="$directory/state" -o Dir::State::status="$directory/status" -o Dir::Cache="$directory/cache"
        -o Dir::Etc::sourcelist="$directory/etc/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::Etc::preferencesparts=/dev/null -o Acquire::Check-Valid-Until=false -o Acquire::Retries=2
        -o APT::Sandbox::User=root -o Acquire::Languages=none)
    timeout 120 "${apt[@]}" update || skip "the mirror has no list of ${*:3}"
}
