//! What a program reads when it starts, as far as can be known without running it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use pyox_packed_resources::{Blob, Collector, Decoder, Encoding, Entry as PackedEntry, EntryFlags, Error, FieldKind};
use pyox_scanner::{ImportGraph, STARTUP_MODULES};

use crate::entry::Entry;
use crate::relative_files::RelativeFiles;
use pyox_layers::Layer;
use pyox_layers::Profile;

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
}

impl StartUp {
    /// Of a program with these layers. `import_order` are modules that are known to be imported, first to last; where
    /// they are given, nothing is guessed.
    pub(crate) fn of(
        profile: Profile,
        entry: &Entry,
        layers: &[Layer],
        import_order: &[String],
    ) -> Result<Self, Error> {
        let blobs: Vec<Blob<'_>> = layers.iter().map(Layer::blob).collect::<Result<_, _>>()?;
        let mut order: Vec<String> = import_order.to_vec();
        order.extend(interpreter_modules());
        let mut imports: BTreeSet<String> = order.iter().cloned().collect();
        if import_order.is_empty() {
            let reachable = reachable(entry, layers, &blobs)?;
            imports.extend(reachable.iter().cloned());
            if profile == Profile::Speed {
                order.extend(reachable);
            }
        }
        let mut names: BTreeSet<String> = order.iter().cloned().collect();
        let mut pending = order.clone();
        while let Some(name) = pending.pop() {
            for library in needs(&blobs, &name)? {
                if names.insert(library.clone()) {
                    pending.push(library);
                }
            }
        }
        Ok(Self { names: Some(names), order, imports })
    }

    /// Of any program: all code.
    pub(crate) fn unknown() -> Self {
        Self { names: None, order: Vec::new(), imports: BTreeSet::new() }
    }

    /// Of any program, what it reads at least.
    pub(crate) fn of_interpreter() -> Self {
        let order: Vec<String> = interpreter_modules().collect();
        Self { names: Some(order.iter().cloned().collect()), order, imports: BTreeSet::new() }
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

/// The modules that the entry imports, directly or not; of the standard library those that it imports at once, of the
/// rest also those that functions import.
fn reachable(entry: &Entry, layers: &[Layer], blobs: &[Blob<'_>]) -> Result<Vec<String>, Error> {
    let (main, decoder) = (entry.main_text(), Decoder::new());
    let mut standard_library = BTreeSet::new();
    let mut modules: Vec<(String, bool, Source<'_, '_>)> = Vec::new();
    // The first layer that has a module wins, and in the graph the last one.
    for (layer, blob) in layers.iter().zip(blobs).rev() {
        for entry in blob.entries() {
            let entry = entry?;
            if !entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)) {
                continue;
            }
            if layer.is_standard_library() {
                standard_library.insert(entry.name());
            } else {
                standard_library.remove(entry.name());
            }
            let (name, is_package) = (entry.name().to_owned(), entry.is(EntryFlags::PACKAGE));
            let source = match layer.imports(&name) {
                Some(imports) => Source::Text(imports.as_bytes()),
                None => Source::Packed(&decoder, entry),
            };
            modules.push((name, is_package, source));
        }
    }
    const MAIN: &str = "__main__";
    modules.push((MAIN.to_owned(), false, Source::Text(&main)));
    let readers = modules.into_iter().map(|(name, is_package, source)| (name, is_package, move || source.read()));
    let graph: ImportGraph<_> = readers.collect();
    let package_main = entry.module().map(|module| format!("{module}.__main__"));
    let roots = [MAIN].into_iter().chain(entry.module()).chain(package_main.as_deref());
    let reached = graph.reachable(roots, |name| !standard_library.contains(name));
    Ok(reached.into_iter().map(str::to_owned).collect())
}

/// Where the source text of a module is.
enum Source<'d, 'a> {
    Packed(&'d Decoder<'a>, PackedEntry<'a>),
    Text(&'d [u8]),
}

impl<'d> Source<'d, '_> {
    /// The text; nothing if there is none or it is damaged, which shows when it is packed.
    fn read(&self) -> Cow<'d, [u8]> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Packed(decoder, entry) => {
                let field = entry.field(FieldKind::Source).ok().flatten();
                let text = field.and_then(|field| decoder.read(&field).ok());
                text.map(|text| Cow::Owned(text.into_owned())).unwrap_or_default()
            }
        }
    }
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
