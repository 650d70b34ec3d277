//! What an interpreter is started with.

use std::ffi::OsString;
use std::path::PathBuf;

use pyox_interpreter_config::InterpreterConfig;
use pyox_packed_resources::{Blob, SectionKind};

use crate::error::NewInterpreterError;
use crate::executable::current_executable;
use crate::extension_module::ExtensionModule;
use crate::{address_space, payload, resource_file};

/// Everything an interpreter needs to start.
///
/// The default has the values with which a configuration of the manual (4.15) starts. It imports packed modules only,
/// so that it needs [`packed_resources`](Self::packed_resources), or
/// [`module_search_paths`](InterpreterConfig::module_search_paths) with the standard library.
#[non_exhaustive]
pub struct OxidizedPythonInterpreterConfig {
    /// How the interpreter behaves and what it runs.
    pub interpreter_config: InterpreterConfig,
    /// The modules and data of the program, the first blob that has a module wins. The first one also has the code
    /// that starts the importer.
    pub packed_resources: Vec<Blob<'static>>,
    /// Absolute path of the executable; `None` asks the operating system.
    pub executable: Option<PathBuf>,
    /// The command line with the program's name first; `None` takes that of the process.
    pub argv: Option<Vec<OsString>>,
    /// Modules that are part of the program.
    pub extra_extension_modules: Vec<ExtensionModule>,
    /// The directory that `$ORIGIN` stands for; `None` for that of the executable.
    pub origin: Option<PathBuf>,
    /// Without the importer of packed modules, give Python the path of the executable as its name, and the directory of
    /// it as its home, where they are not set. Otherwise CPython looks for its own files as it does anywhere.
    pub set_missing_path_configuration: bool,
}

impl Default for OxidizedPythonInterpreterConfig {
    fn default() -> Self {
        Self {
            interpreter_config: InterpreterConfig::default(),
            packed_resources: Vec::new(),
            executable: None,
            argv: None,
            extra_extension_modules: Vec::new(),
            origin: None,
            set_missing_path_configuration: true,
        }
    }
}

impl OxidizedPythonInterpreterConfig {
    /// An interpreter that behaves so, and has no resources yet.
    #[must_use]
    pub fn new(config: InterpreterConfig) -> Self {
        Self { interpreter_config: config, ..Self::default() }
    }

    /// Takes everything from the payload of the running program ([`payload::find`]).
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError::Payload`], and those of [`from_blob`](Self::from_blob).
    pub fn from_program() -> Result<Self, NewInterpreterError> {
        address_space::check()?;
        Self::from_blob(payload::find()?)
    }

    /// Takes everything from packed resources, such as those of [`include_resources!`](crate::include_resources).
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError::Resources`], and those of [`from_blob`](Self::from_blob).
    pub fn from_resources(bytes: &'static [u8]) -> Result<Self, NewInterpreterError> {
        Self::from_blob(Blob::open(bytes)?)
    }

    /// Takes the interpreter configuration from the section of the blob that holds it, and maps the resource files that
    /// it names.
    ///
    /// # Errors
    ///
    /// [`NewInterpreterError::NoConfig`], [`NewInterpreterError::Config`] or [`NewInterpreterError::Resources`]; for a
    /// resource file [`NewInterpreterError::ResourceFile`] or [`NewInterpreterError::ResourceFileDigest`].
    pub fn from_blob(blob: Blob<'static>) -> Result<Self, NewInterpreterError> {
        let section = blob.checked_section(SectionKind::InterpreterConfig)?.ok_or(NewInterpreterError::NoConfig)?;
        let interpreter_config = InterpreterConfig::decode(section)?;
        let mut packed_resources = vec![blob];
        for file in &interpreter_config.resource_files {
            packed_resources.push(resource_file::map(file, &current_executable()?)?);
        }
        Ok(Self { interpreter_config, packed_resources, ..Self::default() })
    }

    /// Sets how the interpreter behaves and what it runs.
    #[must_use]
    pub fn interpreter_config(mut self, config: InterpreterConfig) -> Self {
        self.interpreter_config = config;
        self
    }

    /// Sets the modules and data of the program.
    #[must_use]
    pub fn packed_resources(mut self, blobs: Vec<Blob<'static>>) -> Self {
        self.packed_resources = blobs;
        self
    }

    /// Sets the absolute path of the executable.
    #[must_use]
    pub fn executable(mut self, path: impl Into<PathBuf>) -> Self {
        self.executable = Some(path.into());
        self
    }

    /// Sets the command line, with the program's name first.
    #[must_use]
    pub fn argv(mut self, argv: Vec<OsString>) -> Self {
        self.argv = Some(argv);
        self
    }

    /// Adds a module that is part of the program.
    #[must_use]
    pub fn extension_module(mut self, module: ExtensionModule) -> Self {
        self.extra_extension_modules.push(module);
        self
    }

    /// Sets the directory that `$ORIGIN` stands for.
    #[must_use]
    pub fn origin(mut self, directory: impl Into<PathBuf>) -> Self {
        self.origin = Some(directory.into());
        self
    }

    /// Sets whether Python is given its path if nothing else says it.
    #[must_use]
    pub fn set_missing_path_configuration(mut self, on: bool) -> Self {
        self.set_missing_path_configuration = on;
        self
    }
}
