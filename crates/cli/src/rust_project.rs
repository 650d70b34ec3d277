//! Rust programs that embed Python: new ones, existing ones, and what their build scripts ask for.

mod add;
pub mod args;
mod build_script;
mod init;
mod requirements;
mod settings;

pub use add::run as add;
pub use build_script::run as run_build_script;
pub use init::run as init;
