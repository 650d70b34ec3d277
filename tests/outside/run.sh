#!/usr/bin/env bash
# Packages the workspace above, builds the programs here with the packages, and runs them.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
export CARGO_TARGET_DIR=$root/target
packages=$CARGO_TARGET_DIR/outside
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# prints EXPECTED COMMAND...: what a command prints.
prints() {
    local expected=$1 printed
    shift
    printed=$("$@")
    [ "$printed" = "$expected" ] || { printf 'expected: %s\nprinted: %s\n' "$expected" "$printed" >&2; exit 1; }
}

# At most as many lines as an example may have.
while read -r program lines; do
    [ "$(wc -l <"$program/src/main.rs")" -le "$lines" ] ||
        { echo "$program has more than $lines lines" >&2; exit 1; }
done <<'END'
bespoke_launcher 40
blob 40
builder 40
fuzz_harness 30
packager 40
pyo3_host 25
rust_examples 150
traits 150
END

rm -f "$CARGO_TARGET_DIR"/package/*.crate
unpublished=(--exclude pyox-benches --exclude pyox-fuzz --exclude pyox-test-support --exclude pyox-tests)
cargo package --manifest-path "$root/Cargo.toml" --workspace "${unpublished[@]}" --no-verify --allow-dirty --exclude-lockfile 2>"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
if grep -A5 '^warning' "$work/log" >&2; then exit 1; fi

# What has not changed stays as it is, so that cargo does not compile it again.
mkdir -p "$packages" "$work/new"
for package in "$CARGO_TARGET_DIR"/package/*.crate; do
    tar xzmf "$package" -C "$work/new" --exclude .cargo_vcs_info.json
done
for new in "$work"/new/*; do
    there=$packages/$(basename "${new%-*}")
    diff -rq "$new" "$there" >/dev/null 2>&1 || { rm -rf "$there" && cp -r "$new" "$there"; }
done

echo "The launcher in the package is that of the checkout"
sums() { (cd "$1/sources" && find -L . -type f ! -name '*tests.rs' ! -name '*.pyc' -exec sha256sum {} + | sort); }
diff <(sums "$root/crates/linker") <(sums "$packages/pyox-linker")

echo "blob: without a C compiler, and for other targets"
CC=false CXX=false cargo build --package blob
printf 'print("hello")\n' >"$work/hello.py"
"$CARGO_TARGET_DIR/debug/blob" write "$work/blob" "$work/hello.py"
prints $'# hello\nprint("hello")' "$CARGO_TARGET_DIR/debug/blob" read "$work/blob"
targets=(wasm32-unknown-unknown x86_64-unknown-linux-musl x86_64-pc-windows-gnu aarch64-apple-darwin)
rustup target add "${targets[@]}"
for target in "${targets[@]}"; do
    CC=false CXX=false cargo check --package blob --target "$target"
done

echo "fuzz_harness"
cargo build --package fuzz_harness
inputs=("$root"/crates/packed-resources/tests/vectors/*.blob "$work/blob" "$PWD/run.sh")
"$CARGO_TARGET_DIR/debug/fuzz_harness" "${inputs[@]}" 2>"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
[ "$(grep -c ^Executed "$work/log")" = "${#inputs[@]}" ]

echo "bespoke_launcher and pyo3_host, with programs attached"
printf 'import answer\nprint(answer.get())\n' >"$work/answer_of_rust.py"
cargo build --package builder --package packager --package traits
"$CARGO_TARGET_DIR/debug/builder" bespoke_launcher "$work/answer_of_rust.py" "$work/answer"
prints 42 env -i "$work/answer"
"$CARGO_TARGET_DIR/debug/builder" pyo3_host "$work/hello.py" "$work/host"
prints "[1, 2, 3], as OxidizedFinder says" env -i "$work/host"

echo "traits: own implementations of all that packing asks for"
"$CARGO_TARGET_DIR/debug/traits" "$work/generated" "$packages/bespoke_launcher.launcher"
prints 285 env -i "$work/generated"

echo "packager: an own policy, files in memory, and a wheel without its tests"
python3 - "$work/greeting-1.0-py3-none-any.whl" <<'END'
import base64, hashlib, sys, zipfile
info, record = 'greeting-1.0.dist-info', ''
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in {
        'greeting/__init__.py': 'def text(name):\n    return f"Hello, {name}!"\n',
        'greeting/tests/__init__.py': 'raise SystemExit("a test")\n',
        info + '/METADATA': 'Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n',
        info + '/WHEEL': 'Wheel-Version: 1.0\nGenerator: run.sh\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')
        record += f'{name},sha256={digest},{len(text)}\n'
        wheel.writestr(name, text)
    wheel.writestr(info + '/RECORD', record + info + '/RECORD,,\n')
END
"$CARGO_TARGET_DIR/debug/packager" "$work/app" "$work/greeting-1.0-py3-none-any.whl"
prints 'Hello, Ada! []' env -i "$work/app"

[ -z "${PYOX_TEST_ALL:-}" ] || ./rust_projects.sh "$work"
