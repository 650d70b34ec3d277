//! Applications from PyPI, as pip installs them.

use pyox_test_support::{Program, Ran, Run, for_two_pythons};

/// A program as `pyoxidizer pack --pip REQUIREMENT --entry ENTRY` makes it.
struct Application {
    program: Program,
    /// Runs the entry as the command that pip installs does.
    command: String,
}

impl Application {
    fn pack(
        python: &'static pyox_distribution::Installed,
        requirement: &str,
        name: &str,
        entry: &str,
    ) -> anyhow::Result<Self> {
        let program = Program::pack(python, name, |_| Ok(()), &["--pip", requirement, "--entry", entry])?;
        let command = program.command(name)?;
        Ok(Self { program, command: command.display().to_string() })
    }

    fn compare(&self, run: &Run) -> anyhow::Result<Ran> {
        self.program.compare(&[&self.command], run)
    }
}

#[test]
fn pyflakes() {
    for_two_pythons("pyflakes", |python| {
        let application = Application::pack(python, "pyflakes==3.2.0", "pyflakes", "pyflakes.api:main")?;
        let mut run = Run::new::<String>([]);
        run.stdin = "import os\n\n\ndef f():\n    unused = 1\n    return undefined\n".into();
        application.compare(&run)?.expect_status(1)?.expect_output("undefined name 'undefined'")?;
        run.stdin = "def f(:\n".into();
        application.compare(&run)?.expect_status(1)?;
        application.compare(&Run::new(["--version"]))?.expect_status(0)?.expect_output("3.2.0")?;
        Ok(())
    });
}

/// Brings modules compiled by mypyc and a data file that it finds through `__file__`.
#[test]
fn black() {
    for_two_pythons("black", |python| {
        let application = Application::pack(python, "black", "black", "black")?;
        let program = &application.program;
        // `blib2to3` finds its data through `__file__`.
        let in_files = &program.report.summary.packages_in_files;
        anyhow::ensure!(in_files.is_empty(), "{in_files:?}");
        let text = "x = {  'a':1, \"b\" : [2,3 ]}\nmatch = lambda  x:x\n";
        std::fs::write(program.place("work").join("ugly.py"), text)?;
        // It keeps its own cache in the home directory.
        let black = |arguments: &[&str]| {
            let mut run = Run::new(arguments.iter().copied());
            run.writes = vec!["home"];
            run
        };
        application.compare(&black(&["--version"]))?.expect_status(0)?.expect_output("compiled: yes")?;
        // What it writes about a file has the time of day.
        program.run_hidden(&black(&["--diff", "ugly.py"]))?.expect_status(0)?.expect_output("+x = {\"a\": 1")?;
        application.compare(&black(&["--check", "ugly.py"]))?.expect_status(1)?;
        let mut run = black(&["-"]);
        run.stdin = text.into();
        application.compare(&run)?.expect_status(0)?.expect_output("x = {\"a\": 1, \"b\": [2, 3]}")?;
        program.run_hidden(&run)?;
        run.warm = true;
        program.run_hidden(&run)?.expect_status(0)?;
        run.stdin = "x = (\n".into();
        application.compare(&run)?.expect_status(123)?;
        Ok(())
    });
}

#[test]
fn httpie() {
    for_two_pythons("httpie", |python| {
        let application = Application::pack(python, "httpie", "http", "http")?;
        let http = |arguments: &[&str]| {
            let mut run = Run::new(arguments.iter().copied());
            run.prepare = |home| {
                let place = home.join(".config/httpie");
                std::fs::create_dir_all(&place)?;
                std::fs::write(place.join("config.json"), r#"{"disable_update_warnings": true}"#)
            };
            run
        };
        application.compare(&http(&["--version"]))?.expect_status(0)?.expect_output("3.")?;
        application.compare(&http(&["--help"]))?.expect_status(0)?.expect_output("--offline")?;
        let offline = ["--offline", "--ignore-stdin", "GET", "example.org", "a==b", "X-Header:value"];
        application.compare(&http(&offline))?.expect_status(0)?.expect_output("GET /?a=b HTTP/1.1")?;
        let pretty = ["--offline", "--ignore-stdin", "--pretty=all", "--style=fruity", "example.org", "a=b"];
        application.compare(&http(&pretty))?.expect_status(0)?.expect_output("\u{1b}[")?;
        application.compare(&http(&["--ignore-stdin", "--timeout=1", "http://127.0.0.1:1/"]))?.expect_status(1)?;
        Ok(())
    });
}
