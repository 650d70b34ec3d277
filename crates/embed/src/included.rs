//! Packed resources that the compiler puts into a program.

/// A value that starts at a page of memory, as the packed resources of programs do.
#[doc(hidden)]
#[repr(C, align(4096))]
pub struct Aligned<T: ?Sized>(pub T);

/// The content of a file of packed resources, which the compiler takes into the program: a `&'static [u8]` for
/// [`OxidizedPythonInterpreterConfig::from_resources`](crate::OxidizedPythonInterpreterConfig::from_resources). The
/// path is relative to the source file, as that of [`include_bytes!`] is.
#[macro_export]
macro_rules! include_resources {
    ($path:expr) => {{
        static RESOURCES: &$crate::Aligned<[u8]> = &$crate::Aligned(*include_bytes!($path));
        &RESOURCES.0
    }};
}

#[cfg(test)]
mod tests {
    #[test]
    fn resources_start_at_a_page() {
        let bytes: &'static [u8] = include_resources!("included.rs");
        assert!(bytes.as_ptr().addr().is_multiple_of(4096));
        assert_eq!(bytes, include_bytes!("included.rs"));
    }
}
