//! Packages in directories beside the program: the program has their index, files have their values.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pyox_packed_resources::{Entry, Field, FieldKind, Value};

use crate::error::Error;
use crate::extract::{Pyc, Tree};
use crate::layer::Layer;
use crate::output::parent;

/// The files of one layer that stand beside the program.
#[derive(Default)]
pub(crate) struct Beside<'l> {
    trees: BTreeMap<&'l str, Tree<'l>>,
    /// Paths from the program's directory, by entry, kind and key.
    paths: BTreeMap<(&'l str, FieldKind, &'l str), String>,
    /// The paths that the program refers to: an earlier layer may have the same modules.
    taken: RefCell<BTreeSet<String>>,
}

impl<'l> Beside<'l> {
    pub(crate) fn of(layer: &'l Layer, python: (u8, u8)) -> Result<Self, Error> {
        let trees = layer.beside(Pyc::of(python))?;
        let mut paths = BTreeMap::new();
        for (directory, tree) in &trees {
            for (path, file) in tree.files() {
                let place = (file.entry, file.field.kind(), file.field.key());
                paths.insert(place, format!("{directory}/{path}"));
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

    /// Writes the files that the program refers to beside it.
    pub(crate) fn write(self, program: &Path) -> Result<(), Error> {
        let taken = self.taken.into_inner();
        for (directory, mut tree) in self.trees {
            tree.retain(|path| taken.contains(&format!("{directory}/{path}")));
            let directory = parent(program).join(directory);
            let above = parent(&directory);
            std::fs::create_dir_all(above).map_err(Error::io("create", above))?;
            tree.write(&directory, true)?;
        }
        Ok(())
    }
}
