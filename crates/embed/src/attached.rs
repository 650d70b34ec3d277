//! Calling Python from other threads than its own.

use pyo3_ffi as ffi;
use pyox_python_objects::Gil;

#[cfg(feature = "pyo3")]
use crate::exception::PythonError;
use crate::interpreter::MainPythonInterpreter;

/// A running interpreter that any thread may call, see [`MainPythonInterpreter::with_threads`].
#[derive(Debug)]
pub struct Attached(());

impl Attached {
    /// Calls a function that may call Python, once no other thread does. What it makes of Python stays in it: the token
    /// and objects are not `Send`.
    pub fn with_gil<T>(&self, work: impl FnOnce(Gil) -> T) -> T {
        with_gil(work)
    }

    /// As [`MainPythonInterpreter::attach`].
    ///
    /// # Errors
    ///
    /// The exception that the function returns.
    #[cfg(feature = "pyo3")]
    pub fn attach<T>(
        &self,
        work: impl for<'py> FnOnce(pyo3::Python<'py>) -> pyo3::PyResult<T>,
    ) -> Result<T, PythonError> {
        attach(work)
    }
}

impl MainPythonInterpreter {
    /// Lets threads of the program call Python while a function runs, which itself holds no GIL.
    ///
    /// ```no_run
    /// # fn squares(python: &pyembed::MainPythonInterpreter) {
    /// python.with_threads(|python| {
    ///     std::thread::scope(|scope| {
    ///         for _ in 0..4 {
    ///             scope.spawn(|| python.with_gil(|gil| pyembed::objects::import(gil, c"json").is_ok()));
    ///         }
    ///     });
    /// });
    /// # }
    /// ```
    pub fn with_threads<T>(&self, work: impl FnOnce(&Attached) -> T) -> T {
        self.without_gil(|| work(&Attached(())))
    }

    /// Calls a function with the token of pyo3. What else pyo3 is asked for works too: this is the same interpreter.
    /// Other threads get a token from [`Attached::attach`] or `pyo3::Python::attach`.
    ///
    /// # Errors
    ///
    /// The exception that the function returns.
    #[cfg(feature = "pyo3")]
    pub fn attach<T>(
        &self,
        work: impl for<'py> FnOnce(pyo3::Python<'py>) -> pyo3::PyResult<T>,
    ) -> Result<T, PythonError> {
        attach(work)
    }
}

/// Calls a function with the GIL, which is let go of also if the function panics.
pub(crate) fn with_gil<T>(work: impl FnOnce(Gil) -> T) -> T {
    struct Ensured(ffi::PyGILState_STATE);
    impl Drop for Ensured {
        fn drop(&mut self) {
            // SAFETY: the state of the call below, in the same thread.
            unsafe { ffi::PyGILState_Release(self.0) };
        }
    }
    // SAFETY: Python runs: whoever calls this borrows its interpreter.
    let _ensured = Ensured(unsafe { ffi::PyGILState_Ensure() });
    // SAFETY: the thread has the GIL until the state is released.
    work(unsafe { Gil::held() })
}

/// Calls a function without the GIL, which the thread has again afterwards, also if the function panics.
pub(crate) fn without_gil<T>(work: impl FnOnce() -> T) -> T {
    struct Saved(*mut ffi::PyThreadState);
    impl Drop for Saved {
        fn drop(&mut self) {
            // SAFETY: the state of the call below, in the same thread.
            unsafe { ffi::PyEval_RestoreThread(self.0) };
        }
    }
    // SAFETY: Python runs: whoever calls this borrows its interpreter.
    if unsafe { ffi::PyGILState_Check() } == 0 {
        return work();
    }
    // SAFETY: the thread has the GIL.
    let _saved = Saved(unsafe { ffi::PyEval_SaveThread() });
    work()
}

#[cfg(feature = "pyo3")]
fn attach<T>(work: impl for<'py> FnOnce(pyo3::Python<'py>) -> pyo3::PyResult<T>) -> Result<T, PythonError> {
    pyo3::Python::attach(|py| {
        work(py).map_err(|error| {
            error.restore(py);
            // SAFETY: the token of pyo3 says that this thread runs Python until the closure ends.
            let gil = unsafe { Gil::held() };
            PythonError::take(gil, pyox_python_objects::Raised::pending())
        })
    })
}
