//! Counts prime numbers, for Python.

/// The module: `import rust_module`.
#[pyo3::pymodule]
mod rust_module {
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;

    /// How many prime numbers there are below a limit.
    #[pyfunction]
    fn primes(py: Python<'_>, limit: usize) -> PyResult<usize> {
        if limit > 1_000_000_000 {
            return Err(PyValueError::new_err("the limit is too high"));
        }
        // Other threads may run meanwhile.
        Ok(py.detach(|| count(limit)))
    }

    fn count(limit: usize) -> usize {
        let mut is_prime = vec![true; limit];
        is_prime.iter_mut().take(2).for_each(|number| *number = false);
        for number in 2..limit.isqrt() + 1 {
            if is_prime.get(number).copied().unwrap_or(false) {
                (number * number..limit).step_by(number).for_each(|multiple| is_prime[multiple] = false);
            }
        }
        is_prime.into_iter().filter(|is_prime| *is_prime).count()
    }
}
