#!/usr/bin/env python3
"""Writes src/launcher.json: the crates that launchers are compiled from, with the texts of their licences.

With --check it compares instead. The versions are those of Cargo.lock, which launchers are compiled with.
"""

import hashlib
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "src" / "launcher.json"
# Features of the launcher that bring crates along.
FEATURES = ["jemalloc", "mimalloc", "snmalloc"]
# Libraries in C and C++ that a crate has the sources of: name, licence, pattern of the file with its text.
LIBRARIES = {
    "libmimalloc-sys": ("mimalloc", "MIT", "c_src/mimalloc*/**/LICENSE"),
    "snmalloc-sys": ("snmalloc", "MIT", "snmalloc/LICENSE"),
    "tikv-jemalloc-sys": ("jemalloc", "BSD-2-Clause", "jemalloc/COPYING"),
    "zstd-sys": ("zstd", "BSD-3-Clause OR GPL-2.0-only", "zstd/LICENSE"),
}
TEXTS = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "COPYRIGHT*"]


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], cwd=HERE, check=True, capture_output=True, text=True).stdout


def tree(*features):
    """Names and versions of the crates that are linked."""
    options = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--target", "x86_64-unknown-linux-gnu"]
    lines = cargo("tree", "--package", "pyox-launcher", *options, "--format", "{p}", *features).splitlines()
    return {tuple(line.split()[:2]) for line in lines if line.strip()}


def main():
    packages = {
        (package["name"], package["version"]): package
        for package in json.loads(cargo("metadata", "--all-features", "--format-version", "1"))["packages"]
    }
    usual = tree()
    features = {key: None for key in usual}
    for feature in FEATURES:
        features.update({key: feature for key in tree("--features", feature) - usual})
    texts, crates, libraries = {}, [], []

    def files(root, patterns):
        found = {}
        for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
            content = path.read_text(encoding="utf-8")
            digest = hashlib.sha256(content.encode()).hexdigest()[:16]
            texts[digest] = content
            found[path.name] = digest
        return found

    for (name, version), feature in sorted(features.items()):
        package = packages[name, version.removeprefix("v")]
        root = pathlib.Path(package["manifest_path"]).parent
        crates.append(
            {
                "name": name,
                "version": package["version"],
                "license": package["license"].replace("/", " OR "),
                "feature": feature,
                "texts": files(root, TEXTS),
            }
        )
        if name in LIBRARIES:
            library, license, pattern = LIBRARIES[name]
            row = {"name": library, "license": license, "part_of": name, "feature": feature}
            libraries.append({**row, "texts": files(root, [pattern])})
    document = {"crates": crates, "libraries": libraries, "texts": dict(sorted(texts.items()))}
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != text:
        sys.exit(f"{TARGET.name} is not what the crates are: run {pathlib.Path(__file__).name}")


main()
