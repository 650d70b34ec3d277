//! Settings that are one of several words.

use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($($(#[$attribute:meta])* $name:ident { $($(#[$choice_doc:meta])* $choice:ident = $word:literal,)+ })+) => {
        $(
            $(#[$attribute])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[$choice_doc])* $choice,)+
            }

            impl $name {
                /// All of them.
                pub const ALL: &[Self] = &[$(Self::$choice,)+];

                /// The word of the manual (4.15.2).
                #[must_use]
                pub const fn word(self) -> &'static str {
                    match self { $(Self::$choice => $word,)+ }
                }

                /// The choice with this word.
                #[must_use]
                pub fn from_word(word: &str) -> Option<Self> {
                    Self::ALL.iter().copied().find(|choice| choice.word() == word)
                }
            }
        )+
    };
}

choices! {
    /// What counts for an interpreter (`config_profile`). Locale, signal handlers and C streams are in both as the
    /// `python` command has them, unless they are set.
    #[derive(Default)]
    Profile {
        /// `PYTHON*` variables, options among the arguments and the user's site directory have no influence.
        #[default]
        Isolated = "isolated",
        /// As the `python` command: `PYTHON*` variables count, and where nothing else is run, options do.
        Python = "python",
    }

    /// The memory allocators that Python starts with (`allocator`): `PyPreConfig.allocator`.
    Allocator {
        /// Leaves them as they are.
        NotSet = "not-set",
        /// Those that this Python was built for.
        Default = "default",
        /// The default ones, with hooks that find misuse.
        Debug = "debug",
        /// `malloc` of the C library for everything.
        Malloc = "malloc",
        /// The same, with hooks that find misuse.
        MallocDebug = "malloc-debug",
        /// CPython's own for small objects.
        PyMalloc = "py-malloc",
        /// The same, with hooks that find misuse.
        PyMallocDebug = "py-malloc-debug",
        /// The copy of mimalloc in CPython, from 3.13 on, if it was built with it.
        Mimalloc = "mimalloc",
        /// The same, with hooks that find misuse.
        MimallocDebug = "mimalloc-debug",
    }

    /// Where a domain of memory comes from (`raw_allocator`, `object_allocator`). What is not of the system or of
    /// Python is a feature of the crate `pyox-embed`.
    DomainAllocator {
        /// `malloc` of the C library.
        System = "system",
        /// CPython's own for small objects. Not for raw memory, which is used without the GIL.
        PyMalloc = "py-malloc",
        /// The global allocator of the Rust program.
        Rust = "rust",
        /// jemalloc.
        Jemalloc = "jemalloc",
        /// mimalloc.
        Mimalloc = "mimalloc",
        /// snmalloc.
        Snmalloc = "snmalloc",
    }

    /// What becomes of the locale `C` (`coerce_c_locale`, PEP 538): `PyPreConfig.coerce_c_locale`.
    CoerceCLocale {
        /// It stays.
        Never = "false",
        /// `LC_CTYPE` is read to see whether the locale is to be coerced.
        LcCtype = "LC_CTYPE",
        /// It is coerced.
        C = "C",
    }

    /// What comparing `bytes` with `str` does (`bytes_warning`): `PyConfig.bytes_warning`.
    BytesWarning {
        /// Nothing.
        None = "none",
        /// A warning, as `-b` does.
        Warn = "warn",
        /// An exception, as `-bb` does.
        Raise = "raise",
    }

    /// Whether the sources of `.pyc` files with a hash are looked at (`check_hash_pycs_mode`, PEP 552).
    CheckHashPycsMode {
        /// Of all.
        Always = "always",
        /// Of none.
        Never = "never",
        /// Of those that ask for it.
        Default = "default",
    }

    /// How `multiprocessing` starts processes (`multiprocessing_start_method`).
    StartMethod {
        /// A copy of the process.
        Fork = "fork",
        /// Copies of a process that does nothing else.
        Forkserver = "forkserver",
        /// The program, started again.
        Spawn = "spawn",
    }

    /// Which imports are lazy (`lazy_imports`, PEP 810).
    LazyImports {
        /// Those of lazy statements.
        Normal = "normal",
        /// All.
        All = "all",
    }
}
