//! What a program reads when it starts, as far as can be known without running it.

use std::collections::BTreeSet;
use std::path::Path;

use pyox_inputs::Entry;
use pyox_layers::{Finding, Layer, Policy, Profile};
use pyox_packed_resources::{Blob, Collector, Decoder, Encoding, Error, FieldKind};
use pyox_scanner::STARTUP_MODULES;

use crate::modules::Modules;
use crate::relative_files::RelativeFiles;
use crate::tcl;

/// What the interpreter of a program imports besides, for `quit` and `exit`.
const BUILTINS: &str = "_sitebuiltins";

/// The names of modules in a file, one a line; empty lines and what follows a `#` are passed over.
///
/// # Errors
///
/// [`crate::Error::Io`], or [`crate::Error::ImportOrder`] for a line that is not the name of a module, or if there is
/// none.
pub fn read_import_order(path: &Path) -> Result<Vec<String>, crate::Error> {
    let text = std::fs::read_to_string(path).map_err(crate::Error::io("read", path))?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or(line).trim());
    let names: Vec<String> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let is_name = |name: &String| name.split('.').all(|part| !part.is_empty() && !part.contains(char::is_whitespace));
    let found = names.iter().find(|name| !is_name(name)).cloned();
    if found.is_some() || names.is_empty() {
        return Err(crate::Error::ImportOrder { path: path.to_owned(), found });
    }
    Ok(names)
}

/// The entries that a program reads when it starts.
pub(crate) struct StartUp {
    /// `None` if nothing is known of the program.
    names: Option<BTreeSet<String>>,
    /// Names in the order in which their values are to be placed.
    order: Vec<String>,
    /// The modules that the program imports, also those that are not read as they are stored.
    imports: BTreeSet<String>,
    /// What was left out and is imported.
    pub(crate) findings: Vec<Finding>,
}

impl StartUp {
    /// Of a program with these layers that may import these modules. `import_order` are modules that are known to be
    /// imported, first to last; where they are given, nothing is guessed.
    pub(crate) fn of(
        policy: &Policy,
        entry: &Entry,
        reachable: &[String],
        layers: &[Layer],
        import_order: &[String],
    ) -> Result<Self, Error> {
        let blobs: Vec<Blob<'_>> = layers.iter().map(Layer::blob).collect::<Result<_, _>>()?;
        let mut order: Vec<String> = import_order.to_vec();
        order.extend(interpreter_modules());
        let mut imports: BTreeSet<String> = order.iter().cloned().collect();
        if import_order.is_empty() {
            imports.extend(reachable.iter().cloned());
            if policy.profile == Profile::Speed {
                order.extend(reachable.iter().cloned());
            }
        }
        let findings = match policy.excludes.is_empty() {
            true => Vec::new(),
            false => Modules::of(entry, layers, &blobs)?.still_imported(layers, &imports),
        };
        let mut names: BTreeSet<String> = order.iter().cloned().collect();
        let (mut pending, tcl) = (order.clone(), tcl::needs(layers).collect::<Vec<_>>());
        while let Some(name) = pending.pop() {
            let of_tcl = tcl.iter().filter(|(needer, _)| *needer == name).map(|(_, library)| (*library).to_owned());
            for library in needs(&blobs, &name)?.into_iter().chain(of_tcl) {
                if names.insert(library.clone()) {
                    pending.push(library);
                }
            }
        }
        Ok(Self { names: Some(names), order, imports, findings })
    }

    /// Of any program: all code.
    pub(crate) fn unknown() -> Self {
        Self { names: None, order: Vec::new(), imports: BTreeSet::new(), findings: Vec::new() }
    }

    /// Of any program, what it reads at least.
    pub(crate) fn of_interpreter() -> Self {
        let order: Vec<String> = interpreter_modules().collect();
        Self { names: Some(order.iter().cloned().collect()), order, imports: BTreeSet::new(), findings: Vec::new() }
    }

    /// Merges a layer into a collector, with values that are read as they are and others as the layer has them, without
    /// those that are beside the program.
    pub(crate) fn add_layer(
        &self,
        collector: &mut Collector,
        layer: &Layer,
        beside: &RelativeFiles<'_>,
    ) -> Result<(), Error> {
        let decoder = Decoder::new();
        collector.add_blob(&layer.blob()?, |entry, field| {
            if let Some(elsewhere) = beside.value(entry, field) {
                Ok(elsewhere)
            } else if field.encoding()? != Encoding::Raw && self.reads(entry.name(), field.kind()) {
                layer.decoded(&decoder, field)
            } else {
                layer.value(field)
            }
        })
    }

    /// Whether a value of an entry is read.
    fn reads(&self, entry: &str, kind: FieldKind) -> bool {
        (kind.is_bytecode() || kind.is_native()) && self.names.as_ref().is_none_or(|names| names.contains(entry))
    }

    /// Names in the order in which their values are to be placed.
    pub(crate) fn order(&self) -> &[String] {
        &self.order
    }

    /// Whether the program imports a module, as far as can be known.
    pub(crate) fn imports(&self, module: &str) -> bool {
        self.imports.contains(module)
    }
}

fn interpreter_modules() -> impl Iterator<Item = String> {
    STARTUP_MODULES.into_iter().chain([BUILTINS]).map(str::to_owned)
}

/// The modules that a program of these layers may import, as far as its sources tell.
pub(crate) fn reachable(policy: &Policy, entry: &Entry, layers: &[Layer]) -> Result<Vec<String>, Error> {
    let blobs: Vec<Blob<'_>> = layers.iter().map(Layer::blob).collect::<Result<_, _>>()?;
    Ok(Modules::of(entry, layers, &blobs)?.reachable(entry, &policy.includes))
}

/// The libraries that an entry of the first layer that has it needs.
fn needs(blobs: &[Blob<'_>], name: &str) -> Result<Vec<String>, Error> {
    for blob in blobs {
        if let Some(entry) = blob.entry(name)? {
            return entry.fields_of(FieldKind::Dependency).map(|field| Ok(field?.key().to_owned())).collect();
        }
    }
    Ok(Vec::new())
}
