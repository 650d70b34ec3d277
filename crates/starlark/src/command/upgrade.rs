//! `upgrade`

use std::io::Write as _;
use std::path::Path;

use anyhow::Context;
use pyox_cli::Talk;
use pyox_output::write_atomically;
use pyox_starlark::Error;
use pyox_terminal::speech::{print, tell};
use pyox_terminal::text::printable;
use pyox_upgrade::{Error as UpgradeError, upgrade};
use similar::TextDiff;

/// Lines around what has changed.
const CONTEXT: usize = 3;

/// Rewrites a file, or says whether there is something to do.
pub fn run(path: &Path, check: bool, talk: Talk) -> anyhow::Result<u8> {
    let old = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let upgraded = upgrade(&path.to_string_lossy(), &old).map_err(|error| match error {
        UpgradeError::Syntax(error) => anyhow::Error::from(Error::from(error)),
        other => other.into(),
    })?;
    if upgraded.text != old {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let diff = TextDiff::from_lines(&old, &upgraded.text);
        let unified = diff.unified_diff().context_radius(CONTEXT).header(&name, &name).to_string();
        for line in unified.lines() {
            print(printable(line))?;
        }
    }
    for left in &upgraded.left {
        let place = format!("{}:{}", printable(path.display()), left.line);
        tell!("{} {} does not exist any more ({place})", talk.style.warning("note:"), printable(&left.name));
        tell!("  use {}", left.replacement);
    }
    let is_current = upgraded.text == old && upgraded.left.is_empty();
    if check {
        return Ok(u8::from(!is_current));
    }
    if upgraded.text != old {
        // A link leads to the file.
        let file = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
        let mode = mode(&file).with_context(|| format!("cannot read {}", file.display()))?;
        write_atomically(&file, mode, |out| {
            let written = out.write_all(upgraded.text.as_bytes());
            written.with_context(|| format!("cannot write {}", file.display()))
        })?;
    }
    if !talk.quiet {
        let words = if is_current {
            "nothing to do in"
        } else if upgraded.text == old {
            "nothing changed in"
        } else {
            "rewrote"
        };
        tell!("{} {}", talk.style.good(words), printable(path.display()));
    }
    Ok(0)
}

#[cfg(unix)]
fn mode(file: &Path) -> std::io::Result<u32> {
    Ok(std::os::unix::fs::MetadataExt::mode(&file.metadata()?))
}

#[cfg(not(unix))]
fn mode(_: &Path) -> std::io::Result<u32> {
    Ok(pyox_output::PLAIN)
}
