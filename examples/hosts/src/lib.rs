//! What the programs share: the Python that is packed into them.

// Defines `default_python_config()`.
include!(env!("PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS"));
