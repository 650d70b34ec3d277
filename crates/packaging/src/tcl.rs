//! Tcl and Tk, which travel with programs that may import `tkinter`.

use std::collections::BTreeSet;

use pyox_layers::{Layer, LayerKind};
use pyox_packed_resources::ResourceKind;

/// Whether a module is of no use without Tcl.
pub(crate) fn is_user(module: &str) -> bool {
    ["_tkinter", "tkinter"].contains(&module)
}

/// The libraries that the layer of Tcl and Tk brings for others.
pub(crate) fn libraries(layers: &[Layer]) -> BTreeSet<&str> {
    let rows = layers.iter().filter(|layer| layer.kind() == LayerKind::TclTk).flat_map(Layer::rows);
    let rows = rows.filter(|row| row.kind == ResourceKind::SharedLibrary && row.path.starts_with("lib/"));
    rows.map(|row| &*row.name).collect()
}

/// Which entries of the other layers need these libraries. They are left to the system unless that layer is there.
pub(crate) fn needs(layers: &[Layer]) -> impl Iterator<Item = (&str, &str)> {
    let brought = libraries(layers);
    let needs = layers.iter().flat_map(Layer::of_system);
    needs.map(|(name, soname)| (&**name, &**soname)).filter(move |(_, soname)| brought.contains(soname))
}
