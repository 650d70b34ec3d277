//! What is said of the interpreter, and what the program makes of it.

use std::process::Stdio;

use pyox_distribution::Host as _;
use pyox_test_support::place::{Outcome, Place, python};

use crate::support::{built, command, configuration, printed, run, says};

/// Each as it is assigned, and as `pack --config` takes it.
const SETTINGS: &[(&str, &str)] = &[
    ("allocator_debug = True", "allocator_debug=true"),
    ("argvb = True", "argvb=true"),
    ("buffered_stdio = False", "buffered_stdio=false"),
    ("bytes_warning = \"warn\"", "bytes_warning=warn"),
    ("check_hash_pycs_mode = \"never\"", "check_hash_pycs_mode=never"),
    ("coerce_c_locale = \"C\"", "coerce_c_locale=C"),
    ("configure_locale = False", "configure_locale=false"),
    ("filesystem_encoding = \"latin-1\"", "filesystem_encoding=latin-1"),
    ("hash_seed = 42", "hash_seed=42"),
    ("home = \"$ORIGIN/home\"", "home=$ORIGIN/home"),
    ("inspect = True", "inspect=true"),
    ("module_search_paths = [\"$ORIGIN/lib\", \"é\"]", "module_search_paths=$ORIGIN/lib module_search_paths=é"),
    ("optimization_level = 1", "optimization_level=1"),
    ("oxidized_importer = True", "oxidized_importer=true"),
    ("site_import = True", "site_import=true"),
    ("sys_frozen = True", "sys_frozen=true"),
    ("sys_meipass = True", "sys_meipass=true"),
    ("terminfo_resolution = \"static:/a:/b\"", "terminfo_resolution=static:/a:/b"),
    ("tracemalloc = 3", "tracemalloc=3"),
    ("use_environment = True", "use_environment=true"),
    ("utf8_mode = True", "utf8_mode=true"),
    ("verbose = 0", "verbose=0"),
    ("warn_options = [\"ignore\", \"error::BytesWarning\"]", "warn_options=ignore warn_options=error::BytesWarning"),
    ("write_bytecode = False", "write_bytecode=false"),
    ("write_modules_directory_env = \"NAMES\"", "write_modules_directory_env=NAMES"),
    ("x_options = [\"dev\"]", "x_options=dev"),
    ("raw_allocator = \"rust\"", "raw_allocator=rust"),
];

#[test]
fn settings_are_those_of_pack() {
    let place = Place::new();
    let mut before = "policy.include_distribution_resources = True\nconfig.run_mode = \"eval:pass\"\n".to_owned();
    SETTINGS.iter().for_each(|(assignment, _)| before += &format!("config.{assignment}\n"));
    place.write("pyoxidizer.bzl", configuration(python(), &before, ""));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let mut pack = command(&place, ["pack", "--no-venv", "--code", "pass", "-o", "packed", "--python"]);
    pack.arg(python().executable());
    let settings = SETTINGS.iter().flat_map(|(_, settings)| settings.split(' '));
    pack.args(settings.flat_map(|setting| ["--config", setting]));
    Outcome::of(&mut pack).succeeds();
    assert!(std::fs::read(built(&place, "exe").join("app")).unwrap() == place.read("packed"));
}

#[test]
fn a_program_without_settings_is_as_the_manual_says() {
    let place = Place::with(&[(
        "probe.py",
        "import sys, uuid\nprint([name for name in ('frozen', '_MEIPASS', 'argvb') if hasattr(sys, name)],\n\
         \x20   'site' in sys.modules, sys.oxidized, type(sys.meta_path[1]).__name__, uuid.__package__ == '',\n\
         \x20   sys.flags.isolated, sys.executable)\n",
    )]);
    let lines = "exe.add_python_resources(exe.read_package_root(CWD, [\"probe\"]))\n";
    place.write("pyoxidizer.bzl", configuration(python(), "config.run_mode = \"module:probe\"\n", lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let program = built(&place, "exe").join("app").canonicalize().unwrap();
    assert_eq!(says(&program, &[]), format!("[] False True OxidizedFinder True 1 {}\n", program.display()));
}

#[test]
fn without_settings_a_program_is_the_interactive_interpreter() {
    let place = Place::new();
    place.write("pyoxidizer.bzl", configuration(python(), "", ""));
    for (input, status, output) in [("print(6 * 7)\n", 0, "42\n"), ("print(1)\nnothing\n", 1, "1\n")] {
        place.write("input", input);
        let stdin = std::fs::File::open(place.path("input")).unwrap();
        let outcome = Outcome::of(command(&place, ["run", "--quiet"]).stdin(Stdio::from(stdin)));
        assert_eq!(
            (outcome.status, outcome.stdout.replace(">>> ", "")),
            (Some(status), output.to_owned()),
            "{outcome:?}"
        );
    }
}

#[test]
fn search_paths_turn_the_importer_of_files_on() {
    let lines = printed(
        "config.filesystem_importer = False\nconfig.module_search_paths = []\nprint(config.filesystem_importer)\n\
         config.module_search_paths = [\"$ORIGIN/lib\"]\nprint(config.filesystem_importer)\n\
         config.filesystem_importer = False\nprint(config.filesystem_importer)\n",
    );
    assert_eq!(lines, ["False", "True", "False"]);
    let place = Place::with(&[("build/x86_64-unknown-linux-gnu/debug/exe/lib/beside.py", "")]);
    let before = "config.module_search_paths = [\"$ORIGIN/lib\"]\n\
        config.run_mode = \"eval:import importlib.util as u; print(u.find_spec('beside') is not None)\"\n";
    let note = "module_search_paths is set, and filesystem_importer = False: nothing looks there";
    for (more, is_found) in [("", "True\n"), ("config.filesystem_importer = False\n", "False\n")] {
        place.write("pyoxidizer.bzl", configuration(python(), &format!("{before}{more}"), ""));
        let outcome = run(&place, ["build"]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(outcome.stderr.contains(note), is_found == "False\n", "{outcome:?}");
        assert_eq!(says(&built(&place, "exe").join("app"), &[]), is_found);
    }
}

#[test]
fn what_cannot_be_of_an_interpreter_is_said_where_it_is_built() {
    let place = Place::new();
    let fails = |before: &str| {
        place.write("pyoxidizer.bzl", configuration(python(), before, ""));
        let outcome = run(&place, ["build", "--quiet"]);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        outcome.stderr
    };
    let error = fails("config.run_mode = \"repl\"\nconfig.run_command = \"pass\"\n");
    assert!(
        error.contains("run_mode and run_command are both set\nhint: leave out run_mode or run_command"),
        "{error}"
    );
    let error = fails("config.oxidized_importer = False\n");
    assert!(error.contains("cannot build the target exe ("), "{error}");
}
