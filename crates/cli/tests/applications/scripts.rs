//! Scripts and packages without dependencies.

use std::path::Path;

use pyox_test_support::{Program, Run, for_each_python};

/// Packs `text` as a script, and compares runs with the given arguments, each of which ends with a status.
fn script(name: &str, text: &str, runs: &[(&[&str], i32)]) {
    for_each_python(name, |python| {
        let file = format!("{name}.py");
        let program = Program::pack(python, name, |src| std::fs::write(src.join(&file), text), &[&file])?;
        let original = program.place("src").join(&file).display().to_string();
        for (arguments, status) in runs {
            let mut run = Run::new(arguments.iter().copied());
            run.stdin = "a line\n".into();
            program.compare(&[&original], &run)?.expect_status(*status)?;
        }
        Ok(())
    });
}

#[test]
fn hello() {
    script("hello", "print('Hello, world')\n", &[(&[], 0), (&["ignored"], 0)]);
}

#[test]
fn a_script_is_no_module_that_can_be_loaded_again() {
    let text = "\
import importlib
import sys

print(sys._home)
try:
    importlib.reload(sys.modules['__main__'])
except ImportError as error:
    print(error)
";
    script("again", text, &[(&[], 0)]);
}

#[test]
fn arguments_and_exit_statuses() {
    let text = include_str!("scripts/statuses.py");
    script(
        "statuses",
        text,
        &[
            (&["sys", "--option", "ü", "", "a b"], 3),
            (&["builtin"], 3),
            (&["none"], 0),
            (&["message"], 1),
            (&["large"], 44),
            (&["raise"], 1),
        ],
    );
}

#[test]
fn package_with_main() {
    for_each_python("package", |python| {
        let write = |src: &Path| {
            std::fs::create_dir_all(src.join("tool/deep"))?;
            std::fs::write(src.join("tool/__init__.py"), "VERSION = '1.2'\n")?;
            std::fs::write(src.join("tool/__main__.py"), include_str!("scripts/package_main.py"))?;
            std::fs::write(src.join("tool/deep/__init__.py"), "")?;
            std::fs::write(
                src.join("tool/deep/work.py"),
                "from .. import VERSION\n\n\ndef answer():\n    return VERSION\n",
            )
        };
        let program = Program::pack(python, "tool", write, &["tool"])?;
        let command = format!("import sys; sys.path[0] = {:?}; import runpy; {MODULE}", program.place("src"));
        let run = Run::new(["one", "two"]);
        program.compare(&["-c", &command], &run)?.expect_status(3)?.expect_output("1.2")?;
        Ok(())
    });
}

/// What `python -m tool` does, but with the name of the program as `sys.argv[0]`, as packed programs have it.
const MODULE: &str = "sys.argv[0] = 'tool'; runpy._run_module_as_main('tool', alter_argv=False)";
