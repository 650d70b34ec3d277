#!/usr/bin/env bash
# Rust projects as a new user has them: made by the command, in an empty directory, with nothing of the checkout but the
# packages. Their programs run where no Python can be found. `run.sh` starts this.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$1/projects
mkdir "$work"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}

# runs EXPECTED COMMAND...: what a program prints that finds no Python.
runs() {
    local expected=$1 printed
    shift
    printed=$(sh "$root/crates/test-support/src/hide.sh" "$work" "${pythons[@]}" -- env -i "$@" | tail -n 1)
    [ "$printed" = "$expected" ] || { printf 'expected: %s\nprinted: %s\n' "$expected" "$printed" >&2; exit 1; }
}
mapfile -t pythons < <(python3 -c 'import sys, sysconfig
print(sysconfig.get_path("stdlib"), *{sys.prefix, sys.base_prefix} - {"/usr", "/usr/local"}, sep="\n")')

# The command outside of its checkout, so that projects depend on versions; these are the packages.
mkdir -p "$work/bin"
for profile in debug release; do
    command=$CARGO_TARGET_DIR/$profile/pyoxidizer
    [ ! -x "$command" ] || [ "$work/bin/pyoxidizer" -nt "$command" ] || cp -p "$command" "$work/bin/pyoxidizer"
done
export PATH=$work/bin:$PATH
settings=$work/settings.toml
sed "1,/^members/d; s|../../target/outside|$CARGO_TARGET_DIR/outside|" "$here/Cargo.toml" >"$settings"
# build PROJECT ARGUMENTS...: with the versions of dependencies that are compiled already.
build() {
    local project=$1
    shift
    [ -e "$project/Cargo.lock" ] || cp "$here/Cargo.lock" "$project/Cargo.lock"
    (cd "$project" && cargo --config "$settings" build --quiet "$@")
}

echo "init-rust-project: the interactive interpreter, then a script with a module beside it"
start=$SECONDS
pyoxidizer --quiet init-rust-project "$work/project"
cd "$work/project"
[ "$(find . -type f | sort | tr '\n' ' ')" = "./Cargo.toml ./build.rs ./pyoxidizer.bzl ./src/main.rs " ]
build .
runs "$(python3 -c 'import sys; print(sys.version.split()[0])')" "$CARGO_TARGET_DIR/debug/project" <<'END'
import sys; print(sys.version.split()[0])
END
echo "  $((SECONDS - start)) s"
printf 'def text():\n    return "hello"\n' >greeting.py
printf 'import greeting, sys\nprint(greeting.text(), *sys.argv[1:])\nsys.exit(3 if "Ada" in sys.argv else 0)\n' >app.py
sed -i 's/^pack = .*/pack = ["app.py"]/' Cargo.toml
sed -i 's|^    // Whatever.*|    println!("from Rust");|' src/main.rs
build .
"$CARGO_TARGET_DIR/debug/project" Ada >"$work/printed" && exit 1 || [ $? = 3 ]
[ "$(cat "$work/printed")" = $'from Rust\nhello Ada' ]
printf 'def text():\n    return "changed"\n' >greeting.py
build .
runs "changed Bob" "$CARGO_TARGET_DIR/debug/project" Bob

echo "what is wrong is an error of the package"
if PYOXIDIZER_EXE=/no/such build . 2>"$work/log"; then exit 1; fi
grep -q 'cannot run /no/such run-build-script.*PYOXIDIZER_EXE' "$work/log"
sed -i 's/^pack = .*/pack = ["missing.py"]/' Cargo.toml
if build . 2>"$work/log"; then exit 1; fi
grep -q 'missing.py' "$work/log"
sed -i 's/^pack = .*/pack = ["app.py"]/' Cargo.toml

echo "build-mode-prebuilt-artifacts: moved, and without the command and a Python"
PYOXIDIZER_ARTIFACT_DIR=$work/made pyoxidizer --quiet run-build-script build.rs >/dev/null
mv "$work/made" "$work/artifacts"
prebuilt=(--no-default-features --features build-mode-prebuilt-artifacts)
without=$work/without-python
mkdir -p "$without"
for tool in cargo rustc cc ld ar sh; do
    [ -e "$without/$tool" ] || ln -s "$(command -v $tool)" "$without/$tool"
done
PATH=$without PYO3_CONFIG_FILE=$work/artifacts/pyo3-build-config-file.txt PYOXIDIZER_ARTIFACT_DIR=$work/artifacts \
    build . "${prebuilt[@]}"
runs "changed Bob" "$CARGO_TARGET_DIR/debug/project" Bob
if PYOXIDIZER_ARTIFACT_DIR=$work build . "${prebuilt[@]}" 2>"$work/log"; then exit 1; fi
grep -q 'holds no artifacts: cargo_metadata.txt is missing' "$work/log"

echo "build-mode-standalone: the Python of the machine"
sed -i 's/^    println.*//' src/main.rs
build . --no-default-features --features build-mode-standalone
[ "$(echo 'import json; print(json.dumps([1]))' | "$CARGO_TARGET_DIR/debug/project")" = "[1]" ]

echo "add: to a member of a workspace that has a build script of its own"
mkdir "$work/workspace"
cd "$work/workspace"
printf '[workspace]\nmembers = ["app"]\nresolver = "3"\n' >Cargo.toml
cargo init --quiet --vcs none app
printf 'fn main() {\n    println!("cargo:rustc-env=OWN=kept");\n}\n' >app/build.rs
pyoxidizer --quiet add app
printf '%s\n' 'mod python;' 'fn main() {' '    println!("{}", env!("OWN"));' \
    '    python::start().unwrap().run_code("import json; print(json.dumps([2]))").unwrap();' '}' >app/src/main.rs
build .
runs "[2]" "$CARGO_TARGET_DIR/debug/app"

echo "a program with an allocator of its own, from which Python takes its objects"
pyoxidizer --quiet init-rust-project "$work/allocator"
cd "$work/allocator"
sed -i 's/^pack = .*/pack = ["--config", "run_mode=none", "--config", "object_allocator=rust"]/' Cargo.toml
cat >src/main.rs <<'END'
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

include!(env!("PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS"));

struct Counting;
static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is done by the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = pyembed::MainPythonInterpreter::new(default_python_config())?;
    let before = COUNT.load(Ordering::Relaxed);
    python.run_code("kept = [object() for _ in range(100_000)]; print(len(kept), flush=True)")?;
    let count = COUNT.load(Ordering::Relaxed) - before;
    python.finalize()?;
    println!("{}", count >= 100_000);
    Ok(())
}
END
build .
runs true "$CARGO_TARGET_DIR/debug/allocator"

if python3 -c 'import sys, sysconfig; sys.exit(not sysconfig.get_config_var("Py_ENABLE_SHARED"))'; then
    echo "a library in the sense of C: twice an interpreter, with extension modules"
    pyoxidizer --quiet init-rust-project "$work/library"
    cd "$work/library"
    rm src/main.rs
    sed -i -e 's/, features = \["virtual-files"\]//' \
        -e 's/^pack = .*/pack = ["--config", "run_mode=none", "--virtual-files", "off", "--libpython", "shared"]/' Cargo.toml
    printf '\n[lib]\ncrate-type = ["cdylib"]\n' >>Cargo.toml
    cat >src/lib.rs <<'END'
include!(env!("PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS"));

#[unsafe(no_mangle)]
pub extern "C" fn answer() -> i32 {
    let code = "import json, _decimal; print(json.dumps(str(_decimal.Decimal(1) / 4)), flush=True)";
    let start = pyembed::MainPythonInterpreter::new(default_python_config()).map_err(|error| error.report());
    let outcome = start.and_then(|python| python.run_code(code).map_err(|error| error.to_string()));
    outcome.map_or_else(|text| { eprintln!("{text}"); 1 }, |_| 0)
}
END
    cat >main.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **words) {
    void *library = dlopen(words[1], RTLD_NOW | RTLD_GLOBAL);
    int (*answer)(void) = library ? (int (*)(void))dlsym(library, "answer") : 0;
    if (!answer) { fputs(dlerror(), stderr); return 2; }
    return answer() || answer();
}
END
    build .
    cc -o main main.c -ldl
    [ "$(env -i ./main "$CARGO_TARGET_DIR/debug/liblibrary.so" 2>"$work/log")" = $'"0.25"\n"0.25"' ] ||
        { cat "$work/log" >&2; exit 1; }
fi

echo "a build script that packs by itself: no command is installed"
mkdir -p "$work/alone/src"
cd "$work/alone"
cat >Cargo.toml <<'END'
[package]
name = "alone"
edition = "2024"

[dependencies]
pyembed = { version = "0.1", package = "pyox-embed", features = ["cpython-link-unresolved-static", "virtual-files"] }

[build-dependencies]
pyox-build = { version = "0.1", features = ["packaging"] }
END
cat >build.rs <<'END'
use pyox_build::packaging::{Inputs, Silent};

fn main() -> Result<(), pyox_build::Error> {
    pyox_build::make_and_link(|request| request.inputs = Inputs::new("app.py"), &mut Silent)
}
END
cp ../project/app.py ../project/greeting.py .
cp ../project/src/main.rs src
start=$SECONDS
PATH=${PATH#"$work/bin:"} build .
runs "changed Bob" "$CARGO_TARGET_DIR/debug/alone" Bob
echo "  $((SECONDS - start)) s"

echo "rust_examples: the examples of the manual"
cd "$here"
cargo build --quiet --package rust_examples
while read -r id expected; do
    runs "$expected" "$CARGO_TARGET_DIR/debug/rust_examples" "rust-example-$id"
done <<'END'
01 runs
03 os OxidizedFinder
04 error: the resources of the program hold no boot code
05 hello, world
06 answer
07 then Python
08 error: the launcher is built without the allocator jemalloc: pyox-embed has it with the feature jemalloc
09 42
END
example() { "$CARGO_TARGET_DIR/debug/rust_examples" "rust-example-$@"; }
[ "$(example 02 "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')")" = "os SourceFileLoader" ]
[ "$(example 05 | sort)" = $'hello, world\npython code executed successfully\npython error: SyntaxError' ]
[ "$(example 07)" = $'Rust comes first\nthen Python' ]

echo "hosts: a command, plug-ins, a server, a bridge"
mkdir "$work/examples" "$work/docs"
cp -r "$root/docs/embedding" "$work/docs"
cp -r "$root/examples/hosts" "$work/examples"
rm -rf "$work/examples/hosts/target"
cd "$work/examples/hosts"
sed -i '/^# These crates are not in the registry/,/^$/d' Cargo.toml
wc -l src/bin/*.rs | awk '$1 > 120 && $2 != "total" { print $2 " has " $1 " lines"; failed = 1 } END { exit failed }'
build .
cargo --config "$settings" test --quiet --doc
cd "$work"
host() { sh "$root/crates/test-support/src/hide.sh" "$work" "${pythons[@]}" -- env -i "$CARGO_TARGET_DIR/debug/$@"; }
printf 'a\nb\n' >old && printf 'a\nc\n' >new
[ "$(host compare old new || [ $? = 1 ])" = $'--- old\n+++ new\n@@ -1,2 +1,2 @@\n a\n-b\n+c' ]
[ "$(host compare --lines old)" = 2 ]
printf 'import host, json\nhost.say(json.dumps([host.VERSION]))\n' >good.py
printf 'while True:\n    pass\n' >endless.py
printf 'def f():\n    1 / 0\nf()\n' >broken.py
if host plugins 1 good.py endless.py broken.py >printed 2>errors; then exit 1; fi
[ "$(cat printed)" = $'plug-in: [1]\ngood.py: done\nendless.py: stopped after 1 s\nbroken.py: exit status: 1' ]
grep -q 'line 2, in f' errors && [ "$(tail -n 1 errors)" = "ZeroDivisionError: division by zero" ]
printf '%s\n' '1 greet {"name": "Ada"}' '2 version' '3 count {"to": 2}' '4 nothing {}' | host bridge | sort >printed
[ "$(cat printed)" = $'1 ok "Hello, Ada!"\n2 ok "0.0.0"\n3 ok 2\n4 error LookupError: there is no command nothing
event counted 0\nevent counted 1' ]
host server >address &
while [ ! -s address ]; do sleep 0.1; done
python3 - "$(cat address)" <<'END'
import concurrent.futures, json, sys, time, urllib.error, urllib.request

def get(path):
    return json.load(urllib.request.urlopen(sys.argv[1] + path, timeout=30))

start = time.monotonic()
with concurrent.futures.ThreadPoolExecutor() as pool:
    slow = [pool.submit(get, f"/slow{number}") for number in range(4)]
    assert get("/fast") == {"path": "/fast", "main thread": False}
    assert not any(answer.done() for answer in slow), "a slow answer stops a fast one"
assert [answer.result()["path"] for answer in slow] == [f"/slow{number}" for number in range(4)]
assert time.monotonic() - start < 2, "one slow answer after the other"
try:
    get("/error")
except urllib.error.HTTPError as error:
    assert (error.code, error.read()) == (500, b"ValueError: no answer"), error
else:
    raise SystemExit("an exception is no error")
get("/stop")
END
wait $!
