#!/usr/bin/env bash
# Prints how many lines of the parsers the corpora reach, over all targets: `coverage.sh [DIRECTORY]...`, where a
# DIRECTORY has more inputs of a target in DIRECTORY/TARGET. `--show` before them prints the lines that are not reached.
set -euo pipefail
cd "$(dirname "$0")"
show=
if [ "${1-}" = --show ]; then show=1 && shift; fi

host=$(rustc +nightly -vV | sed -n 's/^host: //p')
tools=$(rustc +nightly --print sysroot)/lib/rustlib/$host/bin
[ -x "$tools/llvm-cov" ] || rustup component add --toolchain nightly llvm-tools

profiles=() objects=()
for target in $(cargo +nightly fuzz list); do
    inputs=()
    for directory in corpus "$@"; do
        [ ! -d "$directory/$target" ] || inputs+=("$directory/$target")
    done
    cargo +nightly fuzz coverage --features fuzzing --target-dir target/coverage "$target" "${inputs[@]}" -- -malloc_limit_mb=0 >/dev/null
    profiles+=("coverage/$target/coverage.profdata")
    objects+=(--object "target/coverage/$host/release/$target")
done
"$tools/llvm-profdata" merge "${profiles[@]}" --output coverage/all.profdata

sources=()
for file in blob entry decode verify digest compress native_paths; do
    sources+=("../crates/packed-resources/src/$file.rs")
done
sources+=(../crates/legacy-resources/src ../crates/bytecode/src/marshal.rs ../crates/bytecode/src/marshal)
sources+=(../crates/binary/src ../crates/inspect/src/analyze ../crates/program-format/src)
sources+=(../crates/scanner/src/wheel)
sources+=(../crates/standalone/src/archive.rs ../crates/standalone/src/archive ../crates/standalone/src/python_json)
for file in classify record direct_url pth script_metadata; do
    sources+=("../crates/scanner/src/$file.rs")
done
if [ -n "$show" ]; then
    "$tools/llvm-cov" show "${objects[@]}" --instr-profile coverage/all.profdata --sources "${sources[@]}" |
        awk '/^\/.*:$/ { print } /^ *[0-9]+\| +0\|/ { print }'
else
    "$tools/llvm-cov" report "${objects[@]}" --instr-profile coverage/all.profdata --show-region-summary=0 \
        --show-branch-summary=0 --sources "${sources[@]}"
fi
