//! What the process has loaded, for all of its interpreters.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A map that only grows and lives as long as the process. No thread waits for another: code of the one that loads a
/// library may need the map again, interpreters run at the same time, and a process made by `fork()` has one thread
/// only.
pub(crate) struct Registry<K, V> {
    newest: AtomicPtr<Entry<K, V>>,
}

/// An entry, and the one that was added before it.
struct Entry<K, V> {
    key: K,
    value: V,
    older: *mut Self,
}

// SAFETY: entries are shared between threads, and never changed once they are in the map.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Registry<K, V> {}

impl<K: PartialEq, V> Registry<K, V> {
    pub(crate) const fn new() -> Self {
        Self { newest: AtomicPtr::new(null_mut()) }
    }

    /// The value of a key.
    pub(crate) fn get(&self, is: impl Fn(&K) -> bool) -> Option<&V> {
        self.find(self.newest.load(Ordering::Acquire), is)
    }

    /// Adds a value, unless the key has one: the first counts, and is returned.
    pub(crate) fn add(&self, key: K, value: V) -> &V {
        let added = Box::into_raw(Box::new(Entry { key, value, older: null_mut() }));
        let mut newest = self.newest.load(Ordering::Acquire);
        loop {
            // SAFETY: made above; no other thread knows it yet.
            let entry = unsafe { &mut *added };
            if let Some(known) = self.find(newest, |key| *key == entry.key) {
                // SAFETY: as above; it is freed once.
                drop(unsafe { Box::from_raw(added) });
                return known;
            }
            entry.older = newest;
            match self.newest.compare_exchange(newest, added, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: it is in the map now, where nothing changes or frees it.
                Ok(_) => return unsafe { &(*added).value },
                Err(now) => newest = now,
            }
        }
    }

    /// Calls `visit` with every key and its value, the newest first.
    pub(crate) fn each<'r>(&'r self, mut visit: impl FnMut(&'r K, &'r V)) {
        let mut entry = self.newest.load(Ordering::Acquire);
        // SAFETY: entries that are in the map are never changed or freed.
        while let Some(here) = unsafe { entry.as_ref() } {
            visit(&here.key, &here.value);
            entry = here.older;
        }
    }

    fn find(&self, mut entry: *mut Entry<K, V>, is: impl Fn(&K) -> bool) -> Option<&V> {
        // SAFETY: entries that are in the map are never changed or freed.
        while let Some(here) = unsafe { entry.as_ref() } {
            if is(&here.key) {
                return Some(&here.value);
            }
            entry = here.older;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Registry;

    #[test]
    fn the_first_value_of_a_key_counts_for_all_threads() {
        static NUMBERS: Registry<usize, usize> = Registry::new();
        let add = |thread: usize| move || (0..500).map(|key| (key, *NUMBERS.add(key, thread))).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|thread| std::thread::spawn(add(thread))).collect();
        for thread in threads {
            for (key, value) in thread.join().unwrap() {
                assert_eq!(NUMBERS.get(|known| *known == key), Some(&value));
            }
        }
        assert_eq!(NUMBERS.get(|key| *key == 500), None);
    }
}
