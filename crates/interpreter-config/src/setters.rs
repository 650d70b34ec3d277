//! One method for each setting.

use crate::{FileAttribute, InterpreterConfig, Profile, ResourceFile, Run};

macro_rules! setters {
    ($($field:ident: $type:ty,)*) => {
        /// Each sets the field of its name.
        impl InterpreterConfig {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, value: $type) -> Self {
                    self.$field = value.into();
                    self
                }
            )*
        }
    };
}

setters! {
    python: (u8, u8),
    run: Run,
    resource_files: impl Into<Vec<ResourceFile>>,
    file_attribute: FileAttribute,
    virtual_files: bool,
    profile: Profile,
    optimization_level: u8,
    site_import: bool,
    path_configuration_files: bool,
    site_builtins: bool,
    sys_frozen: bool,
    utf8_mode: impl Into<Option<bool>>,
    development_mode: impl Into<Option<bool>>,
    fault_handler: impl Into<Option<bool>>,
    buffered_stdio: impl Into<Option<bool>>,
    hash_seed: impl Into<Option<u32>>,
    fast_exit: bool,
}
