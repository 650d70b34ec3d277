//! Seeds and earlier findings: what fuzzing starts from still passes.

use std::fs;
use std::path::Path;

#[test]
fn corpora() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (target, run) in pyox_fuzz::TARGETS {
        assert!(root.join("fuzz_targets").join(target).with_extension("rs").exists(), "{target} is no program");
        let corpus = root.join("corpus").join(target);
        // Any bytes are an input of those that have no corpus.
        let corpus = if corpus.exists() { corpus } else { root.join("corpus/write_read_write") };
        let mut inputs = 0;
        for input in fs::read_dir(corpus).unwrap() {
            let path = input.unwrap().path();
            // Shown if it fails.
            println!("{target}: {}", path.display());
            run(&fs::read(path).unwrap());
            inputs += 1;
        }
        assert!(inputs > 1, "{target} has {inputs} inputs");
    }
    let programs = fs::read_dir(root.join("fuzz_targets")).unwrap().count();
    assert_eq!(programs, pyox_fuzz::TARGETS.len(), "a program is in no list");
}
