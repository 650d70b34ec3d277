//! Nothing that a command reads is replaced by what it writes, and what belongs together is put into place together.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_packed_resources::{EntryFlags, FieldKind, Value, Writer};
use pyox_test_support::command::cache;
use pyox_test_support::mount::Mount;
use pyox_test_support::place::{Outcome, Place, launcher, python, python_path};

const SCRIPT: (&str, &str) = ("hello.py", "import helper\nprint('hello')\n");

#[test]
fn no_output_of_pack_replaces_an_input() {
    let place = Place::with(&[
        SCRIPT,
        ("helper.py", ""),
        ("requirements.txt", "-r more.txt\n"),
        ("more.txt", "no-such-project-of-pyox\n"),
        ("order.txt", "json\n"),
        ("root/pkg/__init__.py", ""),
        ("root/pkg/data.txt", "data"),
        ("project/pyproject.toml", "[project]\nname = 'p'\nversion = '1'\n"),
        ("venv/pyvenv.cfg", "home = /usr/bin\n"),
    ]);
    place.write("launcher", std::fs::read(launcher()).expect("a launcher"));
    symlink("hello.py", place.path("link")).expect("a link");
    std::fs::hard_link(place.path("hello.py"), place.path("hard")).expect("a link");
    let library = python().stdlib_dir().join("os.py").display().to_string();
    let own = |output: &[&str], words: &[&str]| {
        place.fails([&["hello.py"], output].concat(), &[&["refusing to overwrite the input"], words].concat());
    };
    for name in ["hello.py", "./root/../hello.py", "link", "hard"] {
        for option in ["-o", "--report", "--resource-file"] {
            // An existing resource file is read: it is of another kind.
            if option == "--resource-file" {
                place.fails(["hello.py", option, name], &["cannot use the resource file"]);
            } else {
                own(&[option, name], &[name, "the source hello.py"]);
            }
        }
    }
    for option in ["-o", "--report"] {
        own(&[option, "helper.py"], &["helper.py", "the directory of the source"]);
        own(&[option, &library], &["the Python"]);
        own(&[option, python_path()], &["the Python"]);
        own(&[option, launcher()], &["the cache"]);
        own(&[option, "launcher", "--launcher", "launcher"], &["the launcher"]);
        own(&[option, "order.txt", "--import-order", "order.txt"], &["the import order order.txt"]);
        // Before the long work: pip would fail.
        let requirements = ["--requirements", "requirements.txt"];
        own(&[&[option, "requirements.txt"], &requirements[..]].concat(), &["a requirement requirements.txt"]);
        own(&[&[option, "more.txt"], &requirements[..]].concat(), &["a requirement more.txt"]);
        own(&[option, "root/pkg/data.txt", "--package-root", "root"], &["a file in the package root root"]);
        own(&[option, "venv/pyvenv.cfg", "--venv", "venv"], &["a file in the virtualenv venv"]);
        let project = ["project", option, "project/pyproject.toml"];
        place.fails(project, &["refusing to overwrite the input", "a file in the source project"]);
        let local = ["hello.py", "--pip", "./project", option, "project/pyproject.toml"];
        place.fails(local, &["refusing to overwrite the input", "a requirement"]);
    }
}

#[test]
fn outputs_of_pack_do_not_replace_each_other() {
    let place = Place::with(&[SCRIPT, ("helper.py", ""), ("root/pkg/__init__.py", "")]);
    symlink(".", place.path("here")).expect("a link");
    let fails = |arguments: &[&str], words: &[&str]| {
        // Before the long work: pip would fail.
        place.fails([&["hello.py", "--pip", "no-such-project-of-pyox"], arguments].concat(), words);
    };
    fails(&["-o", "x", "--report", "./x"], &["the report ./x would replace the program x"]);
    fails(&["--report", "here/hello"], &["the report here/hello would replace the program hello"]);
    fails(&["-o", "x", "--resource-file", "here/x"], &["the program x would replace the resource file here/x"]);
    fails(&["--report", "x", "--resource-file", "x"], &["the report x would replace the resource file x"]);
    let beside = ["--package-root", "root", "--location", "pkg=filesystem-relative:lib"];
    for option in ["--report", "--resource-file"] {
        fails(&[&beside[..], &[option, "lib"]].concat(), &["lib would replace"]);
    }
    fails(
        &[&beside[..], &["-o", "lib"]].concat(),
        &["the directory beside the program ./lib would replace the program lib"],
    );
}

#[test]
fn what_an_earlier_run_wrote_may_be_replaced() {
    let place = Place::with(&[("app/__main__.py", "print('app')\n"), ("app/data.txt", "")]);
    for _ in 0..2 {
        place.pack(["app", "-o", "app/program", "--report", "app/report.json"]).succeeds();
        place.program("app/program", &[]).prints("app\n");
    }
    // What is not named is not taken from a person.
    let place = Place::with(&[("hello.py", "print('hello')\n"), ("hello", "mine")]);
    let outcome = place.pack(["hello.py"]).succeeds();
    assert!(outcome.stderr.contains("packed hello.bin"), "{outcome:?}");
    assert_eq!(place.read("hello"), b"mine");
    place.write("hello.bin", "mine, too");
    place.fails(["hello.py"], &["hello and hello.bin exist", "-o"]);
}

/// A file of packed resources with a module `pkg`, and a file `named` in another one.
fn blob(place: &Place, name: &str, named: &str) {
    let mut writer = Writer::new();
    writer.entry("pkg").flag(EntryFlags::MODULE).field(FieldKind::Source, b"new".to_vec());
    writer.entry("cache").keyed(FieldKind::CacheFile, name, b"new".to_vec());
    writer.entry("data").keyed(FieldKind::PackageResource, "x", Value::file(named));
    place.write(name, writer.to_vec().expect("a blob"));
}

#[test]
fn no_output_of_other_commands_replaces_an_input() {
    let place = Place::with(&[("data/x", "value"), ("pkg.py", "old")]);
    blob(&place, "blob", "data/x");
    symlink("blob", place.path("link")).expect("a link");
    let fails = |arguments: &[&str]| {
        let words = ["refusing to overwrite the input", "the file"];
        place.command_fails(&mut place.command(["resources"].iter().chain(arguments)), &words);
    };
    fails(&["extract", "blob", "--force", "-o", "."]);
    fails(&["extract", "blob", "data", "--force", "-o", "."]);
    for output in ["blob", "link", "data/x"] {
        fails(&["convert", "blob", "--allow-loss", "all", "-o", output]);
    }
    let built = place.run(["launcher", "build", "--python", python_path(), "-o", "out"]).succeeds().stdout;
    let name = Path::new(built.trim_end()).file_name().expect("a name").to_owned();
    let copies = cache().join("launchers");
    let kept = copies.join(&name);
    std::fs::write(&kept, "of the cache").expect("a file");
    let build = ["launcher", "build", "--python", python_path(), "-o", copies.to_str().expect("UTF-8")];
    place.command_fails(&mut place.command(build), &["refusing to overwrite the input", "the cache"]);
    std::fs::remove_file(kept).expect("removed");
    // Through a link, the file behind it stays.
    let kept = place.write("kept", "kept");
    let copy = place.path("out").join(&name);
    std::fs::remove_file(&copy).expect("removed");
    symlink(kept, copy).expect("a link");
    place.run(["launcher", "build", "--python", python_path(), "-o", "out"]).succeeds();
    assert_eq!(place.read("kept"), b"kept");
}

/// A package, a script that uses it, and the arguments that place it beside the program.
fn beside() -> (Place, Vec<&'static str>) {
    let place = Place::with(&[
        ("src/app.py", "import pkg\nprint(pkg.VALUE, open(pkg.__file__.replace('__init__.py', 'data.txt')).read())\n"),
        ("src/pkg/__init__.py", "VALUE = 1\n"),
        ("src/pkg/data.txt", "one"),
        ("out/.keep", ""),
    ]);
    let arguments = vec!["src/app.py", "-o", "out/app", "--location", "pkg=filesystem-relative:lib/deep"];
    (place, arguments)
}

fn change(place: &Place) {
    place.write("src/pkg/__init__.py", "VALUE = 2\n");
    place.write("src/pkg/data.txt", "two");
}

#[test]
fn files_of_others_beside_the_program_stay() {
    let (place, pack) = beside();
    place.write("out/lib/deep/pkg/data.txt", "mine");
    place.fails(&pack, &["lib/deep/pkg/data.txt is another file than that to be written", "remove it", "--location"]);
    place.write("out/lib/deep/pkg/data.txt", "one");
    place.write("out/lib/deep/pkg/other.txt", "mine");
    let inode = |place: &Place| std::fs::metadata(place.path("out/lib/deep/pkg/data.txt")).expect("a file").ino();
    let kept = inode(&place);
    place.pack(&pack).succeeds();
    assert_eq!(inode(&place), kept, "what is the same is not written again");
    place.program("out/app", &[]).prints("1 one\n");
    // Another program that shares the directory needs the same versions.
    change(&place);
    let other: Vec<&str> = pack.iter().map(|word| if *word == "out/app" { "out/other" } else { word }).collect();
    place.fails(&other, &["is another file than that to be written"]);
    place.program("out/app", &[]).prints("1 one\n");
    // The program itself may have new ones.
    place.pack(&pack).succeeds();
    place.program("out/app", &[]).prints("2 two\n");
    assert_eq!(place.read("out/lib/deep/pkg/other.txt"), b"mine");
    // Never those that it is made of.
    let sources = ["src/app.py", "-o", "program", "--location", "pkg=filesystem-relative:src"];
    place.fails(sources, &["refusing to overwrite the input", "src/pkg/"]);
}

/// The files, without what is left aside of a process that was killed.
fn files(place: &Place) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut files = place.snapshot();
    files.retain(|path, _| {
        !path.components().any(|part| part.as_os_str().to_string_lossy().starts_with(".pyoxidizer-"))
    });
    files
}

/// Runs `pack` under strace, which injects something into system calls.
fn injected(place: &Place, inject: &str, arguments: &[&str]) -> Outcome {
    let pack = place.pack_command(arguments);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", inject]).arg(pack.get_program()).args(pack.get_args());
    command.current_dir(place.path(""));
    for (name, value) in pack.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Outcome::of(&mut command)
}

#[test]
fn a_failure_at_any_move_leaves_everything_as_it_was() {
    let (place, mut pack) = beside();
    pack.extend(["--report", "report.json"]);
    place.pack(&pack).succeeds();
    change(&place);
    pack.extend(["--resource-file", "out/shared"]);
    // What is not yet in the cache moves files, too.
    place.pack([&pack[..], &["--report", "../other.json", "-o", "../other"]].concat());
    let before = files(&place);
    let mut failures = 0;
    for number in 1.. {
        let outcome = injected(&place, &format!("inject=rename,renameat,renameat2:error=EIO:when={number}"), &pack);
        if outcome.status == Some(0) {
            break;
        }
        failures += 1;
        assert!(outcome.stderr.contains("Input/output error"), "{number}: {outcome:?}");
        assert!(files(&place) == before, "{number}: {outcome:?}");
        assert!(place.snapshot().len() == before.len(), "{number}: something is left");
    }
    assert!(failures >= 6, "{failures} moves: resource file, three files beside, program, report");
    place.program("out/app", &[]).prints("2 two\n");
    assert!(place.path("out/shared").exists());
}

#[test]
fn a_kill_while_files_are_written_leaves_everything_as_it_was() {
    let (place, mut pack) = beside();
    pack.extend(["--report", "report.json"]);
    place.pack(&pack).succeeds();
    let mut prints = "1 one\n".to_owned();
    let (mut kills, mut kept) = (0, 0);
    // From the first bytes that are written to the last ones, which are the summary, and when the first file is moved.
    let writes = [1, 2, 3, 4, 6, 8, 12, 16].map(|number| format!("write:signal=KILL:when={number}"));
    for (number, inject) in writes.into_iter().chain(["rename:signal=KILL:when=1".to_owned()]).enumerate() {
        place.write("src/pkg/__init__.py", format!("VALUE = 'new {number}'\n"));
        place.write("src/pkg/data.txt", number.to_string());
        let (before, report) = (files(&place), place.read("report.json"));
        let outcome = injected(&place, &format!("inject={inject}"), &pack);
        kills += u32::from(outcome.status != Some(0));
        let now = place.program("out/app", &[]).succeeds().stdout;
        if now == prints {
            kept += 1;
            assert!(files(&place) == before, "{inject}");
            continue;
        }
        prints = format!("new {number} {number}\n");
        assert_eq!(now, prints, "{inject}");
        assert!(place.read("report.json") != report, "{inject}");
    }
    assert!(kills >= 3 && kept >= 2, "{kills} kills, {kept} of them before anything was moved");
    place.pack(&pack).succeeds();
}

#[test]
fn what_a_killed_run_has_left_is_not_packed() {
    let place = Place::with(&[
        ("pkg/__init__.py", ""),
        ("pkg/__main__.py", "import os\nprint('main')\n"),
        ("pkg/.pyoxidizer-left/1", "half a program"),
        ("root/mod/__init__.py", ""),
        ("root/mod/.pyoxidizer-left/1", "half a program"),
    ]);
    place.pack(["pkg", "--package-root", "root", "-o", "program"]).succeeds();
    let list = place.run(["resources", "list", "program"]).succeeds().stdout;
    assert!(list.contains("  pkg.__main__\n") && list.contains("  mod\n"), "{list}");
    assert!(!list.contains(".pyoxidizer-"), "{list}");
}

#[test]
fn a_full_disk_leaves_all_outputs_as_they_were() {
    let (place, mut pack) = beside();
    let Some(_mount) = Mount::tmpfs(&place.path("small"), "size=64k") else { return };
    place.pack(&pack).succeeds();
    change(&place);
    for output in ["--report", "--resource-file"] {
        pack.extend([output, "small/output"]);
        place.fails(&pack, &["cannot write small/output", "No space left", "free some space"]);
        place.program("out/app", &[]).prints("1 one\n");
        pack.truncate(pack.len() - 2);
    }
}

#[test]
fn outputs_have_the_permissions_that_the_umask_allows() {
    let (place, mut pack) = beside();
    pack.extend(["--report", "report.json", "--resource-file", "out/shared"]);
    let command = place.pack_command(&pack);
    let mut masked = Command::new("sh");
    masked.args(["-c", "umask 027; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    masked.current_dir(place.path("")).envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Outcome::of(&mut masked).succeeds();
    let mode = |name: &str| std::fs::metadata(place.path(name)).expect("a file").permissions().mode() & 0o7777;
    assert_eq!(format!("{:o}", mode("out/app")), "750");
    for name in ["report.json", "out/shared", "out/lib/deep/pkg/data.txt"] {
        assert_eq!(format!("{:o}", mode(name)), "640", "{name}");
    }
}
