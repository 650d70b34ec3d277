//! Commands that earlier versions had.

use std::ffi::OsString;

use clap::Subcommand;

use crate::text::Mistake;

/// A command that does not exist any more.
#[derive(Subcommand)]
pub enum Former {
    /// Renamed
    #[command(hide = true)]
    Init(Words),
    /// Removed
    #[command(hide = true)]
    AppPath(Words),
}

/// Whatever was given with it.
#[derive(clap::Args)]
pub struct Words {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    _words: Vec<OsString>,
}

impl Former {
    /// What there is instead.
    pub fn mistake(&self) -> Mistake {
        let (name, hint) = match self {
            Self::Init(_) => (
                "init",
                "`pyoxidizer init-config-file` writes a configuration file, `pyoxidizer init-rust-project` a Rust project, \
                 and `pyoxidizer pack` needs neither",
            ),
            Self::AppPath(_) => ("app-path", "`pyoxidizer build` says where it writes a program"),
        };
        Mistake::new(format!("the command {name} does not exist any more"), hint)
    }
}
