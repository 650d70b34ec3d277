//! The marker of an executable that has one: this test.
#![cfg(feature = "digest")]

use pyox_program_format::{LauncherMarker, MarkerField, embed_launcher_marker};

embed_launcher_marker!(
    b"python=3.13\nabi=cpython-313\n\
    sha256=0000000000000000000000000000000000000000000000000000000000000000\ntarget=here\n"
);

#[test]
fn an_executable_has_the_marker_that_was_put_into_it() -> Result<(), Box<dyn std::error::Error>> {
    let mut program = std::fs::read(std::env::current_exe()?)?;
    let marker = LauncherMarker::read(&program)?.ok_or("no marker")?;
    let fields = [MarkerField::Python, MarkerField::Abi, MarkerField::Target, MarkerField::Format];
    assert_eq!(fields.map(|field| marker.field(field)), [Some("3.13"), Some("cpython-313"), Some("here"), None]);

    assert!(!LauncherMarker::is_intact(&program), "not sealed yet");
    LauncherMarker::seal(&mut program)?;
    assert!(LauncherMarker::is_intact(&program));
    for at in (0..program.len()).step_by(program.len() / 50) {
        program[at] ^= 1;
        assert!(!LauncherMarker::is_intact(&program), "byte {at}");
        program[at] ^= 1;
    }
    Ok(())
}
