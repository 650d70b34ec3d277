//! What the programs share: the Python that is packed into them.
// The guide is tested here.
#![cfg_attr(doctest, doc = include_str!("../../../docs/embedding/README.md"))]

// Defines `default_python_config()`.
include!(env!("PYOXIDIZER_DEFAULT_PYTHON_CONFIG_RS"));
