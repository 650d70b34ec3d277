//! Programs that bring what libraries look for on a system: descriptions of terminals, and certificates.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_distribution::Host as _;
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::pythons;

/// A name that no machine knows, as long as the names of the terminal that it is made of.
const TERMINAL: &str = "pyox-odd-term1";
const MADE_OF: &str = "vt100|vt100-am";

const DRAWS: &str = "import curses, sys
curses.setupterm(sys.argv[1])
print(curses.tigetstr('cup'), curses.tigetnum('cols'))
";

/// A database with that terminal.
fn database(place: &Place) -> PathBuf {
    let directories = ["/lib/terminfo", "/usr/share/terminfo", "/etc/terminfo"].map(Path::new);
    let known = directories.iter().map(|directory| directory.join("v/vt100")).find(|file| file.is_file());
    let mut description = std::fs::read(known.expect("this machine knows the vt100")).expect("it can be read");
    let at = description.windows(MADE_OF.len()).position(|part| part == MADE_OF.as_bytes()).expect("its names");
    description[at..at + TERMINAL.len()].copy_from_slice(TERMINAL.as_bytes());
    place.write(&format!("database/p/{TERMINAL}"), description);
    place.path("database")
}

/// Runs something with nothing in its environment.
fn bare(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir("/");
    command
}

#[test]
fn terminals_that_go_along_are_known_where_the_system_does_not_know_them() {
    for python in pythons::two() {
        let place = Place::with(&[("draws.py", DRAWS)]);
        let database = database(&place);
        let pack = |arguments: &[&str]| {
            let mut command = place.command(["pack", "-q", "draws.py", "--python"]);
            command.arg(python.executable()).args(arguments).env("TERMINFO_DIRS", &database);
            Outcome::of(&mut command)
        };
        pack(&["--terminfo", &format!("{TERMINAL},vt100"), "-o", "brings"]).succeeds();
        pack(&["-o", "without"]).succeeds();
        let script = place.text("draws.py");
        let plain = bare(python.executable()).args([&script, TERMINAL]).env("TERMINFO_DIRS", &database).output();
        let plain = String::from_utf8(plain.expect("Python starts").stdout).expect("text");
        assert!(plain.contains("\\x1b["), "{plain}");
        let run = |name: &str, terminal: &str| Outcome::of(bare(&place.path(name)).arg(terminal));
        assert_eq!(run("brings", TERMINAL).succeeds().stdout, plain);
        // What the system knows comes first, and is there as well.
        assert_eq!(run("brings", "dumb").status, run("without", "dumb").status);
        for (name, terminal) in [("without", TERMINAL), ("brings", "pyox-no-term")] {
            let refused = run(name, terminal);
            assert!(refused.stderr.contains("could not find terminal"), "{refused:?}");
        }

        let refused = pack(&["--terminfo", "xterm,pyox-no-term", "-o", "never"]);
        assert_eq!(refused.status, Some(1), "{refused:?}");
        for words in ["does not know the terminal \"pyox-no-term\"", "hint: ", "ncurses-term"] {
            assert!(refused.stderr.contains(words), "{refused:?}");
        }
        let refused = pack(&["--terminfo", "vt100", "--virtual-files", "off", "-o", "never"]);
        assert!(refused.stderr.contains("leave out --virtual-files off"), "{refused:?}");
        assert!(!place.path("never").exists());
    }
}

const TRUSTS: &str = "import os, ssl, subprocess
context = ssl.create_default_context()
path = os.environ['SSL_CERT_FILE']
def read(text):
    return text.count('BEGIN CERTIFICATE')
seen = subprocess.run('cat $SSL_CERT_FILE', shell=True, capture_output=True, text=True).stdout
print(len(context.get_ca_certs()), read(open(path).read()), read(seen))
";

#[test]
fn certificates_that_go_along_are_trusted_by_the_program_and_can_be_read_by_others() {
    for python in pythons::two() {
        let place = Place::with(&[("trusts.py", TRUSTS)]);
        let pack = |arguments: &[&str]| {
            let mut command = place.command(["pack", "-q", "trusts.py", "--certificates", "bundled", "--python"]);
            Outcome::of(command.arg(python.executable()).args(arguments)).succeeds();
        };
        pack(&["-o", "alone", "--report", "report.json"]);
        pack(&["-o", "with-requests", "--pip", "requests"]);
        let report = String::from_utf8(place.read("report.json")).expect("text");
        assert!(report.contains("certifi/cacert.pem"), "{report}");
        pack(&["-o", "beside", "--location", "certifi=filesystem-relative:lib"]);
        for name in ["alone", "with-requests", "beside"] {
            let numbers = |command: &mut Command| -> Vec<usize> {
                let printed = Outcome::of(command).succeeds().stdout;
                printed.split_whitespace().map(|word| word.parse().expect("a number")).collect()
            };
            let cached = numbers(bare(&place.path(name)).env("XDG_CACHE_HOME", place.path("cache")));
            assert!(cached[0] > 100 && cached.iter().all(|count| *count == cached[0]), "{cached:?}");
            // Nothing can be written: no other program can read them.
            let alone = numbers(bare(&place.path(name)).env("XDG_CACHE_HOME", "/proc/none"));
            assert_eq!((alone[0], alone[1]), (cached[0], cached[0]));
            assert_eq!(alone[2], if name == "beside" { cached[0] } else { 0 });
            let given = bare(&place.path(name)).env("SSL_CERT_FILE", place.path("trusts.py")).output();
            assert!(String::from_utf8_lossy(&given.expect("it starts").stdout).starts_with("0 1 1"));
        }
    }
}
