//! Memory that is mapped, since none may be allocated.

use std::ops::{Deref, DerefMut};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// Values in a row, of which there are at most as many as there is room for.
pub(crate) struct Mapped<T: Copy> {
    start: NonNull<T>,
    room: usize,
    count: usize,
}

// SAFETY: it owns the memory, and gives out references as a vector does.
unsafe impl<T: Copy + Send> Send for Mapped<T> {}
// SAFETY: as above.
unsafe impl<T: Copy + Sync> Sync for Mapped<T> {}

impl<T: Copy> Mapped<T> {
    /// No values yet, with room for so many.
    ///
    /// # Errors
    ///
    /// `ENOMEM`
    pub(crate) fn new(room: usize) -> Result<Self, Errno> {
        let length = room.checked_mul(size_of::<T>()).ok_or(Errno::NOMEM)?;
        if length == 0 {
            return Ok(Self { start: NonNull::dangling(), room: 0, count: 0 });
        }
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: new memory, where the kernel has room.
        let start = unsafe { mmap_anonymous(null_mut(), length, protection, MapFlags::PRIVATE) }?;
        // Pages are aligned for any value.
        let start = NonNull::new(start.cast()).ok_or(Errno::NOMEM)?;
        Ok(Self { start, room, count: 0 })
    }

    /// Appends values, all or none.
    ///
    /// # Errors
    ///
    /// `ENOMEM` if there is no room.
    pub(crate) fn push(&mut self, values: &[T]) -> Result<(), Errno> {
        if values.len() > self.room - self.count {
            return Err(Errno::NOMEM);
        }
        // SAFETY: there is room after those that are there, in memory that no one else has.
        unsafe { self.start.as_ptr().add(self.count).copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        self.count += values.len();
        Ok(())
    }

    /// Forgets all but the first.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.count = self.count.min(count);
    }
}

impl Mapped<u8> {
    /// So many zeros.
    ///
    /// # Errors
    ///
    /// `ENOMEM`
    pub(crate) fn zeros(count: usize) -> Result<Self, Errno> {
        let mut zeros = Self::new(count)?;
        // New memory is zero.
        zeros.count = count;
        Ok(zeros)
    }
}

impl<T: Copy> Deref for Mapped<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: so many values were written, or are zeros where those are valid.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.count) }
    }
}

impl<T: Copy> DerefMut for Mapped<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above; the borrow is the only one.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.count) }
    }
}

impl<T: Copy> Drop for Mapped<T> {
    fn drop(&mut self) {
        let length = self.room * size_of::<T>();
        if length > 0 {
            // SAFETY: mapped with this length, and no reference is left. What cannot be unmapped stays.
            let _ = unsafe { munmap(self.start.as_ptr().cast(), length) };
        }
    }
}

/// A value in memory of its own.
pub(crate) struct Boxed<T>(NonNull<T>);

impl<T: Send + Sync> Boxed<T> {
    /// # Errors
    ///
    /// `ENOMEM`
    pub(crate) fn new(value: T) -> Result<Self, Errno> {
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: new memory, where the kernel has room; pages are aligned for any value.
        let place = unsafe { mmap_anonymous(null_mut(), size_of::<T>().max(1), protection, MapFlags::PRIVATE) }?;
        let place = NonNull::new(place.cast::<T>()).ok_or(Errno::NOMEM)?;
        // SAFETY: mapped above for a value of that size.
        unsafe { place.write(value) };
        Ok(Self(place))
    }

    /// Puts it into an empty place, for the life of the process; where another was faster, it is given back.
    pub(crate) fn publish(self, place: &AtomicPtr<T>) -> Result<&'static T, Self> {
        match place.compare_exchange(null_mut(), self.0.as_ptr(), Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                let value = self.0;
                std::mem::forget(self);
                // SAFETY: the place has it now, where nothing changes or unmaps it.
                Ok(unsafe { value.as_ref() })
            }
            Err(_) => Err(self),
        }
    }
}

/// What a place has been given by [`Boxed::publish`].
pub(crate) fn published<T>(place: &AtomicPtr<T>) -> Option<&'static T> {
    // SAFETY: only `publish` fills places, for the life of the process.
    unsafe { place.load(Ordering::Acquire).as_ref() }
}

impl<T> Deref for Boxed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: it was written, and lives as long as this.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Drop for Boxed<T> {
    fn drop(&mut self) {
        // SAFETY: written once, dropped once, and mapped with that length. What cannot be unmapped stays.
        unsafe {
            self.0.drop_in_place();
            let _ = munmap(self.0.as_ptr().cast(), size_of::<T>().max(1));
        }
    }
}
