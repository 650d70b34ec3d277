//! Every version with every field.

use serde_json::{Value, json};

use super::*;

pub(crate) fn complete(version: u8, triple: &str) -> Value {
    let link = json!({ "name": "z", "path_static": "build/lib/libz.a", "path_dynamic": "install/lib/libz.so",
                       "framework": false, "system": false });
    let variant = json!({
        "in_core": false, "init_fn": "PyInit_zlib", "licenses": ["Zlib"], "license_paths": ["licenses/zlib.txt"],
        "license_public_domain": false, "links": [link], "objs": ["build/zlib.o"], "required": false,
        "shared_lib": "install/zlib.so", "static_lib": "build/zlib.a", "variant": "default", "later": 1,
    });
    let mut value = json!({
        "version": version.to_string(), "target_triple": triple, "python_tag": "cp313", "python_abi_tag": "cp313",
        "python_platform_tag": "linux-x86_64", "python_implementation_cache_tag": "cpython-313",
        "python_implementation_hex_version": 51183856, "python_implementation_name": "cpython",
        "python_implementation_version": ["3", "13", "0", "final", "0"], "python_version": "3.13.0",
        "python_major_minor_version": "3.13", "python_paths": { "stdlib": "install/lib/python3.13" },
        "python_exe": "install/bin/python3.13", "python_stdlib_platform_config": "install/lib/config",
        "python_stdlib_test_packages": ["test"], "python_suffixes": { "extension": [".so"] },
        "python_bytecode_magic_number": "f30d0d0a", "libpython_link_mode": "static",
        "python_symbol_visibility": "global-default", "python_extension_module_loading": ["builtin"],
        "crt_features": ["glibc-dynamic"], "run_tests": "build/run_tests.py", "licenses": ["Python-2.0"],
        "license_path": "licenses/LICENSE.txt", "tcl_library_path": "install/lib", "tcl_library_paths": ["tcl8.6"],
        "later": { "key": [null, 1] },
    });
    let core = json!({ "objs": ["build/a.o", "build/config.o"], "links": [link], "shared_lib": "install/libpython.so",
                       "static_lib": "install/libpython.a" });
    value["build_info"] = json!({
        "core": core, "extensions": { "zlib": [variant] }, "inittab_object": "build/config.o",
        "inittab_source": "build/config.c", "inittab_cflags": ["-O2"], "object_file_format": "elf",
    });
    if version >= 6 {
        value["python_paths_abstract"] = json!({ "stdlib": "{base}/lib" });
        value["python_config_vars"] = json!({ "SOABI": "cpython-313" });
    }
    if version >= 7 && triple.contains("apple") {
        for key in ["canonical_name", "platform", "version", "deployment_target"] {
            value[format!("apple_sdk_{key}")] = json!("1");
        }
    }
    value[if version >= 8 { "build_options" } else { "optimizations" }] = json!("pgo+lto");
    value
}

fn parse(value: &Value) -> Result<PythonJson, Error> {
    PythonJson::parse(&serde_json::to_vec(value).unwrap())
}

#[test]
fn nothing_is_lost_in_any_version() {
    for version in OLDEST..=NEWEST {
        for triple in ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin"] {
            let value = complete(version, triple);
            let parsed = parse(&value).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&parsed.to_json().unwrap()).unwrap(), value);
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    let remove = |value: &mut Value, key: &str| value.as_object_mut().unwrap().remove(key).unwrap();
    for version in OLDEST..=NEWEST {
        for triple in ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin"] {
            let complete = complete(version, triple);
            for field in required::fields(version, triple) {
                let mut value = complete.clone();
                remove(&mut value, field);
                match parse(&value) {
                    Err(Error::MissingField { field: found, .. }) if found == field => {}
                    other => panic!("{version} without {field}: {other:?}"),
                }
            }
            for (pointer, field) in [
                ("/build_info", "core"),
                ("/build_info", "inittab_object"),
                ("/build_info/core", "objs"),
                ("/build_info/extensions/zlib/0", "init_fn"),
                ("/build_info/extensions/zlib/0/links/0", "name"),
            ] {
                let mut value = complete.clone();
                remove(value.pointer_mut(pointer).unwrap(), field);
                match parse(&value) {
                    Err(Error::MissingField { field: found, .. }) if found.ends_with(field) => {}
                    other => panic!("{version} without {pointer}/{field}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn other_versions_and_paths_that_lead_out_are_refused() {
    for version in ["1", "4", "9", "08", "8.0", ""] {
        let mut value = complete(8, "x86_64-unknown-linux-gnu");
        value["version"] = json!(version);
        assert!(matches!(parse(&value), Err(Error::UnknownVersion { found, .. }) if found == version));
    }
    for path in ["/etc/passwd", "../out", "install/../../out", "", "a//b", "c:\\windows", "a/./b"] {
        for pointer in ["/python_exe", "/build_info/core/objs/0", "/build_info/extensions/zlib/0/shared_lib"] {
            let mut value = complete(8, "x86_64-unknown-linux-gnu");
            *value.pointer_mut(pointer).unwrap() = json!(path);
            assert!(matches!(parse(&value), Err(Error::UnsafePath { .. })), "{pointer}: {path}");
        }
    }
}

/// Of CPython 3.11.9 for Windows, from an archive of python-build-standalone (whose licence is MPL-2.0).
#[test]
fn a_real_description_is_read_and_nothing_is_lost() {
    let text = zstd::decode_all(&include_bytes!("cpython-3.11.9-windows.json.zst")[..]).unwrap();
    let parsed = PythonJson::parse(&text).unwrap();
    assert_eq!((&*parsed.version, &*parsed.python_version), ("7", "3.11.9"));
    assert_eq!(parsed.build_info.extensions["_bz2"][0].licenses.as_deref(), Some(&["bzip2-1.0.6".to_owned()][..]));
    let mut written: Value = serde_json::from_slice(&parsed.to_json().unwrap()).unwrap();
    let mut given: Value = serde_json::from_slice(&text).unwrap();
    without_null(&mut written);
    without_null(&mut given);
    assert_eq!(written, given);
}

/// A key whose value is `null` is the same as none.
fn without_null(value: &mut Value) {
    if let Value::Object(object) = value {
        object.retain(|_, value| !value.is_null());
    }
    match value {
        Value::Object(object) => object.values_mut().for_each(without_null),
        Value::Array(list) => list.iter_mut().for_each(without_null),
        _ => {}
    }
}
