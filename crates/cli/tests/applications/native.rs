//! Scripts that use native code of the standard library, and processes.

use pyox_test_support::{Program, Run, for_each_python};

#[test]
fn extension_modules() {
    for_each_python("natives", |python| {
        let text = include_str!("scripts/natives.py");
        let program =
            Program::pack(python, "natives", |src| std::fs::write(src.join("natives.py"), text), &["natives.py"])?;
        let original = program.place("src").join("natives.py").display().to_string();
        let run = Run::new::<String>([]);
        program.compare(&[&original], &run)?.expect_status(0)?.expect_output("all done")?;
        Ok(())
    });
}

#[test]
fn time_zones_of_a_package() {
    for_each_python("zones", |python| {
        let text = include_str!("scripts/zones.py");
        let arguments = ["zones.py", "--pip", "tzdata"];
        let program = Program::pack(python, "zones", |src| std::fs::write(src.join("zones.py"), text), &arguments)?;
        let original = program.place("src").join("zones.py").display().to_string();
        program.compare(&[&original], &Run::new::<String>([]))?.expect_status(0)?.expect_output("+05:45")?;
        Ok(())
    });
}

#[test]
fn processes() {
    for_each_python("processes", |python| {
        let text = include_str!("scripts/processes.py");
        let arguments = ["processes.py"];
        let program =
            Program::pack(python, "processes", |src| std::fs::write(src.join("processes.py"), text), &arguments)?;
        let original = program.place("src").join("processes.py").display().to_string();
        for method in ["spawn", "fork", "forkserver"] {
            let mut run = Run::new([method]);
            // Sockets for listening have names, in a directory.
            run.writes = vec!["tmp"];
            program.compare(&[&original], &run)?.expect_status(0)?.expect_output("[0, 1, 4, 9, 16]")?;
        }
        Ok(())
    });
}
