//! Sets the `Py_3_X` cfgs of the Python that pyo3-ffi is configured for.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
