#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pyox_fuzz::python_json::run(bytes));
