//! Packages in directories beside the program: the program has their index, files have their values.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pyox_inspect::ResourceFile;
use pyox_inspect::extract::{Pyc, Tree};
use pyox_layers::{Layer, Policy};
use pyox_output::{Outputs, Stage, parent};
use pyox_packed_resources::{Entry, Field, FieldKind, Index, Location, Value};

use crate::error::Error;

/// What a directory beside a program is called in errors.
const BESIDE: &str = "the directory beside the program";

/// Adds a program and the directories that its packages are placed in beside it to what is written.
pub(crate) fn writes_program(outputs: &mut Outputs, path: &Path, policy: &Policy) -> Result<(), Error> {
    outputs.writes("the program", path)?;
    for location in policy.locations.values() {
        if let Location::FilesystemRelative(directory) = location {
            outputs.writes_into(BESIDE, &parent(path).join(directory))?;
        }
    }
    Ok(())
}

/// The files of one layer that stand beside the program.
#[derive(Default)]
pub(crate) struct RelativeFiles<'l> {
    trees: BTreeMap<&'l str, Tree<'l>>,
    /// Paths from the program's directory, by entry, kind and key.
    paths: BTreeMap<(&'l str, FieldKind, &'l str), String>,
    /// The paths that the program refers to: an earlier layer may have the same modules.
    taken: RefCell<BTreeSet<String>>,
}

impl<'l> RelativeFiles<'l> {
    pub(crate) fn of(layer: &'l Layer, python: (u8, u8)) -> Result<Self, Error> {
        let trees = layer.relative_files(Pyc::of(python))?;
        let mut paths = BTreeMap::new();
        for (directory, tree) in &trees {
            for (path, file) in tree.files() {
                let place = (file.entry, file.field.kind(), file.field.key());
                paths.insert(place, below(directory, path));
            }
        }
        Ok(Self { trees, paths, taken: RefCell::default() })
    }

    /// What the program has instead of a value that is in a file.
    pub(crate) fn value(&self, entry: &Entry<'_>, field: &Field<'_>) -> Option<Value> {
        let path = self.paths.get(&(entry.name(), field.kind(), field.key()))?;
        self.taken.borrow_mut().insert(path.clone());
        Some(Value::file(path.clone()).with_mode(field.mode()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// Writes the files that the program refers to aside, to be put beside it. Files with the same content stay; others
    /// are replaced only if the program that is replaced refers to them.
    pub(crate) fn stage(self, program: &Path, outputs: &mut Outputs, stage: &mut Stage) -> Result<(), Error> {
        let taken = self.taken.into_inner();
        let earlier = if self.trees.is_empty() { BTreeSet::new() } else { files_of(program) };
        for (name, mut tree) in self.trees {
            let directory = parent(program).join(name);
            outputs.writes_into(BESIDE, &directory)?;
            let mut wanted = BTreeSet::new();
            for (path, file) in tree.files() {
                let full = below(name, path);
                let place = directory.join(path);
                if !taken.contains(&full) {
                    continue;
                }
                outputs.check_file(BESIDE, &place)?;
                if !place.is_file() || place.is_symlink() {
                    wanted.insert(path.to_owned());
                } else if !tree.is_content(file, &place)? {
                    if !earlier.contains(&full) {
                        return Err(Error::ForeignFileBeside { path: place });
                    }
                    wanted.insert(path.to_owned());
                }
            }
            if !wanted.is_empty() {
                tree.retain(|path| wanted.contains(path));
                tree.stage(&directory, true, stage)?;
            }
        }
        Ok(())
    }
}

/// A path from the directory of the program, which may be the directory itself.
fn below(directory: &str, path: &str) -> String {
    if directory.is_empty() { path.to_owned() } else { format!("{directory}/{path}") }
}

/// The files beside it that an earlier program refers to.
fn files_of(program: &Path) -> BTreeSet<String> {
    let Ok(file) = ResourceFile::read(program) else { return BTreeSet::new() };
    let Ok(packed) = file.packed() else { return BTreeSet::new() };
    let entries = packed.entries().flatten();
    let fields = entries.flat_map(|entry| entry.fields().flatten().collect::<Vec<_>>());
    fields.filter_map(|field| field.file().ok().flatten().map(|path| path.into_owned())).collect()
}
