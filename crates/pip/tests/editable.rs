//! What requirements files ask for as editable is installed like anything else, whatever the build backend makes of it.
//! The build backends come from PyPI.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_distribution::{Installed, Python as _};
use pyox_pip::{Error, Pip, PipRequest};

type Test = Result<(), Box<dyn std::error::Error>>;

/// The oldest and the newest Python that has pip.
fn pythons() -> Vec<Installed> {
    let mut found: Vec<Installed> = pyox_test_support::pythons::owned();
    found.retain(|python| python.site_packages().join("pip").is_dir());
    assert!(!found.is_empty(), "no CPython 3.9 or later with pip on this machine");
    if found.len() > 2 {
        found.drain(1..found.len() - 1);
    }
    found
}

fn write(path: PathBuf, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().expect("a parent"))?;
    fs::write(path, text)
}

/// A project with a module, data and a nested package, below `root` of its directory.
fn project(directory: &Path, name: &str, root: &str, pyproject: &str) -> std::io::Result<()> {
    let package = directory.join(name).join(root).join(name);
    write(package.join("__init__.py"), "")?;
    write(package.join("part/__init__.py"), "NAME = 'part'\n")?;
    write(package.join("data.txt"), "data\n")?;
    write(directory.join(name).join("README.md"), "")?;
    write(directory.join(name).join("pyproject.toml"), pyproject)
}

fn standard(name: &str, backend: &str, requires: &str, rest: &str) -> String {
    format!(
        "[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"{backend}\"\n\
         [project]\nname = \"{name}\"\nversion = \"1.0\"\ndescription = \"x\"\n{rest}"
    )
}

fn run(program: &str, arguments: &[&str], directory: &Path) {
    let status = Command::new(program).args(arguments).current_dir(directory).status();
    assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?}");
}

#[test]
fn editable_requirements_are_installed_whatever_their_build_backend() -> Test {
    let directory = tempfile::tempdir()?;
    let here = directory.path();
    let data = "[tool.setuptools.package-data]\n'*' = ['*.txt']\n";
    let setuptools =
        |name: &str, rest: &str| standard(name, "setuptools.build_meta", "setuptools>=64", &format!("{rest}{data}"));
    // An import hook, a `.pth` file with a directory, and one with a hook for packages that are elsewhere.
    let flat = setuptools("ed_flat", "[tool.setuptools]\npackages = ['ed_flat', 'ed_flat.part']\n");
    project(here, "ed_flat", "", &flat)?;
    project(here, "ed_src", "src", &setuptools("ed_src", ""))?;
    let mapped =
        "[tool.setuptools]\npackages = ['ed_mapped', 'ed_mapped.part']\n[tool.setuptools.package-dir]\n'' = 'a/b'\n";
    project(here, "ed_mapped", "a/b", &setuptools("ed_mapped", mapped))?;
    project(here, "ed_hatch", "src", &standard("ed_hatch", "hatchling.build", "hatchling", ""))?;
    project(here, "ed_flit", "src", &standard("ed_flit", "flit_core.buildapi", "flit_core>=3.2", ""))?;
    project(here, "ed_pdm", "src", &standard("ed_pdm", "pdm.backend", "pdm-backend", ""))?;
    let poetry = "[build-system]\nrequires = [\"poetry-core\"]\nbuild-backend = \"poetry.core.masonry.api\"\n\
                  [tool.poetry]\nname = \"ed_poetry\"\nversion = \"1.0\"\ndescription = \"\"\nauthors = []\n";
    project(here, "ed_poetry", "src", poetry)?;
    // Without pyproject.toml: `setup.py develop` where setuptools is old.
    project(here, "ed_old", "", "")?;
    fs::remove_file(here.join("ed_old/pyproject.toml"))?;
    let setup = "from setuptools import setup\n\
                 setup(name='Ed.Old', version='1', packages=['ed_old', 'ed_old.part'], \
                 package_data={'ed_old': ['*.txt']})\n";
    write(here.join("ed_old/setup.py"), setup)?;
    // One that git has.
    project(here, "ed_git", "src", &standard("ed_git", "hatchling.build", "hatchling", ""))?;
    let git = here.join("ed_git");
    run("git", &["init", "-q"], &git);
    run("git", &["add", "."], &git);
    run("git", &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"], &git);

    let path = |name: &str| here.join(name).display().to_string();
    write(here.join("nested.txt"), &format!("--editable={}\n-e \"{}\"\n", path("ed_src"), path("ed_hatch")))?;
    let lines = [
        format!("-e {}", path("ed_flat")),
        format!("--editable {}", path("ed_mapped")),
        "-r nested.txt".into(),
        format!("-e file://{}", path("ed_flit")),
        format!("-e \\\n{}", path("ed_pdm")),
        format!("-e {}  # a comment", path("ed_poetry")),
        format!("-e {}", path("ed_old")),
        format!("-e git+file://{}#egg=ed_git", path("ed_git")),
    ];
    write(here.join("requirements.txt"), &lines.join("\n"))?;
    let names = ["ed_flat", "ed_src", "ed_mapped", "ed_hatch", "ed_flit", "ed_pdm", "ed_poetry", "ed_old", "ed_git"];
    for python in pyox_test_support::pythons::two() {
        let pip = Pip::new(python, here.join("cache"));
        let request = PipRequest::default().requirement_files([here.join("requirements.txt")]);
        let site = pip.install(&request, &mut |_| ())?.site_packages()?.remove(0);
        for name in names {
            for file in ["__init__.py", "part/__init__.py", "data.txt"] {
                let path = site.join(name).join(file);
                assert!(path.is_file(), "{name}/{file} is not there with Python {}", python.info().version);
            }
        }
        let left = fs::read_dir(&site)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut left = left.collect::<std::io::Result<Vec<String>>>()?;
        left.retain(|name| name.ends_with(".pth") || name.ends_with(".egg-link") || name.starts_with("__editable__"));
        assert_eq!(left, [""; 0], "{}", python.info().version);
        assert!(!Path::new("src/ed_git").exists(), "pip has put sources into the working directory");
    }
    Ok(())
}

#[test]
fn options_are_no_requirements() -> Test {
    let python = pythons().remove(0);
    let directory = tempfile::tempdir()?;
    let pip = Pip::new(&python, directory.path());
    for text in ["-e .", "--editable=.", " --index-url=https://example.com", "-r/etc/x", "-"] {
        let request = PipRequest::default().requirements([text]);
        let error = pip.install(&request, &mut |line| panic!("pip ran: {line}")).expect_err("an option");
        assert!(matches!(&error, Error::Option { text: found } if found == text), "{error}");
    }
    Ok(())
}
