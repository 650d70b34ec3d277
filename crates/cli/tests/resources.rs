//! Looking into programs and files of packed resources.

mod blobs;
mod conversions;
mod differences;
mod legacy;
mod memory;
#[path = "../../legacy-resources/tests/common/oracle.rs"]
mod oracle;
mod refused;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use pyox_distribution::Python as _;
use pyox_test_support::place::{Outcome, Place, python, python_path};
use pyox_test_support::wheel::wheel;
use serde_json::Value;

/// Prints the names of the top-level modules it is made of, and uses its package.
const APP: &str = "\
import pkgutil, sys, shop
print(*sorted(m.name for m in pkgutil.iter_modules(sys.path)))
";
const SHOP: &str = "\
import importlib.metadata, importlib.resources
from shop.goods.apple import PRICE
def price():
    banner = importlib.resources.files('shop').joinpath('data/banner.txt').read_text()
    return [PRICE, banner, importlib.metadata.version('shop')]
";

/// A packed program with a package, and its directory.
fn program() -> &'static Place {
    static PROGRAM: OnceLock<Place> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let place = Place::with(&[("app.py", APP)]);
        let files = [
            ("shop/__init__.py", SHOP),
            ("shop/goods/__init__.py", ""),
            ("shop/goods/apple.py", "PRICE = 3\n"),
            ("shop/data/banner.txt", "welcome"),
        ];
        let wheel = wheel(&place, "shop", "", &files);
        place.pack(["app.py", "--pip", &wheel.display().to_string()]).succeeds();
        place
    })
}

fn json(arguments: &[&str]) -> Value {
    let outcome = program().run(["resources", "list", "app", "--json"].iter().chain(arguments)).succeeds();
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

/// What Python says, with nothing but `directory` and its own built-in modules.
fn python_in(directory: &Path, code: &str) -> Outcome {
    let code = format!("import sys; sys.path[:] = [{:?}]\n{code}", directory.display().to_string());
    Outcome::of(Command::new(python_path()).args(["-I", "-S", "-c", &code]))
}

#[test]
fn the_list_is_what_the_program_has() {
    let outcome = program().program("app", &[]).succeeds();
    let reported: BTreeSet<&str> = outcome.stdout.split_whitespace().collect();
    let document = json(&[]);
    let entries = document["entries"].as_array().expect("a list");
    let is_module = |entry: &Value| {
        let what = entry["is"].as_array().expect("a list");
        what.contains(&"module".into()) || what.contains(&"extension-module".into())
    };
    let names = entries.iter().filter(|entry| is_module(entry)).filter_map(|entry| entry["name"].as_str());
    let listed: BTreeSet<&str> = names.filter(|name| !name.contains('.') && *name != "__main__").collect();
    assert!(reported.len() > 150 && reported.contains("shop"), "{reported:?}");
    assert_eq!(listed, reported);
    let (major, minor) = python().minor();
    assert_eq!(document["python"], format!("{major}.{minor}"));
    assert_eq!(document["version"], 4);
    let length = document["offset"].as_u64().expect("a number") + document["length"].as_u64().expect("a number");
    assert_eq!(length + 32, program().read("app").len() as u64, "payload and trailer end the file");
}

#[test]
fn lists_for_people() {
    let place = program();
    let outcome = place.run(["resources", "list", "app", "shop", "*appl?"]).succeeds();
    for line in ["source                 shop.goods.apple\n", "package-resource       shop:data/banner.txt\n"] {
        assert!(outcome.stdout.contains(line), "{line:?} is not in {outcome:?}");
    }
    assert!(!outcome.stdout.contains("json") && outcome.stdout.contains("entries"), "{outcome:?}");
    let quiet = place.run(["resources", "list", "app", "shop.goods", "-q"]).succeeds();
    let names: Vec<&str> = quiet.stdout.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(names, ["shop.goods", "shop.goods", "shop.goods.apple", "shop.goods.apple"]);
    let sections = place.run(["resources", "list", "app", "--sections"]).succeeds().stdout;
    for word in ["fields\n", "native\n", "interpreter-config\n", "crc-32", "of a program with", "no digest"] {
        assert!(sections.contains(word), "{word:?} is not in {sections}");
    }
    let all = place.run(["resources", "list", "app"]).succeeds().stdout;
    assert!(all.ends_with(&sections) && all.lines().count() > 1000);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut command = program().command(["resources", "list", "app"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.contains("size"), "{line}");
    let mut errors = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
    assert_eq!((child.wait().expect("ends").code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn python_runs_what_was_extracted() {
    let (place, out) = (program(), Place::new());
    let tree = out.path("tree");
    let outcome = place.run(["resources", "extract", "app", "-o", &out.text("tree")]).succeeds();
    assert!(outcome.stderr.contains("extracted ") && outcome.stdout.is_empty(), "{outcome:?}");
    assert_eq!(std::fs::read(tree.join("__main__.py")).expect("a file"), APP.as_bytes());
    let code = "import json, decimal, _json, shop; print(json.dumps(shop.price()), decimal.Decimal(1) / 4)\n\
                assert all(m.__file__.startswith(sys.path[0]) for m in [json, decimal, _json, shop])";
    python_in(&tree, code).prints("[3, \"welcome\", \"1.0\"] 0.25\n");
    assert_eq!(std::fs::read_dir(out.path("")).expect("a directory").count(), 1, "nothing is left beside");
    // A part, beside a file that stays.
    let part = out.write("part/own.txt", "mine");
    out.run(["resources", "extract", &place.text("app"), "shop", "-o", "part"]).succeeds();
    assert_eq!(std::fs::read(part).expect("a file"), b"mine");
    let names: BTreeSet<_> =
        std::fs::read_dir(out.path("part")).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["own.txt", "shop", "shop-1.0.dist-info"].map(Into::into).into());
}

#[test]
fn python_takes_extracted_bytecode() {
    let (place, out) = (program(), Place::new());
    place.run(["resources", "extract", "app", "-q", "--bytecode", "-o", &out.text("tree")]).succeeds();
    // Python is told not to look at the source.
    out.write("tree/shop/goods/apple.py", "PRICE = 'from the source'\n");
    let code = "import shop.goods.apple as a; print(a.PRICE, a.__cached__.startswith(sys.path[0]))";
    python_in(&out.path("tree"), code).prints("3 True\n");
    // Without source it stands in its place.
    let app = Place::with(&[("app.py", APP), ("shop.py", "PRICE = 5\n")]);
    app.pack(["app.py", "--no-source"]).succeeds();
    let outcome = app.run(["resources", "extract", "app", "shop", "-o", "without"]).succeeds();
    assert!(outcome.stderr.contains("1 module without source is left out"), "{outcome:?}");
    app.run(["resources", "extract", "app", "shop", "--bytecode", "-o", "with"]).succeeds();
    python_in(&app.path("with"), "import shop; print(shop.PRICE)").prints("5\n");
}

#[test]
fn one_value_on_standard_output() {
    let place = program();
    let value = |name: &str| place.run(["resources", "extract", "app", name, "--stdout"]);
    value("shop").prints(SHOP);
    value("shop:data/banner.txt").prints("welcome");
    assert!(value("shop:METADATA").succeeds().stdout.contains("Name: shop\n"));
    for (name, words) in [
        ("shop:nothing", &["entry shop has no file nothing", "hint: its files", "data/banner.txt"][..]),
        ("shop.goods.pear", &["nothing in app is named shop.goods.pear", "hint: see what is there"]),
    ] {
        let outcome = value(name);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
        assert!(words.iter().all(|word| outcome.stderr.contains(word)), "{outcome:?}");
    }
}

#[test]
fn a_program_is_verified() {
    let place = program();
    let outcome = place.run(["resources", "verify", "app"]).succeeds();
    let words = ["app is undamaged: ", " entries, ", " values with ", " sections", "no digest"];
    assert!(words.iter().all(|word| outcome.stdout.contains(word)), "{outcome:?}");
    place.run(["-q", "resources", "verify", "app"]).prints("");
}
