//! Every setting of the interpreter: set, packed, and seen in the running program.

use std::path::Path;
use std::process::{Command, Stdio};

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_interpreter_config::InterpreterConfig;
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::{pythons, sample};

mod table;

use table::{CASES, Case};

/// Prints what its argument comes to.
const PROBE: &str = "import builtins, os, sys
def configs():
    import _testinternalcapi
    return _testinternalcapi.get_configs()
def config(name):
    return configs()['config'][name]
def pre(name):
    return configs()['pre_config'][name]
def allocators():
    try:
        from _testinternalcapi import pymem_getallocatorsname
    except ImportError:
        from _testcapi import pymem_getallocatorsname
    try:
        return pymem_getallocatorsname()
    except RuntimeError:
        return 'of the program'
def ignored(signal):
    [mask] = [line.split()[1] for line in open('/proc/self/status') if line.startswith('SigIgn')]
    return int(mask, 16) >> signal - 1 & 1
origin = os.path.dirname(os.path.realpath(__file__[:-len('/app/probe.py')]))
for expression in sys.argv[1:]:
    print(eval(expression))
";

/// Packs the probe.
fn pack(place: &Place, python: &Installed, settings: &[&str]) -> Outcome {
    let mut command = place.command(["pack", "--quiet", "--python"]);
    command.arg(python.executable()).args(["probe.py", "--include", "_testinternalcapi", "--include", "_testcapi"]);
    Outcome::of(command.args(settings.iter().flat_map(|setting| ["--config", setting])))
}

/// Starts a program without settings for Python in its environment.
fn start(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PYTHON")) {
        command.env_remove(name);
    }
    for name in ["TERMINFO_DIRS", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").args(arguments).current_dir("/").stdin(Stdio::null());
    command
}

fn probe(place: &Place, arguments: &[&str]) -> Outcome {
    Outcome::of(&mut start(&place.path("probe"), arguments))
}

/// Whether `python` itself crashes when it has written the statistics of its memory, as that of 3.12.1 does.
fn crashes_with_statistics(python: &Installed) -> bool {
    Outcome::of(start(python.executable(), &["-c", "pass"]).env("PYTHONMALLOCSTATS", "1")).status.is_none()
}

/// What is wrong with one setting.
fn failure(case: &Case, place: &Place, python: &Installed) -> Option<String> {
    let packed = pack(place, python, case.settings);
    let has_it = python.minor().1 >= case.since;
    if !has_it {
        let version = format!("Python 3.{} has no setting", python.minor().1);
        let is_told = packed.status == Some(1) && packed.stderr.contains(&version) && packed.stderr.contains("hint: ");
        return (!is_told).then(|| format!("{:?}: {packed:?}", case.settings));
    }
    if packed.status != Some(0) {
        return Some(format!("{:?}: {packed:?}", case.settings));
    }
    let outcome = probe(place, &[case.expression]);
    let crashes = case.settings.contains(&"malloc_stats=true") && crashes_with_statistics(python);
    let is_seen = (outcome.status == Some(0) || crashes) && outcome.stdout.trim_end() == case.expected;
    (!is_seen).then(|| format!("{:?}: {} is not {}: {outcome:?}", case.settings, case.expression, case.expected))
}

#[test]
fn each_is_seen_in_the_running_interpreter() {
    pythons::for_each_python("settings", |python| {
        let place = Place::with(&[("probe.py", PROBE)]);
        let failures: Vec<_> =
            sample::half(CASES).into_iter().filter_map(|case| failure(case, &place, python)).collect();
        anyhow::ensure!(failures.is_empty(), "{}", failures.join("\n"));
        Ok(())
    });
}

#[test]
fn a_program_runs_what_its_mode_says() {
    pythons::for_each_python("run modes", |python| {
        let place = Place::with(&[("script.py", "import sys\nprint('file', __name__, sys.argv[1:])\n")]);
        for (settings, input, expected) in [
            (&["run_mode=repl"][..], "print(6 * 7)\n", "42\n"),
            (&["run_mode=none"], "print(1)\n", ""),
            (&["run_mode=eval:import sys; print('code', sys.argv[1:])"], "", "code ['a']\n"),
            (&["run_mode=module:this_is_a_module"], "", "module __main__\n"),
            (&["run_mode=file:$ORIGIN/script.py"], "", "file __main__ ['a']\n"),
            (&["run_mode=none", "run_command=print('command')"], "", "command\n"),
            (&["run_mode=none", "run_module=this_is_a_module"], "", "module __main__\n"),
            (&["run_mode=none", "run_filename=$ORIGIN/script.py"], "", "file __main__ ['a']\n"),
            (&["run_mode=eval:print('one')", "inspect=true"], "print('two')\n", "one\ntwo\n"),
        ] {
            place.write("lib/this_is_a_module.py", "print('module', __name__)\n");
            let mut command = place.command(["pack", "--quiet", "--package-root", "lib", "-o", "program", "--python"]);
            command.arg(python.executable()).args(settings.iter().flat_map(|setting| ["--config", setting]));
            Outcome::of(&mut command).succeeds();
            place.write("input", input);
            let stdin = std::fs::File::open(place.path("input"))?;
            let outcome = Outcome::of(start(&place.path("program"), &["a"]).stdin(stdin));
            // The interactive interpreter writes its prompt, where it is asked to be one.
            anyhow::ensure!(outcome.status == Some(0), "{settings:?}: {outcome:?}");
            anyhow::ensure!(
                outcome.stdout.replace(">>> ", "").trim_end() == expected.trim_end(),
                "{settings:?}: {outcome:?}"
            );
        }
        Ok(())
    });
}

#[test]
fn options_are_read_where_that_is_asked_for() {
    pythons::for_each_python("parse_argv", |python| {
        let place = Place::with(&[("probe.py", PROBE)]);
        let python_like =
            ["pack", "--quiet", "-o", "python", "--config", "run_mode=repl", "--config", "config_profile=python"];
        Outcome::of(place.command(python_like).arg("--python").arg(python.executable())).succeeds();
        let code = ["-O", "-c", "import sys; print(sys.flags.optimize, sys.argv)", "x"];
        Outcome::of(&mut start(&place.path("python"), &code)).prints("1 ['-c', 'x']\n");
        let outcome = Outcome::of(start(&place.path("python"), &["-m", "json.tool", "--help"]).env("COLUMNS", "80"));
        anyhow::ensure!(outcome.status == Some(0) && outcome.stdout.starts_with("usage: "), "{outcome:?}");
        pack(&place, python, &["parse_argv=true"]).succeeds();
        Outcome::of(&mut start(&place.path("probe"), &["-OO"])).prints("");
        Ok(())
    });
}

#[test]
fn modules_are_imported_from_files_alone() {
    pythons::for_each_python("oxidized_importer", |python| {
        let place = Place::new();
        let library = format!("module_search_paths={}", python.stdlib_dir().display());
        let code =
            "run_mode=eval:import sys, json; print([f for f in sys.meta_path if 'Oxidized' in repr(f)], json.__file__)";
        let mut command = place.command(["pack", "--quiet", "-o", "program", "--config", "oxidized_importer=false"]);
        command.args(["--config", code, "--config", &library, "--python"]).arg(python.executable());
        Outcome::of(&mut command).succeeds();
        let file = python.stdlib_dir().join("json/__init__.py");
        Outcome::of(&mut start(&place.path("program"), &[])).prints(&format!("[] {}\n", file.display()));
        // A program that would find nothing says so.
        let mut command = place.command(["pack", "--quiet", "-o", "program", "--config", "oxidized_importer=false"]);
        command.args(["--config", code, "--config", "module_search_paths=$ORIGIN/nothing", "--python"]);
        Outcome::of(command.arg(python.executable())).succeeds();
        let outcome = Outcome::of(&mut start(&place.path("program"), &[]));
        let is_told = outcome.status == Some(1) && outcome.stderr.contains("no standard library");
        anyhow::ensure!(is_told, "{outcome:?}");
        Ok(())
    });
}

#[test]
fn imported_modules_are_written_when_the_program_ends() {
    pythons::for_each_python("write_modules_directory_env", |python| {
        let place = Place::with(&[("probe.py", PROBE)]);
        pack(&place, python, &["write_modules_directory_env=LIST_OF_MODULES"]).succeeds();
        Outcome::of(&mut start(&place.path("probe"), &["__import__('json').__name__"])).prints("json\n");
        anyhow::ensure!(!place.path("a").exists());
        for _ in 0..2 {
            let mut command = start(&place.path("probe"), &["__import__('json').__name__"]);
            Outcome::of(command.env("LIST_OF_MODULES", place.path("a/b"))).prints("json\n");
        }
        let files: Vec<_> = std::fs::read_dir(place.path("a/b"))?.flatten().map(|file| file.path()).collect();
        anyhow::ensure!(files.len() == 2, "{files:?}");
        let text = std::fs::read_to_string(&files[0])?;
        let lines: Vec<_> = text.lines().collect();
        anyhow::ensure!(lines.is_sorted() && ["encodings", "json"].iter().all(|name| lines.contains(name)), "{text}");
        Ok(())
    });
}

#[test]
fn what_python_writes_at_its_very_end_is_written() {
    pythons::for_each_python("fast_exit", |python| {
        if crashes_with_statistics(python) {
            return Ok(());
        }
        let place = Place::with(&[("probe.py", PROBE)]);
        let statistics = |place: &Place, variables: &[(&str, &str)]| {
            let outcome = Outcome::of(start(&place.path("probe"), &[]).envs(variables.iter().copied()));
            // Python also writes some when it fills an arena for the first time.
            outcome.stderr.matches("Small block threshold").count()
        };
        pack(&place, python, &["malloc_stats=true"]).succeeds();
        anyhow::ensure!(statistics(&place, &[]) > 0);
        let variable = [("PYTHONMALLOCSTATS", "1")];
        pack(&place, python, &["config_profile=python", "fast_exit=false"]).succeeds();
        let slow = statistics(&place, &variable);
        pack(&place, python, &["config_profile=python", "fast_exit=true"]).succeeds();
        let fast = statistics(&place, &variable);
        anyhow::ensure!(fast < slow, "{fast} {slow}");
        Ok(())
    });
}

#[test]
fn none_is_forgotten() {
    let source = [include_str!("settings/table.rs"), include_str!("settings.rs")].concat();
    for setting in InterpreterConfig::SETTINGS {
        let is_tried = source.contains(&format!("{}=", setting.name));
        assert!(is_tried || NOT_IN_ANY.contains(&setting.name), "{} is set by no test", setting.name);
    }
}

/// What CPython calls otherwise.
const NAMES_IN_C: [(&str, &str); 6] = [
    ("dev_mode", "development_mode"),
    ("faulthandler", "fault_handler"),
    ("pythonpath_env", "python_path_env"),
    ("skip_source_first_line", "skip_first_source_line"),
    ("warnoptions", "warn_options"),
    ("xoptions", "x_options"),
];

/// What is no setting: what comes with one, the arguments, which an interpreter is given, and what CPython writes itself or
/// has on other systems only.
const NO_SETTINGS: [&str; 5] = ["use_hash_seed", "module_search_paths_set", "argv", "sys_path_0", "use_system_logger"];

#[test]
fn every_field_in_the_headers_of_c_is_a_setting() {
    pythons::for_each_python("fields of PyConfig", |python| {
        let (major, minor) = python.minor();
        let prefix = python.executable().ancestors().nth(2).unwrap_or(Path::new("/"));
        let header = prefix.join(format!("include/python{major}.{minor}/cpython/initconfig.h"));
        let text = std::fs::read_to_string(&header)?;
        // Both structures begin with this field; before them is what functions return.
        let text = text.split_once("_config_init").map_or("", |(_, structures)| structures);
        let types = ["int ", "unsigned long ", "wchar_t *", "PyWideStringList "];
        let mut known = 0;
        for line in text
            .lines()
            .filter_map(|line| Some(line.strip_prefix("    ")?.split_once(';')?.0).filter(|line| !line.ends_with(')')))
        {
            // Parameters of functions are in lines of their own, too.
            let Some(field) = types.iter().find_map(|kind| line.strip_prefix(kind)) else { continue };
            let name = NAMES_IN_C.iter().find(|(c, _)| *c == field).map_or(field, |(_, name)| name);
            let is_setting = InterpreterConfig::SETTINGS.iter().any(|setting| setting.name == name);
            let is_internal = field.starts_with('_') || NO_SETTINGS.contains(&field);
            anyhow::ensure!(is_setting || is_internal, "{field} of {}", header.display());
            known += usize::from(is_setting);
        }
        anyhow::ensure!(known > 50, "only {known} fields of {}", header.display());
        Ok(())
    });
}

/// What only Pythons have that the tests do not run on: of 3.14 and later, without the GIL, or built for debugging.
const NOT_IN_ANY: [&str; 8] = [
    "context_aware_warnings",
    "enable_gil",
    "lazy_imports",
    "pymalloc_hugepages",
    "remote_debug",
    "run_presite",
    "thread_inherit_context",
    "tlbc_enabled",
];
