//! Where resources are found: the trait, and sources that are made of others.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::Error;
use crate::scan::{Found, Scan, SkipReason, Skipped};

/// Something that resources can be found in.
pub trait ResourceSource: Send + Sync {
    /// Finds and classifies everything.
    ///
    /// # Errors
    ///
    /// What cannot be read, is damaged or contradicts itself; [`Error::Other`] for what only this source can meet. What
    /// is merely of no use is in [`Scan::skipped`].
    fn scan(&self) -> Result<Scan, Error>;

    /// The resources of this source for which `keep` is true.
    ///
    /// ```
    /// use pyox_scanner::{MemorySource, ResourceSource};
    ///
    /// let source = MemorySource::new().file("app.py", "import tests").file("tests/__init__.py", "");
    /// let without_tests = source.filter(|found| !found.resource.relative_path().starts_with("tests/"));
    /// assert_eq!(without_tests.scan()?.module_names().collect::<Vec<_>>(), ["app"]);
    /// # Ok::<(), pyox_scanner::Error>(())
    /// ```
    fn filter<F: Fn(&Found) -> bool + Send + Sync>(self, keep: F) -> Filter<Self, F>
    where
        Self: Sized,
    {
        Filter { source: self, keep }
    }

    /// The resources of this source, without the files of these paths and what is in the directories of these paths.
    /// Paths are below `sys.path`, with `/`.
    fn exclude<S: Into<String>>(self, paths: impl IntoIterator<Item = S>) -> Exclude<Self>
    where
        Self: Sized,
    {
        Exclude { source: self, paths: paths.into_iter().map(Into::into).collect() }
    }

    /// The resources of this source and those of `later`, which comes later on `sys.path`: of two with the same path
    /// the first one counts.
    fn chain<S: ResourceSource>(self, later: S) -> Chain<Self, S>
    where
        Self: Sized,
    {
        Chain { first: self, later }
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: ResourceSource + ?Sized> ResourceSource for $pointer {
            fn scan(&self) -> Result<Scan, Error> {
                (**self).scan()
            }
        }
    )*};
}
forward!(&T, Box<T>, Arc<T>);

/// See [`ResourceSource::filter`].
#[derive(Debug, Clone)]
pub struct Filter<S, F> {
    source: S,
    keep: F,
}

impl<S: ResourceSource, F: Fn(&Found) -> bool + Send + Sync> ResourceSource for Filter<S, F> {
    fn scan(&self) -> Result<Scan, Error> {
        let mut scan = self.source.scan()?;
        scan.resources.retain(|found| (self.keep)(found));
        Ok(scan)
    }
}

/// See [`ResourceSource::exclude`].
#[derive(Debug, Clone)]
pub struct Exclude<S> {
    source: S,
    paths: Vec<String>,
}

impl<S: ResourceSource> ResourceSource for Exclude<S> {
    fn scan(&self) -> Result<Scan, Error> {
        let mut scan = self.source.scan()?;
        scan.resources.retain(|found| !self.excludes(&found.resource.relative_path()));
        scan.skipped.retain(|skipped| !self.excludes(&skipped.path));
        Ok(scan)
    }
}

impl<S> Exclude<S> {
    fn excludes(&self, path: &str) -> bool {
        let is_below = |excluded: &String| path.strip_prefix(excluded.trim_end_matches('/'));
        self.paths.iter().filter_map(is_below).any(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// See [`ResourceSource::chain`].
#[derive(Debug, Clone)]
pub struct Chain<A, B> {
    first: A,
    later: B,
}

impl<A: ResourceSource, B: ResourceSource> ResourceSource for Chain<A, B> {
    fn scan(&self) -> Result<Scan, Error> {
        let mut scan = self.first.scan()?;
        scan.append(self.later.scan()?);
        scan.sort();
        Ok(scan)
    }
}

impl Scan {
    /// Adds what comes later on `sys.path`: what both have, the earlier one provides.
    pub(crate) fn append(&mut self, later: Scan) {
        let present: BTreeSet<String> = self.resources.iter().map(|found| found.resource.relative_path()).collect();
        for found in later.resources {
            let path = found.resource.relative_path();
            if present.contains(&path) {
                self.skipped.push(Skipped { reason: SkipReason::Shadowed { by: path.clone() }, path });
            } else {
                self.resources.push(found);
            }
        }
        self.skipped.extend(later.skipped);
        self.path_lines.extend(later.path_lines);
    }
}
