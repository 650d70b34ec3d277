//! All packed files by their paths, sorted, in memory that is mapped for them: nothing is allocated.

use std::cmp::Ordering;

use rustix::io::Errno;

use crate::mapped::Mapped;
use crate::{Content, Files};

/// One packed file.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    /// Where its path is.
    path: (u32, u32),
    /// The first of several with the same path counts.
    order: u32,
    content: Content,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Missing,
    /// A file is where a directory would have to be.
    NotDirectory,
    /// The file with this number.
    File(usize),
    Directory,
}

/// Packed files by number, sorted by the bytes of their paths.
pub(crate) struct Index {
    records: Mapped<Record>,
    paths: Mapped<u8>,
}

impl Index {
    pub(crate) fn new(files: &dyn Files) -> Result<Self, Errno> {
        let (mut count, mut length) = (0, 0);
        files.each(&mut |path, _| {
            count += 1;
            length += path.iter().map(|part| part.len()).sum::<usize>();
        });
        if count > u32::MAX as usize || length > u32::MAX as usize {
            return Err(Errno::NOMEM);
        }
        let (mut records, mut paths) = (Mapped::<Record>::new(count)?, Mapped::<u8>::new(length)?);
        files.each(&mut |path, content| {
            let (start, order) = (paths.len(), records.len() as u32);
            // What was counted fits.
            let fits = path.iter().all(|part| paths.push(part).is_ok());
            let record = Record { path: (start as u32, (paths.len() - start) as u32), order, content };
            if !fits || !is_plain(path_of(&paths, &record)) || records.push(&[record]).is_err() {
                paths.truncate(start);
            }
        });
        let path = |record: &Record| path_of(&paths, record);
        records.sort_unstable_by(|a, b| path(a).cmp(path(b)).then(a.order.cmp(&b.order)));
        let mut kept: usize = 0;
        for i in 0..records.len() {
            if kept == 0 || path(&records[kept - 1]) != path(&records[i]) {
                records[kept] = records[i];
                kept += 1;
            }
        }
        records.truncate(kept);
        Ok(Self { records, paths })
    }

    pub(crate) fn content(&self, number: usize) -> Option<&Content> {
        self.records.get(number).map(|record| &record.content)
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn path(&self, number: usize) -> &[u8] {
        self.records.get(number).map_or(&[], |record| path_of(&self.paths, record))
    }

    /// What is at a path below the root: names with one slash between them, empty for the root.
    pub(crate) fn node(&self, path: &[u8]) -> Node {
        if path.is_empty() {
            return Node::Directory;
        }
        if let Some(number) = self.file(path) {
            return Node::File(number);
        }
        if self.below(path).next().is_some() {
            return Node::Directory;
        }
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        match slashes.map(|at| &path[..at]).any(|above| self.file(above).is_some()) {
            true => Node::NotDirectory,
            false => Node::Missing,
        }
    }

    fn file(&self, path: &[u8]) -> Option<usize> {
        self.records.binary_search_by(|record| path_of(&self.paths, record).cmp(path)).ok()
    }

    /// The numbers of the files below a directory, at any depth.
    pub(crate) fn below<'p>(&self, directory: &'p [u8]) -> impl Iterator<Item = usize> + Clone + use<'_, 'p> {
        let first = self.first_from(directory, b"/");
        (first..self.records.len()).take_while(move |number| is_below(self.path(*number), directory))
    }

    /// The name in a directory that comes after the files before `next`: the name, whether it is a directory's, and
    /// where to go on. `next` starts with 0.
    pub(crate) fn child(&self, directory: &[u8], next: usize) -> Option<(&[u8], Option<usize>, usize)> {
        let number = next.max(self.first_from(directory, b"/"));
        let path = self.records.get(number).map(|record| path_of(&self.paths, record))?;
        if !is_below(path, directory) {
            return None;
        }
        let start = if directory.is_empty() { 0 } else { directory.len() + 1 };
        match path[start..].iter().position(|byte| *byte == b'/') {
            None => Some((&path[start..], Some(number), number + 1)),
            Some(length) => {
                let name = &path[start..start + length];
                // `/` is followed by `0`.
                Some((name, None, self.first_from(&path[..start + length], b"0")))
            }
        }
    }

    /// The number of the first file whose path is not less than `path` and `end` together; from the first for the root.
    fn first_from(&self, path: &[u8], end: &[u8]) -> usize {
        if path.is_empty() {
            return 0;
        }
        self.records.partition_point(|record| compare(path_of(&self.paths, record), path, end) == Ordering::Less)
    }
}

/// Compares a path with another one that is in two parts.
fn compare(path: &[u8], first: &[u8], second: &[u8]) -> Ordering {
    let length = path.len().min(first.len());
    path[..length].cmp(first).then_with(|| path[length..].cmp(second))
}

fn is_below(path: &[u8], directory: &[u8]) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with(b"/"))
}

/// Whether a path has one slash between its names, and names only.
fn is_plain(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').all(|name| !matches!(name, b"" | b"." | b"..")) && !path.contains(&0)
}

fn path_of<'p>(paths: &'p [u8], record: &Record) -> &'p [u8] {
    &paths[record.path.0 as usize..][..record.path.1 as usize]
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
