//! Runs plug-ins: `plugins SECONDS SCRIPT...` starts each script in a process of its own, and stops those that take
//! longer. Scripts are files of the user; they can `import host`, a module in Rust, and whatever is packed.

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use hosts::default_python_config;
use pyembed::MainPythonInterpreter;

/// What the host offers to plug-ins.
#[pyo3::pymodule]
mod host {
    use pyo3::prelude::*;

    /// Says something in the name of the plug-in.
    #[pyfunction]
    fn say(text: &str) {
        println!("plug-in: {text}");
    }

    /// Version of what plug-ins can use.
    #[pymodule_export]
    const VERSION: u32 = 1;
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [option, script] if option == "--run" => run(script.as_ref()),
        [seconds, scripts @ ..] if !scripts.is_empty() => start_all(seconds, scripts),
        _ => Err("usage: plugins SECONDS SCRIPT...".into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("plugins: {error}");
        ExitCode::from(2)
    })
}

/// In a process of its own: the plug-in.
fn run(script: &Path) -> Result<ExitCode, Box<dyn Error>> {
    pyo3::append_to_inittab!(host);
    let python = MainPythonInterpreter::new(default_python_config())?;
    let outcome = python.run_file(script);
    let is_flushed = python.finalize().is_ok();
    match outcome {
        Ok(()) => Ok(ExitCode::from(u8::from(!is_flushed))),
        Err(error) => {
            if error.exit_status.is_none() {
                eprint!("{}", error.traceback);
            }
            Ok(ExitCode::from(error.exit_status.unwrap_or(1) as u8))
        }
    }
}

fn start_all(seconds: &str, scripts: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let limit = Duration::from_secs_f64(seconds.parse()?);
    let mut failed = false;
    for script in scripts {
        let mut child = Command::new(std::env::current_exe()?).arg("--run").arg(script).spawn()?;
        let what = wait(&mut child, limit)?;
        failed |= what != "done";
        println!("{script}: {what}");
    }
    Ok(ExitCode::from(u8::from(failed)))
}

/// Waits for the end of a process, or brings it about.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<String> {
    let start = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok("done".into()),
            Some(status) => return Ok(status.to_string()),
            None if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(5)),
            None => {
                child.kill()?;
                child.wait()?;
                return Ok(format!("stopped after {} s", limit.as_secs_f64()));
            }
        }
    }
}
