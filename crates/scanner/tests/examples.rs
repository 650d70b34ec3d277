//! What the example of a packager packs, the example of a reader reads.

#[path = "../examples/pack_directory.rs"]
mod pack_directory;
#[path = "../../packed-resources/examples/read_module.rs"]
mod read_module;

use std::fs;

type TestResult = Result<(), Box<dyn std::error::Error>>;

#[test]
fn a_directory_is_packed_and_read() -> TestResult {
    let directory = tempfile::tempdir()?;
    let application = directory.path().join("application");
    let source = "def hello():\n    return 'hello'\n".repeat(20);
    fs::create_dir_all(application.join("package/space"))?;
    fs::write(application.join("package/__init__.py"), "")?;
    fs::write(application.join("package/data.txt"), "data")?;
    fs::write(application.join("package/space/module.py"), &source)?;
    let file = directory.path().join("blob");
    let length = pack_directory::pack(&application, &file)?;
    let bytes = fs::read(file)?;
    assert_eq!(bytes.len() as u64, length);

    let mut out = Vec::new();
    read_module::read(&bytes, None, &mut out)?;
    assert_eq!(String::from_utf8(out)?, "package\npackage.space\npackage.space.module\n");
    let mut out = Vec::new();
    read_module::read(&bytes, Some("package.space.module"), &mut out)?;
    assert_eq!(String::from_utf8(out)?, source);
    let absent = read_module::read(&bytes, Some("absent"), &mut Vec::new());
    assert_eq!(absent.map_err(|error| error.to_string()), Err("no module absent".to_owned()));
    Ok(())
}
