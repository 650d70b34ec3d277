//! Decisions about resources, and what becomes of them.

use std::collections::BTreeMap;
use std::error::Error as _;

use pyox_build_cache::Cache;
use pyox_layers::{Candidate, Decision, Error, Layer, LayerBuilder, LayerKind, Policy, Reason};
use pyox_linker::{Progress, Silent, Step};
use pyox_packed_resources::{EntryFlags, FieldKind, Location, OptimizeLevel};
use pyox_scanner::Directory;
use pyox_test_support::pythons::newest;

type Outcome = Result<(), Box<dyn std::error::Error>>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

const FILES: [(&str, &str); 7] = [
    ("lone.txt", "belongs to no package\n"),
    ("pkg-1.dist-info/METADATA", "Name: pkg\nVersion: 1\n"),
    ("pkg/__init__.py", "VALUE = 1\n"),
    ("pkg/data.txt", "text\n"),
    ("pkg/left_out.py", "import pkg\n"),
    ("pkg/levels.py", "'''doc'''\nassert True\n"),
    ("other.py", "import pkg\n"),
];

/// A layer of the files, under the decisions of a function.
fn layer(decide: &dyn Fn(&Candidate<'_>, &mut Decision) -> Result<(), Failure>) -> Result<Layer, Error> {
    watched(decide, &mut Silent)
}

fn watched(
    decide: &dyn Fn(&Candidate<'_>, &mut Decision) -> Result<(), Failure>,
    progress: &mut dyn Progress,
) -> Result<Layer, Error> {
    let place = tempfile::tempdir().expect("a directory");
    for (path, text) in FILES {
        let path = place.path().join("src").join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("it is made");
        std::fs::write(path, text).expect("it is written");
    }
    let (python, cache) = (newest(), Cache::at(place.path().join("cache")));
    let mut policy = Policy::default();
    policy.virtual_files = false;
    let builder = LayerBuilder::new(python, policy, &cache).with_decisions(decide);
    builder.layer(LayerKind::Application, &Directory::new(place.path().join("src")), &[], progress)
}

/// The location of every file, and why.
fn rows(layer: &Layer) -> BTreeMap<String, (Location, Reason)> {
    layer.rows().iter().map(|row| (row.path.clone(), (row.location.clone(), row.reason.clone()))).collect()
}

#[test]
fn without_changes_decisions_are_those_of_the_policy() -> Outcome {
    let layer = layer(&|_, _| Ok(()))?;
    let part = (Location::InMemory, Reason::PartOf { layer: LayerKind::Application });
    let rows = rows(&layer);
    assert_eq!(rows.get("pkg/data.txt"), Some(&part), "{rows:?}");
    assert!(!rows.contains_key("lone.txt"), "it has no place in memory: {rows:?}");
    Ok(())
}

#[test]
fn a_function_leaves_out_and_chooses_levels() -> Outcome {
    let layer = layer(&|candidate, decision| {
        match &*candidate.path {
            "pkg/left_out.py" => decision.include = false,
            "pkg/levels.py" => {
                decision.source = false;
                decision.bytecode = [OptimizeLevel::Zero, OptimizeLevel::Two].into();
            }
            _ => {}
        }
        Ok(())
    })?;
    let blob = layer.blob()?;
    assert!(blob.entry("pkg.left_out")?.is_none() && blob.entry("pkg")?.is_some_and(|pkg| pkg.is(EntryFlags::MODULE)));
    let levels = blob.entry("pkg.levels")?.ok_or("it is there")?;
    let kinds: Vec<FieldKind> = levels.fields().map(|field| Ok(field?.kind())).collect::<Result<_, Error>>()?;
    assert_eq!(kinds, [FieldKind::Bytecode, FieldKind::BytecodeOpt2]);
    Ok(())
}

#[test]
fn a_function_moves_files() -> Outcome {
    let layer = layer(&|candidate, decision| {
        match &*candidate.path {
            "other.py" => decision.location = Location::FilesystemRelative("lib".into()),
            // The whole package goes with it.
            "pkg/data.txt" => {
                decision.location = Location::Cache;
                decision.reason = Reason::Custom { text: "it is opened by its path".into() };
            }
            "pkg-1.dist-info/METADATA" => decision.location = Location::Cache,
            "lone.txt" => decision.location_fallback = Some(Location::Cache),
            _ => {}
        }
        Ok(())
    })?;
    let rows = rows(&layer);
    let location = |path: &str| rows.get(path).map(|(location, _)| location.to_string());
    assert_eq!(location("other.py").as_deref(), Some("filesystem-relative:lib"));
    assert_eq!(location("lone.txt").as_deref(), Some("cache"));
    assert_eq!(location("pkg-1.dist-info/METADATA").as_deref(), Some("in-memory"), "it is read from there");
    for path in ["pkg/__init__.py", "pkg/data.txt", "pkg/levels.py"] {
        assert_eq!(location(path).as_deref(), Some("cache"), "{path}");
        assert_eq!(rows[path].1, Reason::Custom { text: "it is opened by its path".into() });
    }
    Ok(())
}

#[test]
fn an_error_of_the_function_stops_packing() {
    let error = layer(&|candidate, _| match &*candidate.path {
        "pkg/data.txt" => Err("not this one".into()),
        _ => Ok(()),
    });
    let Err(error) = error else { panic!("it went on") };
    assert_eq!(error.to_string(), "deciding about pkg/data.txt failed");
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("not this one"));
}

/// Cancels once a step has begun.
struct Cancelling {
    at: Step,
    steps: Vec<Step>,
}

impl Progress for Cancelling {
    fn begin(&mut self, step: Step, _what: &str) {
        self.steps.push(step);
    }

    fn is_cancelled(&self) -> bool {
        self.steps.contains(&self.at)
    }
}

#[test]
fn whoever_watches_can_cancel() {
    for (at, next) in [(Step::Scan, Step::Compile), (Step::Compile, Step::Link), (Step::Link, Step::Compress)] {
        let mut progress = Cancelling { at, steps: Vec::new() };
        let error = watched(&|_, _| Ok(()), &mut progress);
        assert!(matches!(error, Err(Error::Cancelled)), "{at:?}");
        assert!(!progress.steps.contains(&next), "{:?}", progress.steps);
    }
}
