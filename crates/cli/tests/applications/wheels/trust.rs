//! Cache directories that another user can exchange, also while the program runs: no code of theirs does.
//!
//! Programs run as root and as a second user, in a mount and process namespace; a third user attacks.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use pyox_test_support::{Program, program};

use super::{for_two_pythons, pack};

const ROOT: u32 = 0;
const USER: u32 = 65_533;
const ATTACKER: u32 = 65_534;

/// Imports two extension modules of one package, and waits in between.
const TEXT: &str = "
import os, sys
import bitarray
print('first', bitarray.bitarray('101').count(), os.path.isfile(bitarray.__file__), flush=True)
sys.stdin.readline()
import bitarray.util
print('second', bitarray.util.ba2int(bitarray.bitarray('101')))
";

/// Runs when it is loaded.
const FOREIGN: &str = "
#include <unistd.h>
__attribute__((constructor)) static void run(void) { if (write(1, \"FOREIGN\\n\", 8)) {} }
";

/// A program, and a cache with foreign code that looks as the program's own does.
struct Scene {
    _program: Program,
    directory: tempfile::TempDir,
}

impl Scene {
    /// `None` if this user cannot start programs as others.
    fn new(python: &'static pyox_distribution::Installed) -> Result<Option<Self>> {
        let directory = tempfile::tempdir()?;
        if directory.path().metadata()?.uid() != ROOT {
            return Ok(None);
        }
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755))?;
        let program = pack(python, "bits", TEXT, &["--pip", "bitarray==3.0.0", "--location", "bitarray=cache"])?;
        let scene = Self { _program: program, directory };
        program::copy(&scene._program.executable(), &scene.path("bits"))?;
        scene.forge()?;
        Ok(Some(scene))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Makes a directory that belongs to a user and a group of the same number.
    fn make(&self, name: &str, mode: u32, owner: u32, group: u32) -> Result<PathBuf> {
        let path = self.path(name);
        fs::create_dir(&path)?;
        chown(&path, Some(owner), Some(group))?;
        fs::set_permissions(&path, Permissions::from_mode(mode))?;
        Ok(path)
    }

    /// `forged` is what the program writes, with another library in it that has the same length and time.
    fn forge(&self) -> Result<()> {
        let forged = self.path("forged");
        let (output, _) = self.run(ROOT, ("PYOXIDIZER_PACKAGE_CACHE", &forged), |_| Ok(()))?;
        ensure!(output == ["first 2 True", "second 5"], "{output:?}");
        let found = Command::new("find").arg(&forged).args(["-name", "_util*.so"]).output()?.stdout;
        let library = PathBuf::from(String::from_utf8(found)?.trim());
        let (facts, source) = (library.metadata()?, self.path("foreign.c"));
        fs::write(&source, FOREIGN)?;
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-s", "-o"]).arg(&library).arg(source).status()?;
        ensure!(compiled.success() && library.metadata()?.len() <= facts.len(), "{compiled}");
        let file = fs::OpenOptions::new().write(true).open(&library)?;
        file.set_len(facts.len())?;
        file.set_modified(facts.modified()?)?;
        ensure!(Command::new("chmod").args(["-R", "a+rX"]).arg(&forged).status()?.success());
        Ok(())
    }

    /// Runs the program; `meanwhile` happens between the two imports. Returns its lines and its errors.
    fn run(
        &self,
        user: u32,
        (variable, value): (&str, &Path),
        meanwhile: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<(Vec<String>, String)> {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--mount-proc", "setpriv", "--clear-groups"]);
        command.args([format!("--reuid={user}"), format!("--regid={user}")]).arg(self.path("bits"));
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env(variable, value).current_dir("/");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("standard output")?).lines();
        let mut printed = vec![lines.next().context("the program prints nothing")??];
        meanwhile(self)?;
        child.stdin.take().context("standard input")?.write_all(b"\n")?;
        for line in lines {
            printed.push(line?);
        }
        Ok((printed, String::from_utf8(child.wait_with_output()?.stderr)?))
    }

    /// The attacker takes the place of a directory, with what is forged.
    fn exchange(&self, place: &Path, forged: &str) -> Result<()> {
        self.as_user(
            ATTACKER,
            "mv \"$1\" \"$1.old\"; mkdir -p \"$(dirname \"$1\")\"; cp -a \"$2\" \"$1\"",
            place,
            forged,
        )
    }

    /// What a user cannot do stays undone.
    fn as_user(&self, user: u32, script: &str, place: &Path, forged: &str) -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(place).arg(self.path(forged)).uid(user).gid(user);
        command.current_dir("/").output()?;
        Ok(())
    }
}

#[test]
fn caches_that_others_can_exchange() {
    for_two_pythons("caches that others can exchange", |python| {
        let Some(scene) = Scene::new(python)? else { return Ok(()) };
        let mut failures = Vec::new();
        let mut refused = |user: u32, variable: (&str, &Path), place: &Path, forged: &str, why: &str| {
            let (printed, errors) = scene.run(user, variable, |scene| scene.exchange(place, forged))?;
            let said = errors.contains("RuntimeWarning: bitarray needs files, which cannot be placed in ");
            if printed != ["first 2 True", "second 5"] || !said || !errors.contains(why) {
                failures.push(format!("{} as {user}, {why}: {printed:?} {errors}", place.display()));
            }
            anyhow::Ok(())
        };
        let variable = "PYOXIDIZER_PACKAGE_CACHE";
        let foreign = format!("belongs to another user, whose id is {ATTACKER}");
        let writable = "other users may write to ";
        fs::create_dir_all(scene.path("forged-home/pyoxidizer"))?;
        symlink(scene.path("forged"), scene.path("forged-home/pyoxidizer/packages"))?;

        // Root with the home of a user, as of `sudo` with HOME kept.
        let home = scene.make("home", 0o755, ATTACKER, ATTACKER)?;
        refused(ROOT, ("HOME", &home), &home.join(".cache"), "forged-home", &foreign)?;
        refused(ROOT, ("XDG_CACHE_HOME", &home.join("xdg")), &home.join("xdg"), "forged-home", &foreign)?;
        refused(ROOT, (variable, &home.join("cache")), &home.join("cache"), "forged", &foreign)?;
        // A sticky directory of a user, who may rename everything in it.
        let sticky = scene.make("sticky", 0o1777, ATTACKER, ATTACKER)?;
        for user in [ROOT, USER] {
            let cache = sticky.join(user.to_string());
            refused(user, (variable, &cache), &cache, "forged", &foreign)?;
        }
        // A group that has more members.
        for (owner, name) in [(ROOT, "group"), (USER, "group-of-user")] {
            let shared = scene.make(name, 0o775, owner, ATTACKER)?;
            refused(owner, (variable, &shared.join("cache")), &shared.join("cache"), "forged", writable)?;
        }
        // The same through a link of root, and a link of the attacker to a place of root.
        symlink(&home, scene.path("link"))?;
        refused(ROOT, (variable, &scene.path("link/c")), &home.join("c"), "forged", &foreign)?;
        scene.make("tmp", 0o1777, ROOT, ROOT)?;
        let (link, own) = (scene.path("tmp/link"), scene.make("own", 0o700, ROOT, ROOT)?);
        symlink(own, &link)?;
        lchown(&link, Some(ATTACKER), Some(ATTACKER))?;
        let relink = "rm \"$1\"; ln -s \"$2\" \"$1\"";
        let (printed, errors) =
            scene.run(ROOT, (variable, &link.join("x")), |scene| scene.as_user(ATTACKER, relink, &link, "forged"))?;
        ensure!(failures.is_empty(), "{}", failures.join("\n"));
        ensure!(printed == ["first 2 True", "second 5"] && errors.contains(&foreign), "{printed:?} {errors}");
        Ok(())
    });
}

/// What was trusted when the package was imported may not be any more when the next of its modules is.
#[test]
fn caches_that_change_between_two_imports() {
    for_two_pythons("caches that change between two imports", |python| {
        let Some(scene) = Scene::new(python)? else { return Ok(()) };
        let attacks = [
            ("exchanged", ROOT, "mv \"$1\" \"$1.old\"; cp -a \"$2\" \"$1\"", "another directory is at "),
            (
                "entry",
                ROOT,
                "cd \"$1\"; for e in *; do mv $e .old; cp -a \"$2/$e\" .; done",
                "another directory is at ",
            ),
            (
                "opened",
                ROOT,
                "chmod 777 \"$1\"/*/bitarray; cd \"$1\"/*/bitarray; cp \"$2\"/*/bitarray/_util*.so .",
                "may write to ",
            ),
            (
                "given",
                ROOT,
                "chown 65534 \"$1\"; cp -a \"$2\"/*/bitarray/_util*.so \"$1\"/*/bitarray/",
                "belongs to another user",
            ),
            ("linked", ROOT, "mv \"$1\" \"$1.old\"; ln -s \"$2\" \"$1\"", "another directory is at "),
            ("changed", ROOT, "cp \"$2\"/*/bitarray/_util*.so \"$1\"/*/bitarray/", "has been changed"),
        ];
        let mut failures = Vec::new();
        for (name, user, script, why) in attacks {
            let cache = scene.path(name);
            let (printed, errors) = scene.run(ROOT, ("PYOXIDIZER_PACKAGE_CACHE", &cache), |scene| {
                scene.as_user(user, script, &cache, "forged")
            })?;
            let said = errors.contains("it is loaded from memory") && errors.contains(why);
            if printed != ["first 2 True", "second 5"] || !said {
                failures.push(format!("{name}: {printed:?} {errors}"));
            }
        }
        ensure!(failures.is_empty(), "{}", failures.join("\n"));
        Ok(())
    });
}
