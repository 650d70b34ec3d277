#!/usr/bin/env bash
# Runs a target: `run.sh TARGET SECONDS [DIRECTORY]`. It starts from `corpus/TARGET`; what it finds goes to DIRECTORY.
set -euo pipefail
cd "$(dirname "$0")"

target=$1 seconds=$2 found=${3:-target/corpus/$1}
mkdir -p "$found"

# The longest input, and the largest block of memory in MiB that it may lead to.
case $target in
    # A frame holds at most 32 KiB for each byte; a dictionary has at most 8 MiB.
    decompress) options=(-max_len=1024 -malloc_limit_mb=40 -dict=dictionaries/blob.dict) ;;
    open_and_walk) options=(-max_len=9216 -malloc_limit_mb=288 -dict=dictionaries/blob.dict) ;;
    # The target sets 4 MiB as the limit of a wheel, and buffers double when they grow.
    wheel) options=(-max_len=6144 -malloc_limit_mb=32 -dict=dictionaries/wheel.dict) ;;
    # Native code inside may be 64 times as long as the file.
    analyze) options=(-max_len=9216 -malloc_limit_mb=64 -dict=dictionaries/binary.dict) ;;
    payload) options=(-max_len=8192 -malloc_limit_mb=64 -dict=dictionaries/binary.dict) ;;
    edit_elf) options=(-max_len=4096 -malloc_limit_mb=64 -dict=dictionaries/binary.dict) ;;
    marshal) options=(-max_len=4096 -malloc_limit_mb=64 -dict=dictionaries/marshal.dict) ;;
    pth | direct_url | requirements | script_metadata) options=(-max_len=1024 -malloc_limit_mb=16 -dict=dictionaries/text.dict) ;;
    python_json) options=(-max_len=8192 -malloc_limit_mb=64 -dict=dictionaries/python_json.dict) ;;
    # The window of zstd has at most 128 MiB, which real archives use.
    archive) options=(-max_len=8192 -malloc_limit_mb=136 -dict=dictionaries/archive.dict) ;;
    any_version | version_3 | write_read_write) options=(-max_len=4096 -malloc_limit_mb=64) ;;
    *) options=() ;;
esac
export CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=line-tables-only
exec cargo +nightly fuzz run --features fuzzing "$target" "$found" $([ ! -d "corpus/$target" ] || echo "corpus/$target") -- \
    -max_total_time="$seconds" -timeout=10 -verbosity="${VERBOSITY:-1}" -print_funcs=0 -reload=0 -print_final_stats=1 \
    "${options[@]}"
