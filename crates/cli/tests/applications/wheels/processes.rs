//! Arrays in threads and processes.

use pyox_test_support::Run;

use super::{for_two_pythons, original, pack};

#[test]
fn arrays() {
    for_two_pythons("arrays", |python| {
        let program = pack(python, "arrays", include_str!("scripts/arrays.py"), &["--pip", "numpy"])?;
        let command = original(&program, "arrays");
        for (how, lines) in [("here", 8), ("threads", 8), ("fork", 9), ("spawn", 9), ("forkserver", 9)] {
            let mut run = Run::new([how]);
            // Sockets for listening have names, in a directory.
            run.writes = vec!["tmp"];
            let ran = program.compare(&[&command], &run)?.expect_status(0)?;
            anyhow::ensure!(ran.stdout.lines().count() >= lines, "{how}: {ran:?}");
        }
        // The libraries are in the cache directory then: the second start writes nothing.
        let mut run = Run::new(["here"]);
        program.run_hidden(&run)?.expect_status(0)?;
        run.warm = true;
        program.run_hidden(&run)?.expect_status(0)?;
        Ok(())
    });
}
