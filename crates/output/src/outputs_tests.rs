use std::fs;
use std::path::{Path, PathBuf};

use super::Outputs;
use crate::Error;

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> std::io::Result<Self> {
        tempfile::tempdir().map(Self)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> std::io::Result<PathBuf> {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        fs::write(&path, content)?;
        Ok(path)
    }
}

fn is_input(outcome: Result<(), Error>) -> bool {
    matches!(outcome, Err(Error::IsInput { .. }))
}

#[test]
fn an_input_is_known_by_any_name() -> Outcome {
    let place = Place::new()?;
    let script = place.write("dir/hello.py", b"")?;
    std::os::unix::fs::symlink(&script, place.path("link"))?;
    std::os::unix::fs::symlink(place.path("dir"), place.path("other"))?;
    fs::hard_link(&script, place.path("hard"))?;
    let mut outputs = Outputs::default();
    outputs.reads("the source", &script);
    for name in ["dir/hello.py", "dir/../dir/./hello.py", "link", "hard", "other/hello.py"] {
        assert!(is_input(outputs.writes("the report", &place.path(name))), "{name}");
    }
    outputs.writes("the report", &place.path("dir/hello"))?;
    Ok(())
}

#[test]
fn outputs_do_not_replace_each_other() -> Outcome {
    let place = Place::new()?;
    fs::create_dir(place.path("dir"))?;
    std::os::unix::fs::symlink(place.path("dir"), place.path("link"))?;
    place.write("there", b"")?;
    fs::hard_link(place.path("there"), place.path("hard"))?;
    let mut outputs = Outputs::default();
    outputs.writes("the program", &place.path("dir/app"))?;
    outputs.writes("the program", &place.path("dir/app"))?;
    outputs.writes("the report", &place.path("there"))?;
    for name in ["dir/app", "link/app", "dir/../link/./app", "there", "hard"] {
        let outcome = outputs.writes("the resource file", &place.path(name));
        assert!(matches!(outcome, Err(Error::Collide { .. })), "{name}");
        let outcome = outputs.writes_into("the directory", &place.path(name));
        assert!(matches!(outcome, Err(Error::Collide { .. })), "{name}");
        let outcome = outputs.check_file("a file", &place.path(name));
        assert!(matches!(outcome, Err(Error::Collide { .. })), "{name}");
    }
    outputs.writes("the resource file", &place.path("app"))?;
    Ok(())
}

#[test]
fn letters_of_another_case_are_another_name_where_they_make_a_difference() -> Outcome {
    let place = Place::new()?;
    let mut outputs = Outputs::default();
    outputs.writes("the program", &place.path("App"))?;
    let outcome = outputs.writes("the report", &place.path("app"));
    // As the file system has it.
    place.write("App", b"")?;
    assert_eq!(outcome.is_err(), place.path("app").exists());
    Ok(())
}

#[test]
fn files_of_a_directory_that_is_read_stay_but_for_what_was_written_there() -> Outcome {
    let place = Place::new()?;
    let mut outputs = Outputs::default();
    fs::create_dir(place.path("project"))?;
    std::os::unix::fs::symlink(place.path("project"), place.path("link"))?;
    outputs.reads("the source", &place.path("project"));
    place.write("project/src/mod.py", b"")?;
    place.write("project/data.json", b"{\"summary\": {}}")?;
    place
        .write("project/old.report", br#"{"summary":{"output":"x","launcher_size":1},"findings":[],"resources":[]}"#)?;
    place.write("project/old.resources", b"pyembed\x04")?;
    for name in ["project/src/mod.py", "link/src/mod.py", "project/data.json"] {
        assert!(is_input(outputs.writes(name, &place.path(name))), "{name}");
    }
    for name in ["project/new", "project/old.report", "project/old.resources"] {
        outputs.writes(name, &place.path(name))?;
    }
    outputs.keeps("the cache", &place.path("project"));
    assert!(is_input(outputs.check_file("a file", &place.path("project/old.report"))));
    Ok(())
}

#[test]
fn code_beside_a_script_stays_and_data_may_be_replaced() -> Outcome {
    let place = Place::new()?;
    let mut outputs = Outputs::default();
    outputs.reads_code("the directory", place.0.path());
    for name in ["helper.py", "fast.so"] {
        assert!(is_input(outputs.writes(name, &place.write(name, b"")?)), "{name}");
    }
    outputs.writes("the report", &place.write("notes.txt", b"")?)?;
    Ok(())
}

#[test]
fn members_of_archives_mean_the_archive() -> Outcome {
    let place = Place::new()?;
    let (wheel, file) = (place.write("a.whl", b"")?, place.write("b/c.py", b"")?);
    let mut outputs = Outputs::default();
    let member = wheel.join("pkg/mod.py");
    let origins = [&member, &file].map(|path| path.display().to_string());
    outputs.reads_origins(origins.iter().map(String::as_str));
    assert!(is_input(outputs.check_file("a file", &wheel)));
    assert!(is_input(outputs.check_file("a file", &file)));
    outputs.check_file("a file", &place.path("b/d.py"))?;
    Ok(())
}
