//! A packager: puts the modules and data files of a directory into one blob. `pack_directory DIRECTORY FILE`

use std::error::Error;
use std::fs::File;
use std::path::Path;

use pyox_packed_resources::{Collector, Value};
use pyox_scanner::{Directory, ResourceSource};

/// Returns the length of the blob in bytes.
pub fn pack(directory: &Path, file: &Path) -> Result<u64, Box<dyn Error>> {
    let mut collector = Collector::new();
    for found in Directory::new(directory).scan()?.resources {
        let content = found.resource.data().read()?;
        collector.add(&found.resource, Value::compressed(&content, 19)?);
    }
    let mut out = File::create(file)?;
    Ok(collector.finish().write_to(&mut out)?)
}

#[allow(dead_code, reason = "a test uses the rest")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(directory), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("pack_directory DIRECTORY FILE".into());
    };
    pack(directory.as_ref(), file.as_ref())?;
    Ok(())
}
