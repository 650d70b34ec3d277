//! Proof that a thread may call Python, and objects that wait for a thread that may.

use std::marker::PhantomData;

/// Proof that this thread runs Python: it has an attached thread state, and with it the GIL where there is one.
///
/// Every function that calls Python has one, or an [`Object`](crate::Object), which has one. It does not leave its
/// thread:
///
/// ```compile_fail,E0277
/// fn moved(gil: pyox_python_objects::Gil) {
///     std::thread::spawn(move || drop(gil));
/// }
/// ```
///
/// and safe code cannot make one:
///
/// ```compile_fail,E0133
/// let gil = pyox_python_objects::Gil::held();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Gil(PhantomData<*const ()>);

impl Gil {
    /// The proof, which the caller gives.
    ///
    /// # Safety
    ///
    /// This thread has an attached thread state, and keeps it until the proof, all copies of it, and all objects that
    /// are made with them are gone. So it is in a function that Python calls, which gives no object away but to Python,
    /// and in one that has started Python and ends it with `Py_FinalizeEx`.
    pub const unsafe fn held() -> Self {
        Self(PhantomData)
    }
}

/// Objects that are kept where a thread without Python may see them, as in a static or in an instance of a Python type.
#[derive(Debug)]
pub struct Held<T>(T);

// SAFETY: safe code reaches the value with a `Gil` only, and who has made this promises the same for its end.
// Objects themselves are not tied to a thread.
unsafe impl<T> Send for Held<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Held<T> {}

impl<T> Held<T> {
    /// Keeps objects.
    ///
    /// # Safety
    ///
    /// The value consists of objects of one interpreter and of data that threads can share. Only threads that run that
    /// interpreter ask for it, and one of them drops it, or none does.
    pub const unsafe fn new(value: T) -> Self {
        Self(value)
    }

    /// The objects.
    pub fn get(&self, _gil: Gil) -> &T {
        &self.0
    }
}
