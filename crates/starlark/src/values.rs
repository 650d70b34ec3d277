//! The types of the dialect, as Starlark values around plain data.

pub(crate) mod config;
pub(crate) mod content;
pub(crate) mod distribution;
pub(crate) mod embedded;
pub(crate) mod executable;
pub(crate) mod installer;
pub(crate) mod manifest;
pub(crate) mod policy;
pub(crate) mod removed;
pub(crate) mod resource;

/// A type of the dialect that is a Starlark value around data.
macro_rules! value_type {
    ($(#[$attribute:meta])* $name:ident($data:ty)) => {
        $(#[$attribute])*
        #[derive(
            Debug,
            starlark::any::ProvidesStaticType,
            starlark::values::NoSerialize,
            allocative::Allocative,
            starlark::values::StarlarkPagablePanic,
        )]
        pub(crate) struct $name(#[allocative(skip)] pub(crate) $data);

        starlark::starlark_simple_value!($name);
    };
}
pub(crate) use value_type;
