//! A Python to run, to read and to link.
//!
//! * [`Installed`] finds an installed CPython and describes it ([`PythonInfo`], [`LinkSettings`]); what other crates need
//!   of any Python is the trait [`Distribution`].
//! * [`BytecodeCompiler`] turns sources into marshalled code in worker processes of that Python, with a cache on disk;
//!   its output depends on nothing but the Python, the file name, the source and the optimisation level.
//! * [`Pip`] drives the pip of that Python and keeps what it installs by content.
//! * [`kept`] is how all of this is kept on disk: damage is noticed, and what was killed leaves nothing behind.
//!
//! ```no_run
//! use pyox_distribution::{BytecodeCompiler, CompileJob, Distribution, Installed};
//!
//! let python = Installed::locate(Some("3.12"))?;
//! println!("{} in {}", python.info().version, python.stdlib_dir().display());
//! let compiler = BytecodeCompiler::new(&python, None);
//! let job = CompileJob::new("hello.py", b"print('hello')".as_slice(), 0);
//! let code = compiler.compile_all(vec![job], &mut |_done, _total| {});
//! assert!(code[0].is_ok());
//! # Ok::<(), pyox_distribution::Error>(())
//! ```
//!
//! Nothing here prints or exits, and every program that is started is the Python that was asked for.
#![forbid(unsafe_code)]

mod compiler;
mod distribution;
mod error;
mod info;
mod installed;
pub mod kept;
mod link;
pub mod marshal;
mod pip;
mod search;
mod tags;

pub use compiler::{BytecodeCompiler, CompileError, CompileJob, CompiledModule};
pub use distribution::Distribution;
pub use error::Error;
pub use info::PythonInfo;
pub use installed::Installed;
pub use link::LinkSettings;
pub use pip::{InstalledTree, Pip, PipRequest, requirement_lines};
pub use tags::wheel_tags;
