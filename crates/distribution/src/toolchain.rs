//! What programs are made with and for.

use std::fmt;

use crate::{Error, Host, Target};

/// The Python that runs here and the one that programs are made for: one and the same, or two with the same bytecode.
///
/// A reference to a Python that is both becomes a toolchain with `into`.
#[derive(Clone, Copy)]
pub struct Toolchain<'a> {
    host: &'a dyn Host,
    target: &'a dyn Target,
}

impl<'a> Toolchain<'a> {
    /// Programs for `target`, made with the help of `host`.
    ///
    /// # Errors
    /// [`Error::OtherBytecode`] if the one would not run what the other compiles.
    pub fn new(host: &'a dyn Host, target: &'a dyn Target) -> Result<Self, Error> {
        let (ours, theirs) = (host.info(), target.info());
        if ours.magic != theirs.magic {
            let (host, target) = (ours.version.clone(), theirs.version.clone());
            return Err(Error::OtherBytecode {
                host,
                target,
                found: ours.magic.clone(),
                expected: theirs.magic.clone(),
            });
        }
        Ok(Self { host, target })
    }

    /// The Python that runs here.
    #[must_use]
    pub fn host(&self) -> &'a dyn Host {
        self.host
    }

    /// The Python that programs are made for.
    #[must_use]
    pub fn target(&self) -> &'a dyn Target {
        self.target
    }
}

impl<'a, P: Host + Target> From<&'a P> for Toolchain<'a> {
    fn from(python: &'a P) -> Self {
        Self { host: python, target: python }
    }
}

impl fmt::Debug for Toolchain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, target) = (&self.host.info().version, &self.target.info().version);
        f.debug_struct("Toolchain").field("host", host).field("target", target).finish()
    }
}
