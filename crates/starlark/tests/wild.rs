//! A file that uses names as public configuration files do.

use pyox_distribution::Python as _;
use pyox_test_support::place::{Outcome, Place, python};
use pyox_test_support::wheel::wheel;

use crate::support::{built, command, run, says};

const FILE: &str = r#"
APP_NAME = "shop"
VERSION = VARS.get("version", "0.1.0")
IS_WINDOWS = "windows" in BUILD_TARGET_TRIPLE

set_build_path(CWD + "/out")

def resource_callback(policy, resource):
    if type(resource) == "File":
        if resource.path.endswith(".dll") or "tests" in resource.path:
            resource.add_include = False
        else:
            resource.add_location = "filesystem-relative:lib"
            resource.add_include = True
    elif type(resource) in ("PythonExtensionModule",):
        if resource.name in ["_ssl", "_tkinter"]:
            resource.add_location = "in-memory"
    elif type(resource) == "PythonModuleSource" and not resource.is_stdlib:
        if resource.package == "shop" or resource.name.startswith("shop."):
            resource.add_location = "in-memory"

def make_exe():
    dist = default_python_distribution(python_version = "PYTHON")
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "all"
    policy.allow_files = True
    policy.allow_in_memory_shared_library_loading = True
    policy.bytecode_optimize_level_two = True
    policy.file_scanner_classify_files = True
    policy.file_scanner_emit_files = True
    policy.include_distribution_sources = True
    policy.include_distribution_resources = False
    policy.include_file_resources = True
    policy.include_non_distribution_sources = True
    policy.include_test = False
    policy.resources_location = "in-memory"
    policy.resources_location_fallback = "filesystem-relative:prefix"
    policy.register_resource_callback(resource_callback)

    python_config = dist.make_python_interpreter_config()
    python_config.module_search_paths = ["$ORIGIN/lib"]
    python_config.allocator_backend = "default"
    python_config.raw_allocator = "system"
    python_config.allocator_debug = False
    python_config.filesystem_importer = True
    python_config.oxidized_importer = True
    python_config.sys_frozen = True
    python_config.config_profile = "isolated"
    python_config.optimization_level = 2
    python_config.utf8_mode = True
    python_config.x_options = ["faulthandler"]
    python_config.write_modules_directory_env = "SHOP_MODULES"
    python_config.run_command = "import shop.main; shop.main.run('%s {}')".format(VERSION) % APP_NAME

    exe = dist.to_python_executable(
        name = APP_NAME,
        packaging_policy = policy,
        config = python_config,
    )
    exe.windows_runtime_dlls_mode = "always"
    exe.windows_subsystem = "windows" if IS_WINDOWS else "console"
    exe.tcl_files_path = "lib"
    for resource in exe.pip_install(["--no-index", "--no-deps", "--prefer-binary", "--find-links=dist", "wheeled"]):
        resource.add_location = "in-memory"
        exe.add_python_resource(resource)
    exe.add_python_resources(exe.read_package_root(path = CWD, packages = [APP_NAME]))
    exe.add_python_resource(exe.make_python_module_source(name = "shop_version", source = "VERSION = %r" % VERSION))
    return exe

def make_embedded_resources(exe):
    return exe.to_embedded_resources()

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    files.add_manifest(glob(["README.txt"], strip_prefix = CWD))
    files.add_file(FileContent(filename = "config.ini", content = "[shop]\n"), directory = "etc")
    files.add_path("README.txt", strip_prefix = "", force_read = True)
    files.add_file(exe.to_file_content(), path = "bin/again")
    files.install("copy", replace = True)
    return files

def make_msi(exe):
    msi = exe.to_wix_msi_builder("shop", "Shop", VERSION, "The Authors")
    msi.msi_filename = "shop.msi"
    bundle = WiXBundleBuilder(id_prefix = "shop", name = "Shop", version = VERSION, manufacturer = "The Authors")
    bundle.add_vc_redistributable("x64")
    bundle.add_wix_msi_builder(builder = msi, display_internal_ui = True, install_condition = "VersionNT64")
    return bundle

def make_macos_app_bundle(exe):
    bundle = MacOsApplicationBundleBuilder(APP_NAME)
    bundle.set_info_plist_required_keys(
        display_name = "Shop", identifier = "shop", version = VERSION, signature = "shop", executable = APP_NAME)
    universal = AppleUniversalBinary(APP_NAME)
    universal.add_path("out/a")
    bundle.add_macos_file(universal.to_file_content())
    return bundle

def register_code_signers():
    if not VARS.get("ENABLE_CODE_SIGNING"):
        return
    signer = code_signer_from_pfx_file("PATH", VARS.get("PASSWORD", ""))
    signer.set_time_stamp_server("http://example.invalid")
    signer.activate()

register_code_signers()
register_target("exe", make_exe)
register_target("resources", make_embedded_resources, depends = ["exe"], default_build_script = True)
register_target("install", make_install, depends = ["exe"], default = True)
register_target("msi_installer", make_msi, depends = ["exe"])
register_target("app", make_macos_app_bundle, depends = ["exe"])
resolve_targets()
print("done", APP_NAME)
"#;

#[test]
fn names_of_public_files_evaluate_and_build() {
    let place = Place::with(&[
        ("shop/__init__.py", ""),
        (
            "shop/main.py",
            "import sys, wheeled, shop_version\ndef run(text):\n    print(text, wheeled.NAME, shop_version.VERSION, sys.frozen, sys.flags.optimize)\n",
        ),
        ("shop/tests/test_main.py", ""),
        ("README.txt", "read me"),
    ]);
    place.write("pyoxidizer.bzl", FILE.replace("PYTHON", &python().info().version));
    std::fs::create_dir(place.path("dist")).unwrap();
    let made = wheel(&place, "wheeled", "", &[("wheeled.py", "NAME = 'wheeled'\n")]);
    std::fs::rename(&made, place.path("dist").join(made.file_name().unwrap())).unwrap();
    let signing = ["--var", "ENABLE_CODE_SIGNING", "1", "--var-env", "PASSWORD", "NO_SUCH_VARIABLE"];
    let outcome = Outcome::of(command(&place, ["build", "--var", "version", "2.0"]).args(signing));
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("done shop\n"), "{outcome:?}");
    let directory = std::path::PathBuf::from(built(&place, "install").to_str().unwrap().replace("/build/", "/out/"));
    for file in ["shop", "bin/again"] {
        assert_eq!(says(&directory.join(file), &[]), "shop 2.0 wheeled 2.0 True 2\n", "{file}");
    }
    for (file, is_there) in [
        ("README.txt", true),
        ("etc/config.ini", true),
        ("lib/shop/main.py", true),
        ("lib/shop/tests/test_main.py", false),
        ("../../../copy/shop", true),
    ] {
        assert_eq!(directory.join(file).exists(), is_there, "{file}");
    }
    for (target, words) in
        [("msi_installer", "WiXBundleBuilder cannot be built"), ("app", "hint: build a FileManifest")]
    {
        let outcome = run(&place, ["build", "--quiet", target]);
        assert!(outcome.status == Some(1) && outcome.stderr.contains(words), "{outcome:?}");
    }
}
