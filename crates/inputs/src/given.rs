//! Resources that whoever packs has found already.

use std::fmt;
use std::sync::Arc;

use pyox_layers::LayerKind;
use pyox_scanner::ResourceSource;

/// Resources that go in as a layer of their own, such as some of a scan. Layers are in the order in which they are
/// given.
#[derive(Clone)]
#[non_exhaustive]
pub struct GivenResources {
    /// What they are a part of.
    pub kind: LayerKind,
    /// What finds them.
    pub source: Arc<dyn ResourceSource>,
    /// What changes whenever they do, so that the layer can be kept; without it, every pack makes it anew.
    pub identity: Option<String>,
}

impl GivenResources {
    /// What a source finds, in a layer that every pack makes anew.
    pub fn new(kind: LayerKind, source: impl ResourceSource + 'static) -> Self {
        Self { kind, source: Arc::new(source), identity: None }
    }

    /// Keeps the layer under an identity, which must change whenever the resources do.
    #[must_use]
    pub fn identity(mut self, identity: impl Into<String>) -> Self {
        self.identity = Some(identity.into());
        self
    }
}

impl fmt::Debug for GivenResources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, identity, .. } = self;
        f.debug_struct("GivenResources").field("kind", kind).field("identity", identity).finish_non_exhaustive()
    }
}
