//! Every setting: the one list from which fields, setters, names and texts are made.

use serde::{Deserialize, Serialize};

use crate::value::{SettingValue, Value};
use crate::{
    Allocator, BytesWarning, CheckHashPycsMode, CoerceCLocale, DomainAllocator, FileAttribute, LazyImports, Level,
    Profile, Resolution, ResourceFile, Run, StartMethod,
};

/// A setting that can be given as text: an attribute of the manual (4.15.2), or one of ours.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Setting {
    /// Its name, which is that of a field of [`InterpreterConfig`].
    pub name: &'static str,
    /// What it does: the documentation of the field, in lines.
    pub documentation: &'static str,
    /// Which values there are, for people.
    pub expected: fn() -> String,
    pub(crate) assign: fn(&mut InterpreterConfig, &str) -> Option<()>,
    pub(crate) plain: fn(&InterpreterConfig) -> SettingValue,
    pub(crate) put: fn(&mut InterpreterConfig, &SettingValue) -> Option<()>,
}

macro_rules! settings {
    (
        made: { $($(#[doc = $made_doc:literal])+ $made:ident: $made_type:ty,)+ }
        paths: { $($(#[doc = $paths_doc:literal])+ $paths:ident: $paths_type:ty,)+ }
        given: { $($(#[doc = $doc:literal])+ $field:ident: $type:ty,)+ }
    ) => {
        /// Settings of an embedded interpreter. They have the names of the manual's attributes (4.15.2).
        ///
        /// `None` leaves a setting to `config_profile`, and a path to where the program seems to be installed.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct InterpreterConfig {
            $($(#[doc = $made_doc])+ pub $made: $made_type,)+
            $($(#[doc = $paths_doc])+ pub $paths: $paths_type,)+
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl InterpreterConfig {
            /// What can be given as text, in the order of the fields.
            pub const SETTINGS: &[Setting] = &[
                $(settings! { @setting $paths, $paths_type, $($paths_doc)+ },)+
                $(settings! { @setting $field, $type, $($doc)+ },)+
            ];

            /// Nothing is set.
            pub(crate) fn unset() -> Self {
                Self {
                    $($made: Default::default(),)+
                    $($paths: Default::default(),)+
                    $($field: Default::default(),)+
                }
            }
        }

        /// Each sets the field of its name.
        impl InterpreterConfig {
            settings! { @setters $($made: $made_type,)+ $($field: $type,)+ }
        }
    };
    (@setting $field:ident, $type:ty, $($doc:literal)+) => {
        Setting {
            name: stringify!($field),
            documentation: concat!($($doc, "\n",)+),
            expected: <$type as Value>::expected,
            assign: |config, text| config.$field.assign(text),
            plain: |config| config.$field.plain(),
            put: |config, value| config.$field.put(value),
        }
    };
    (@setters $($field:ident: $type:ty,)+) => {
        $(
            #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
            #[must_use]
            pub fn $field(mut self, value: impl Into<$type>) -> Self {
                self.$field = value.into();
                self
            }
        )+
    };
}

settings! {
    made: {
        /// Python minor version the program was packaged for, for example `(3, 12)`; checked when the program starts.
        python: (u8, u8),
        /// Resources in files, after those of the program itself: the first that has a module wins.
        resource_files: Vec<ResourceFile>,
        /// `__file__` and `__cached__` of modules in memory.
        file_attribute: FileAttribute,
        /// Virtual paths are those of files for the whole process, whoever opens them.
        virtual_files: bool,
        /// Let the path configuration files (`.pth`) among the installed packages have their effect when starting,
        /// without `site_import`. That needs virtual files.
        path_configuration_files: bool,
        /// The directory where the packed OpenSSL looks for certificates by itself.
        openssl_directory: Option<String>,
    }
    paths: {
        /// What `sys.path` is at first, instead of the directories that a packed program seems to have. `$ORIGIN` in it
        /// is the directory of the program.
        module_search_paths: Vec<String>,
    }
    given: {
        /// What to run.
        run_mode: Run,
        /// What counts for the interpreter: the environment as for `python`, or nothing.
        config_profile: Profile,
        /// Import packed modules, from memory.
        oxidized_importer: bool,
        /// Also import modules from the file system, along `sys.path`.
        filesystem_importer: bool,
        /// Set `sys.argvb`: the arguments of the process as bytes, the path of the program first.
        argvb: bool,
        /// Set `sys.frozen`, which some programs test for.
        sys_frozen: bool,
        /// Set `sys._MEIPASS` to the directory of the program, which some programs test for.
        sys_meipass: bool,
        /// Write the names of the imported modules when the program ends, to a new file `modules-UUID` in the directory
        /// that this environment variable names.
        write_modules_directory_env: Option<String>,
        /// How `multiprocessing` starts processes. It is imported when the program starts.
        multiprocessing_start_method: Option<StartMethod>,
        /// Where libraries for terminals find their database: sets `TERMINFO_DIRS`, unless that is set. The path of
        /// `static` may be several, with `:` between them; `packed` names a directory of the program, which comes after
        /// what `dynamic` finds.
        terminfo_resolution: Resolution,
        /// Where OpenSSL finds certificates of authorities: sets `SSL_CERT_FILE`, unless that or `SSL_CERT_DIR` is set.
        /// `dynamic` does so only where the paths that OpenSSL was built with do not exist; `packed` names a file of
        /// the program.
        certificates: Resolution,
        /// Provide `exit`, `quit` and `help` as `site` does, without importing it.
        site_builtins: bool,
        /// End the process once Python has run its exit handlers, instead of freeing what the kernel frees anyway.
        fast_exit: bool,

        /// Where memory comes from that is used without the GIL (`PYMEM_DOMAIN_RAW`).
        raw_allocator: Option<DomainAllocator>,
        /// Where the memory of objects comes from (`PYMEM_DOMAIN_MEM` and `PYMEM_DOMAIN_OBJ`).
        object_allocator: Option<DomainAllocator>,
        /// Put hooks that find misuse around all memory allocators.
        allocator_debug: bool,

        /// Which memory allocators Python starts with (`PyPreConfig.allocator`).
        allocator: Option<Allocator>,
        /// Set the locale of the process to that of the user.
        configure_locale: Option<bool>,
        /// What becomes of the locale `C` (PEP 538).
        coerce_c_locale: Option<CoerceCLocale>,
        /// Say so when the locale is coerced.
        coerce_c_locale_warn: Option<bool>,
        /// Python development mode, as `-X dev`.
        development_mode: Option<bool>,
        /// Take nothing from the environment, the user's site directory and the current directory, as `-I`.
        isolated: Option<bool>,
        /// The encoding of file names on Windows before PEP 529; nothing elsewhere.
        legacy_windows_fs_encoding: Option<bool>,
        /// Let Python read its options from the arguments.
        parse_argv: Option<bool>,
        /// Let the variables `PYTHON*` have their effect.
        use_environment: Option<bool>,
        /// Python UTF-8 mode (PEP 540).
        utf8_mode: Option<bool>,

        /// `sys.base_exec_prefix`. `$ORIGIN` in this and other paths is the directory of the program.
        base_exec_prefix: Option<String>,
        /// `sys._base_executable`
        base_executable: Option<String>,
        /// `sys.base_prefix`
        base_prefix: Option<String>,
        /// Buffer standard output; `false` is as `-u`.
        buffered_stdio: Option<bool>,
        /// What comparing `bytes` with `str` does, as `-b` and `-bb`.
        bytes_warning: Option<BytesWarning>,
        /// Which `.pyc` files with a hash are compared with their sources (PEP 552).
        check_hash_pycs_mode: Option<CheckHashPycsMode>,
        /// Columns of code objects, for tracebacks; `false` is as `-X no_debug_ranges`. Python 3.11 and later.
        code_debug_ranges: Option<bool>,
        /// Warnings have their filters in a context variable. Python 3.14 and later.
        context_aware_warnings: Option<bool>,
        /// Set up the streams of C as `buffered_stdio` says.
        configure_c_stdio: Option<bool>,
        /// What `os.cpu_count()` says. Python 3.13 and later.
        cpu_count: Option<u32>,
        /// Write all objects that live at the end. Only in a Python built for tracing references.
        dump_refs: Option<bool>,
        /// The file for `dump_refs`. Python 3.11 and later.
        dump_refs_file: Option<String>,
        /// Keep the GIL in a Python that can do without. Python 3.13 and later, free-threaded.
        enable_gil: Option<bool>,
        /// `sys.exec_prefix`
        exec_prefix: Option<String>,
        /// `sys.executable`
        executable: Option<String>,
        /// Write a Python traceback on a crash, as `-X faulthandler`.
        fault_handler: Option<bool>,
        /// The encoding of file names: `sys.getfilesystemencoding()`.
        filesystem_encoding: Option<String>,
        /// `sys.getfilesystemencodeerrors()`
        filesystem_errors: Option<String>,
        /// Fixed seed of string hashes; 0 disables randomisation.
        hash_seed: Option<u32>,
        /// The directory of Python's own files, as `PYTHONHOME`.
        home: Option<String>,
        /// Write how long imports take, as `-X importtime`.
        import_time: Option<Level>,
        /// Go on with the interactive interpreter after what was run, as `-i`.
        inspect: Option<Level>,
        /// Install the handler of `SIGINT` that raises `KeyboardInterrupt`, and ignore `SIGPIPE`.
        install_signal_handlers: Option<bool>,
        /// Largest number of digits that `int` and `str` convert; 0 is no limit. Python 3.12 and later.
        int_max_str_digits: Option<u32>,
        /// Be interactive also if standard input is no terminal, as `-i`.
        interactive: Option<Level>,
        /// Which imports are lazy (PEP 810). Python 3.15 and later.
        lazy_imports: Option<LazyImports>,
        /// Standard streams on Windows before PEP 528; nothing elsewhere.
        legacy_windows_stdio: Option<bool>,
        /// Write statistics of memory when Python ends.
        malloc_stats: Option<bool>,
        /// `sys.flags.optimize`: 0, 1 or 2; for packed programs that of their bytecode, if it is not set.
        optimization_level: Option<u8>,
        /// `sys.orig_argv`. Python 3.10 and later.
        orig_argv: Vec<String>,
        /// Say what the parser does, as `-d`.
        parser_debug: Option<Level>,
        /// Say on standard error if Python's own files are not found.
        pathconfig_warnings: Option<bool>,
        /// Let the profiler `perf` see Python functions, as `-X perf`. Python 3.12 and later.
        perf_profiling: Option<Level>,
        /// `sys.platlibdir`
        platlibdir: Option<String>,
        /// `sys.prefix`
        prefix: Option<String>,
        /// The name of the program, from which `sys.executable` follows where it is not known.
        program_name: Option<String>,
        /// `sys.pycache_prefix`
        pycache_prefix: Option<String>,
        /// Take arenas of small objects in huge pages. Python 3.15 and later.
        pymalloc_hugepages: Option<bool>,
        /// As `PYTHONPATH`: where modules are looked for, with `:` between them. `module_search_paths` and what a
        /// packed program has instead come before it.
        python_path_env: Option<String>,
        /// Do not write version and copyright when the interactive interpreter starts, as `-q`.
        quiet: Option<Level>,
        /// Let debuggers attach (PEP 768). Python 3.14 and later.
        remote_debug: Option<bool>,
        /// Statements to run where `run_mode` is `none`, as `-c`.
        run_command: Option<String>,
        /// A file to run where `run_mode` is `none`.
        run_filename: Option<String>,
        /// A module to run where `run_mode` is `none`, as `-m`.
        run_module: Option<String>,
        /// A module to import before `site`. Python 3.13 and later, built for debugging.
        run_presite: Option<String>,
        /// Do not put the current directory or that of the script on `sys.path`, as `-P`. Python 3.11 and later.
        safe_path: Option<bool>,
        /// Write statistics of allocations. Python 3.8 only.
        show_alloc_count: Option<bool>,
        /// Write how many references there are. Only in a Python built for debugging.
        show_ref_count: Option<bool>,
        /// Import the module `site` when starting.
        site_import: Option<bool>,
        /// Skip the first line of the file that is run, as `-x`.
        skip_first_source_line: Option<bool>,
        /// `sys._stdlib_dir`. Python 3.13 and later.
        stdlib_dir: Option<String>,
        /// The encoding of standard streams.
        stdio_encoding: Option<String>,
        /// What standard streams do with what cannot be encoded.
        stdio_errors: Option<String>,
        /// New threads start with a copy of the context. Python 3.14 and later.
        thread_inherit_context: Option<bool>,
        /// Bytecode of each thread. Python 3.14 and later, free-threaded.
        tlbc_enabled: Option<bool>,
        /// Trace memory, with so many frames of each allocation.
        tracemalloc: Option<Level>,
        /// Use CPython's frozen modules. Python 3.11 and later.
        use_frozen_modules: Option<bool>,
        /// Have the user's site directory on `sys.path`, if `site` is imported.
        user_site_directory: Option<bool>,
        /// Say what is imported, as `-v`.
        verbose: Option<Level>,
        /// Warn where text files are opened without encoding. No Python takes it from here: CPython does not copy the
        /// field (seen on 3.10 to 3.13), so that setting it is an error.
        warn_default_encoding: Option<bool>,
        /// Filters of warnings, as `-W`.
        warn_options: Vec<String>,
        /// Write `.pyc` files beside sources that are imported from files.
        write_bytecode: Option<bool>,
        /// Options as after `-X`.
        x_options: Vec<String>,
    }
}
