//! Writes the test vectors anew. For changes of the vectors themselves: stored ones must stay readable.

#[path = "../tests/common.rs"]
mod common;
#[path = "../tests/common/compressed_vectors.rs"]
mod compressed_vectors;
#[path = "../tests/common/describe.rs"]
mod describe;
#[path = "../tests/common/vectors.rs"]
mod vectors;

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    for vector in vectors::plain()?.into_iter().chain(compressed_vectors::compressed()?) {
        let mut meaning = describe::describe(&vector.bytes);
        meaning["about"] = vector.about.into();
        fs::write(directory.join(vector.name).with_extension("blob"), vector.bytes)?;
        fs::write(directory.join(vector.name).with_extension("json"), format!("{meaning:#}\n"))?;
    }
    Ok(())
}
