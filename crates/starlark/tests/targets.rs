//! Which targets are made, in which order, and where they are built.

use crate::support::{Evaluation, TRIPLE};

/// Two targets for people, and two for build scripts.
const TARGETS: &str = r#"
def make(name):
    return lambda: print("made", name)

register_target("a", make("a"), default = True)
register_target("b", make("b"), default_build_script = True)
register_target("c", make("c"), default_build_script = True)
register_target("d", make("d"))
"#;

/// The names of what was made.
fn made(evaluation: &mut Evaluation) -> Vec<String> {
    evaluation.build().unwrap();
    evaluation.told.lines.iter().filter_map(|line| line.strip_prefix("made ").map(str::to_owned)).collect()
}

#[test]
fn a_build_script_has_a_default_of_its_own() {
    let of_script = |text: &str| {
        let mut evaluation = Evaluation::of(text);
        evaluation.build_script = true;
        made(&mut evaluation)
    };
    assert_eq!(of_script(TARGETS), ["c"]);
    // Where none is that of build scripts, it is the one that others get.
    assert_eq!(of_script(&TARGETS.replace(", default_build_script = True", "")), ["a"]);
    assert_eq!(made(&mut Evaluation::of(TARGETS)), ["a"]);
}

#[test]
fn targets_are_made_in_the_order_that_is_asked_for() {
    assert_eq!(made(&mut Evaluation::of(TARGETS).targets(&["d", "a", "b"])), ["d", "a", "b"]);
    assert_eq!(made(&mut Evaluation::of(TARGETS).targets(&["b", "d"])), ["b", "d"]);
}

#[test]
fn the_build_path_is_set_before_it_is_used() {
    let text = r#"
def files(name):
    m = FileManifest()
    m.add_file(FileContent(filename = name, content = name))
    return m

files("early").install("early")
set_build_path("out/put")
files("late").install("late")
register_target("files", lambda: files("target"))
"#;
    let mut evaluation = Evaluation::of(text);
    let built = evaluation.build().unwrap();
    let place = &evaluation.place;
    for file in ["build/early/early", "out/put/late/late"] {
        assert!(place.path(file).is_file(), "{file}");
    }
    let expected = place.path("out/put").join(TRIPLE).join("debug/files");
    assert_eq!(built[0].path.as_ref(), Some(&expected));
    assert!(expected.join("target").is_file());
}

#[test]
fn what_no_program_is_made_of_is_left_alone() {
    let text = r#"
register_target("none", lambda: None)
register_target("text", lambda: "text")
register_target("policy", lambda: default_python_distribution().make_python_packaging_policy())
"#;
    let mut evaluation = Evaluation::of(text).targets(&["none", "text", "policy"]);
    let built = evaluation.build().unwrap();
    let types: Vec<_> = built.iter().map(|built| &*built.type_name).collect();
    assert_eq!(types, ["NoneType", "string", "PythonPackagingPolicy"]);
    assert!(built.iter().all(|built| built.path.is_none() && built.program.is_none()));
    assert!(!evaluation.place.path("build").exists());
}
