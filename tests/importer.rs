//! `oxidized_importer` as Python sees it.
//!
//! The tests are Python files (`unittest`) beside this one; each has a test here that runs it with each Python.
//! `PYOX_TEST_SCALE` multiplies their repetitions.

mod differential;
mod old_setuptools;
mod python;

macro_rules! python_files {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                python::unittest(stringify!($name));
            }
        )*

        #[test]
        fn every_python_file_runs() {
            let known = [$(concat!("test_", stringify!($name), ".py")),*];
            let mut files: Vec<_> = python::files().filter(|name| name.starts_with("test_")).collect();
            files.retain(|name| !known.contains(&name.as_str()));
            assert!(files.is_empty(), "no test here runs {}", files.join(", "));
        }
    };
}

python_files! {
    behaviours
    damage
    distributions
    freezing
    interface
    leaks
    libraries
    misuse
    module
    native
    readers
    subinterpreters
    threads
    zip_finder
}
