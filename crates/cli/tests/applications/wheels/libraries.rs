//! Libraries of wheels: cycles, exceptions between them, and loading them with `ctypes`.

use std::path::Path;
use std::process::Command;

use anyhow::ensure;
use pyox_test_support::{Program, Run};

use super::{for_two_pythons, original, pack};

/// libfreetype and libharfbuzz need each other.
#[test]
fn cycle() {
    const TEXT: &str = "
from PIL import Image, ImageDraw, ImageFont, features
image = Image.new('L', (120, 40), 255)
ImageDraw.Draw(image).text((2, 2), 'native', font=ImageFont.load_default(24), fill=0)
print(features.check('freetype2'), features.check('raqm'), sum(image.tobytes()) < 255 * 120 * 40)
";
    for_two_pythons("cycle", |python| {
        let program = pack(python, "text", TEXT, &["--pip", "pillow"])?;
        // Pillow itself looks whether the system has libfribidi.
        let ran = program.run_visible(&Run::new::<String>([]))?.expect_status(0)?;
        let plain = program.run_plain(&[&original(&program, "text")], &Run::new::<String>([]))?;
        ensure!(ran == plain && ran.stdout.starts_with("True "), "{ran:?} {plain:?}");
        Ok(())
    });
}

/// libgeos throws, and libgeos_c catches.
#[test]
fn exceptions_of_cpp() {
    const TEXT: &str = "
import shapely
print(shapely.from_wkt('POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))').buffer(1).area > 4)
for text in ('POINT (', 'NONSENSE', 'POLYGON ((0 0, 1 1))'):
    try:
        print(shapely.from_wkt(text))
    except shapely.errors.GEOSException as error:
        print(type(error).__name__, error)
";
    for_two_pythons("exceptions of C++", |python| {
        let program = pack(python, "shapes", TEXT, &["--pip", "shapely"])?;
        let ran = program.compare(&[&original(&program, "shapes")], &Run::new::<String>([]))?.expect_status(0)?;
        ran.expect_output("ParseException")?;
        Ok(())
    });
}

/// A package loads libraries beside itself, whatever they are called, and `find_library` finds
/// those of the system.
#[test]
fn ctypes() {
    const PACKAGE: &str = "
import ctypes, os
directory = os.path.dirname(__file__)
library = ctypes.CDLL(os.path.join(directory, 'libsum.so'))
other = ctypes.CDLL(os.path.join(directory, 'other', 'libsum.so'))
named_like_a_module = ctypes.CDLL(os.path.join(directory, '_sum.abi3.so'))
";
    const TEXT: &str = "
import ctypes, ctypes.util, summing
print(summing.library.sum(2, 40), summing.other.sum(2, 40), summing.named_like_a_module.sum(2, 40))
name = ctypes.util.find_library('c')
print(name, ctypes.CDLL(name).abs(-3))
";
    for_two_pythons("ctypes", |python| {
        let sources = |src: &Path| {
            std::fs::create_dir_all(src.join("summing/other"))?;
            std::fs::write(src.join("summing/__init__.py"), PACKAGE)?;
            for (library, operator) in [("libsum.so", '+'), ("other/libsum.so", '-'), ("_sum.abi3.so", '*')] {
                std::fs::write(src.join("sum.c"), format!("int sum(int a, int b) {{ return a {operator} b; }}\n"))?;
                let library = src.join("summing").join(library);
                let built =
                    Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(library).arg(src.join("sum.c")).status()?;
                assert!(built.success(), "cc: {built}");
            }
            std::fs::write(src.join("sums.py"), TEXT)
        };
        let program = Program::pack(python, "sums", sources, &["sums.py"])?;
        ensure!(program.report.summary.packages_in_files.is_empty(), "{:?}", program.report.findings);
        // How `find_library` finds it writes temporary files; libraries that are loaded by their paths are files.
        let mut run = Run::new::<String>([]);
        run.writes = vec!["tmp", "packages"];
        program
            .compare(&[&original(&program, "sums")], &run)?
            .expect_status(0)?
            .expect_output("42 -38 80\nlibc.so.6 3\n")?;
        Ok(())
    });
}
