//! Programs with windows, where neither Tcl nor Tk is installed.

use std::path::Path;

use anyhow::{Result, ensure};
use pyox_distribution::{Installed, Target as _};
use pyox_test_support::display::Display;
use pyox_test_support::pythons::{for_each_of, two};
use pyox_test_support::{Program, Run};

/// Runs a test for those of two Pythons that have Tk.
fn for_pythons_with_tk(name: &str, test: impl Fn(&'static Installed) -> Result<()> + Sync) {
    let pythons: Vec<_> = two().into_iter().filter(|python| matches!(python.tcl(), Ok(Some(_)))).collect();
    for_each_of(name, &pythons, test);
}

fn pack(python: &'static Installed, name: &str, text: &str) -> Result<Program> {
    let script = format!("{name}.py");
    let sources = |src: &Path| {
        std::fs::create_dir(src.join("pictures"))?;
        std::fs::write(src.join("pictures/__init__.py"), "")?;
        let picture = [&b"P6 16 16 255\n"[..], &[255, 0, 0].repeat(256)].concat();
        std::fs::write(src.join("pictures/red.ppm"), picture)?;
        std::fs::write(src.join(&script), text)
    };
    Program::pack(python, name, sources, &[&script])
}

fn is_same(python: &'static Installed, name: &str, text: &str, run: &Run) -> Result<()> {
    let program = pack(python, name, text)?;
    let original = program.place("src").join(name).with_extension("py").display().to_string();
    let plain = program.run_plain(&[&original], run)?.expect_status(0)?;
    let packed = program.run_hidden(run)?;
    ensure!(packed == plain, "packed: {packed:?}\nplain: {plain:?}");
    Ok(())
}

/// On a display of its own, on which no window of another test takes the focus.
fn is_same_on_a_display(python: &'static Installed, name: &str, text: &str) -> Result<()> {
    let display = Display::start()?;
    let mut run = Run::new::<String>([]);
    run.environment.insert("DISPLAY", display.name());
    // The library of fonts keeps a list of them.
    run.writes = vec!["home"];
    is_same(python, name, text, &run)
}

#[test]
fn a_window() {
    for_pythons_with_tk("a window", |python| is_same_on_a_display(python, "window", include_str!("tkinter/window.py")));
}

#[test]
fn a_drawing() {
    for_pythons_with_tk("turtle", |python| is_same_on_a_display(python, "drawing", include_str!("tkinter/drawing.py")));
}

#[test]
fn without_a_display() {
    for_pythons_with_tk("Tcl without a display", |python| {
        is_same(python, "interpreter", include_str!("tkinter/interpreter.py"), &Run::new::<String>([]))
    });
}

/// Whether Tcl is packed follows from what the application may import.
#[test]
fn only_programs_that_import_it_have_tcl() {
    for_pythons_with_tk("programs without Tcl", |python| {
        for (name, text, expected) in [
            ("none", "import turtledemo, pydoc\n", false),
            ("function", "def later():\n    from tkinter import ttk\n", true),
            ("forced", "if False:\n    import tkinter\n", true),
            ("indirect", "import turtle\n", true),
        ] {
            let program = pack(python, name, text)?;
            let is_tcl = |path: &str| path.starts_with("lib/tcl") || path.starts_with("lib/libtcl");
            let found = program.report.resources.iter().filter(|row| is_tcl(&row.path)).count();
            ensure!((found > 0) == expected, "{name}: {found} files");
            ensure!(program.report.summary.has_tcl == expected, "{name}: {:?}", program.report.summary);
            if expected {
                let paths: Vec<&str> = program.report.resources.iter().map(|row| &*row.path).collect();
                ensure!(paths.iter().any(|path| path.ends_with("/init.tcl")), "{name}");
                ensure!(paths.iter().any(|path| path.ends_with("/tk.tcl")), "{name}");
            }
        }
        Ok(())
    });
}
