//! Which setting is which field of `PyConfig`.

#[cfg(Py_3_11)]
use std::ffi::OsString;
use std::ffi::c_int;
use std::path::Path;
#[cfg(Py_3_11)]
use std::path::PathBuf;

use pyo3_ffi as ffi;
use pyox_interpreter_config::{BytesWarning, Run};
use pyox_packed_resources::Place;

use crate::error::NewInterpreterError;
use crate::fields::{Number as _, PyConfig};
use crate::privileges::elevated;
use crate::start::{Start, status};

/// Sets numbers that are set in the configuration.
macro_rules! numbers {
    ($config:expr => $python:expr; $($(#[$has:meta])? $setting:ident => $field:ident,)+) => {
        $($(#[$has])? if let Some(value) = $config.$setting { $python.0.$field = value.number(); })+
    };
}

/// Sets texts that are set in the configuration.
macro_rules! texts {
    ($config:expr => $python:expr; $($(#[$has:meta])? $setting:ident => $field:ident,)+) => {
        $($(#[$has])? if let Some(value) = &$config.$setting {
            $python.text(|python| &raw mut python.$field, value)?;
        })+
    };
}

/// Sets paths that are set in the configuration.
macro_rules! paths {
    ($start:expr => $python:expr; $($(#[$has:meta])? $setting:ident => $field:ident,)+) => {
        $($(#[$has])? if let Some(value) = &$start.config.$setting {
            $python.path(|python| &raw mut python.$field, $start.expand(value))?;
        })+
    };
}

impl Start<'_> {
    /// Everything, in an order in which what is set wins over what follows from the profile.
    pub(crate) fn apply(&self, python: &mut PyConfig) -> Result<(), NewInterpreterError> {
        self.profile(python);
        if self.config.oxidized_importer {
            self.installation(python)?;
        } else {
            self.ordinary_installation(python)?;
        }
        self.numbers(python);
        self.strings(python)?;
        #[cfg(Py_3_11)]
        if self.config.oxidized_importer && self.config.home.is_none() {
            python.path(|c| &raw mut c.home, self.home())?;
        }
        self.run(python)?;
        let mut argv = self.invocation.pointers();
        // SAFETY: the configuration is initialised; the strings live as long as `invocation`.
        status(unsafe { ffi::PyConfig_SetBytesArgv(&raw mut python.0, argv.len() as isize, argv.as_mut_ptr().cast()) })
    }

    /// What follows from the profile, and what programs have.
    fn profile(&self, python: &mut PyConfig) {
        let python = &mut python.0;
        // An interpreter has what `python` puts first on `sys.path`, unless its options say otherwise.
        let has_script_path = self.invocation.as_interpreter;
        if self.is_isolated() {
            python.isolated = c_int::from(!has_script_path);
            python.use_environment = 0;
            python.user_site_directory = 0;
        }
        python.parse_argv = self.parses_argv().into();
        python.pathconfig_warnings = 0;
        python.write_bytecode = 0;
        #[cfg(Py_3_11)]
        {
            python.safe_path = c_int::from(!has_script_path);
            if self.config.oxidized_importer {
                // The packed modules come first, so that `_imp.is_frozen` must not say that CPython's own are used.
                python.use_frozen_modules = 0;
            }
        }
    }

    /// All paths are given, so that Python looks for nothing: the installation is below the executable.
    pub(crate) fn installation(&self, python: &mut PyConfig) -> Result<(), NewInterpreterError> {
        let roots = self.roots;
        let path = roots.program();
        python.path(|c| &raw mut c.program_name, path)?;
        python.path(|c| &raw mut c.executable, path)?;
        python.path(|c| &raw mut c.base_executable, path)?;
        let prefix = roots.of(Place::Prefix);
        python.path(|c| &raw mut c.prefix, prefix)?;
        python.path(|c| &raw mut c.base_prefix, prefix)?;
        python.path(|c| &raw mut c.exec_prefix, prefix)?;
        python.path(|c| &raw mut c.base_exec_prefix, prefix)?;
        python.text(|c| &raw mut c.platlibdir, "lib")?;
        #[cfg(Py_3_11)]
        python.path(|c| &raw mut c.stdlib_dir, roots.of(Place::StandardLibrary))?;
        if self.config.module_search_paths.is_empty() {
            python.0.module_search_paths_set = 1;
            for directory in roots.search_path() {
                python.append_path(|c| &raw mut c.module_search_paths, directory)?;
            }
        }
        Ok(())
    }

    /// Python looks for its files itself, from what is given.
    fn ordinary_installation(&self, python: &mut PyConfig) -> Result<(), NewInterpreterError> {
        if !self.set_missing_path_configuration {
            return Ok(());
        }
        let program = self.roots.program();
        python.path(|c| &raw mut c.program_name, program)?;
        python.path(|c| &raw mut c.executable, program)?;
        python.path(|c| &raw mut c.home, program.parent().unwrap_or(Path::new("/")))
    }

    /// The home of Python with packed modules. One that is given its home looks neither for a file with the search path
    /// nor for a build directory beside the program, and before 3.14 for no virtual environment.
    #[cfg(Py_3_11)]
    fn home(&self) -> OsString {
        let [mut home, exec_prefix] = self.prefixes().map(PathBuf::into_os_string);
        home.push(":");
        home.push(exec_prefix);
        home
    }

    /// `sys.prefix` and `sys.exec_prefix` with packed modules.
    #[cfg(Py_3_11)]
    pub(crate) fn prefixes(&self) -> [PathBuf; 2] {
        if let Some(home) = &self.config.home {
            let (prefix, exec_prefix) = home.split_once(':').unwrap_or((home, home));
            return [prefix, exec_prefix].map(|path| self.expand(path));
        }
        [&self.config.prefix, &self.config.exec_prefix].map(|given| match given {
            Some(path) => self.expand(path),
            None => self.roots.of(Place::Prefix).to_owned(),
        })
    }

    fn numbers(&self, python: &mut PyConfig) {
        let config = self.config;
        numbers! { config => python;
            buffered_stdio => buffered_stdio,
            #[cfg(Py_3_11)] code_debug_ranges => code_debug_ranges,
            configure_c_stdio => configure_c_stdio,
            #[cfg(Py_3_14)] context_aware_warnings => context_aware_warnings,
            #[cfg(Py_3_13)] cpu_count => cpu_count,
            development_mode => dev_mode,
            dump_refs => dump_refs,
            #[cfg(Py_GIL_DISABLED)] enable_gil => enable_gil,
            fault_handler => faulthandler,
            import_time => import_time,
            inspect => inspect,
            install_signal_handlers => install_signal_handlers,
            #[cfg(Py_3_12)] int_max_str_digits => int_max_str_digits,
            interactive => interactive,
            malloc_stats => malloc_stats,
            parser_debug => parser_debug,
            pathconfig_warnings => pathconfig_warnings,
            #[cfg(Py_3_12)] perf_profiling => perf_profiling,
            #[cfg(Py_3_15)] pymalloc_hugepages => pymalloc_hugepages,
            quiet => quiet,
            #[cfg(Py_3_14)] remote_debug => remote_debug,
            #[cfg(Py_3_11)] safe_path => safe_path,
            show_ref_count => show_ref_count,
            site_import => site_import,
            skip_first_source_line => skip_source_first_line,
            #[cfg(Py_3_14)] thread_inherit_context => thread_inherit_context,
            #[cfg(all(Py_3_14, Py_GIL_DISABLED))] tlbc_enabled => tlbc_enabled,
            tracemalloc => tracemalloc,
            #[cfg(Py_3_11)] use_frozen_modules => use_frozen_modules,
            verbose => verbose,
            #[cfg(Py_3_10)] warn_default_encoding => warn_default_encoding,
            write_bytecode => write_bytecode,
        }
        if !self.invocation.as_interpreter {
            numbers! { config => python; optimization_level => optimization_level, }
        }
        if !elevated() {
            numbers! { config => python;
                isolated => isolated,
                use_environment => use_environment,
                user_site_directory => user_site_directory,
            }
        }
        if let Some(warning) = config.bytes_warning {
            python.0.bytes_warning = match warning {
                BytesWarning::Warn => 1,
                BytesWarning::Raise => 2,
                _ => 0,
            };
        }
        #[cfg(Py_3_15)]
        if let Some(lazy) = config.lazy_imports {
            python.0.lazy_imports = if lazy == pyox_interpreter_config::LazyImports::All { 1 } else { -1 };
        }
        if let Some(seed) = config.hash_seed {
            python.0.use_hash_seed = 1;
            python.0.hash_seed = seed.into();
        }
    }

    fn strings(&self, python: &mut PyConfig) -> Result<(), NewInterpreterError> {
        let config = self.config;
        texts! { config => python;
            filesystem_encoding => filesystem_encoding,
            filesystem_errors => filesystem_errors,
            platlibdir => platlibdir,
            #[cfg(all(Py_3_13, py_sys_config = "Py_DEBUG"))] run_presite => run_presite,
            stdio_encoding => stdio_encoding,
            stdio_errors => stdio_errors,
        }
        if let Some(mode) = config.check_hash_pycs_mode {
            python.text(|c| &raw mut c.check_hash_pycs_mode, mode.word())?;
        }
        paths! { self => python;
            base_exec_prefix => base_exec_prefix,
            base_executable => base_executable,
            base_prefix => base_prefix,
            #[cfg(Py_3_11)] dump_refs_file => dump_refs_file,
            exec_prefix => exec_prefix,
            executable => executable,
            home => home,
            prefix => prefix,
            program_name => program_name,
            pycache_prefix => pycache_prefix,
            python_path_env => pythonpath_env,
            #[cfg(Py_3_11)] stdlib_dir => stdlib_dir,
        }
        if !config.module_search_paths.is_empty() {
            python.0.module_search_paths_set = 1;
        }
        for path in &config.module_search_paths {
            python.append_path(|c| &raw mut c.module_search_paths, self.expand(path))?;
        }
        #[cfg(Py_3_10)]
        python.append(|c| &raw mut c.orig_argv, &config.orig_argv)?;
        python.append(|c| &raw mut c.warnoptions, &config.warn_options)?;
        python.append(|c| &raw mut c.xoptions, &config.x_options)
    }

    /// What `Py_RunMain` runs.
    fn run(&self, python: &mut PyConfig) -> Result<(), NewInterpreterError> {
        let config = self.config;
        if self.invocation.as_interpreter {
            return Ok(());
        }
        if let Some(command) = &config.run_command {
            // As `-c`, which runs lines.
            python.text(|c| &raw mut c.run_command, &format!("{command}\n"))?;
        }
        texts! { config => python; run_module => run_module, }
        paths! { self => python; run_filename => run_filename, }
        if let Run::File(path) = &config.run_mode {
            python.path(|c| &raw mut c.run_filename, self.expand(path))?;
        }
        Ok(())
    }
}
