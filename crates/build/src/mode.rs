//! Where artifacts come from.

use crate::cargo;
use crate::error::Error;

/// Where the artifacts of a program come from: a feature of its package says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// There are none.
    Standalone,
    /// The command makes them.
    PyoxidizerExe,
    /// They are there.
    PrebuiltArtifacts,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Standalone, Self::PyoxidizerExe, Self::PrebuiltArtifacts];

    /// The names of the features.
    pub const FEATURES: [&str; 3] =
        ["build-mode-standalone", "build-mode-pyoxidizer-exe", "build-mode-prebuilt-artifacts"];

    /// The mode of the package whose build script runs.
    ///
    /// # Errors
    ///
    /// [`Error::Modes`] unless exactly one of the features is on.
    pub fn of_package() -> Result<Self, Error> {
        Self::of(cargo::has_feature)
    }

    fn of(has_feature: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let on: Vec<Self> = Self::ALL.into_iter().filter(|mode| has_feature(mode.feature())).collect();
        match on[..] {
            [mode] => Ok(mode),
            _ => Err(Error::Modes { on: on.into_iter().map(Self::feature).collect() }),
        }
    }

    /// The feature that stands for it.
    #[must_use]
    pub fn feature(self) -> &'static str {
        Self::FEATURES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mode_is_on() {
        assert_eq!(Mode::of(|name| name == "build-mode-prebuilt-artifacts").unwrap(), Mode::PrebuiltArtifacts);
        assert_eq!(Mode::of(|name| name == "build-mode-standalone").unwrap(), Mode::Standalone);
        let error = Mode::of(|_| false).unwrap_err().to_string();
        assert!(error.contains("build-mode-pyoxidizer-exe") && error.contains("0 are on"), "{error}");
        assert!(matches!(Mode::of(|name| name != "build-mode-standalone"), Err(Error::Modes { on }) if on.len() == 2));
    }
}
