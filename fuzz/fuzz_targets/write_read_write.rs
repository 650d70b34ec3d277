#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pyox_fuzz::write_read_write::run(bytes));
