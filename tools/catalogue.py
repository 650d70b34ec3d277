#!/usr/bin/env python3
"""Makes a catalogue of Python distributions: the JSON that `pyoxidizer --catalogue` reads.

    catalogue.py releases.json > catalogue.json
    catalogue.py --base https://host/20260814 SHA256SUMS > catalogue.json

A listing is what GitHub's API says of one release or a list of them (`/repos/OWNER/REPO/releases`), where each asset
has its SHA-256, or a file as `sha256sum` writes it, of archives below the URL that --base names. Several listings make one
catalogue. Nothing is downloaded, and names that are no archives of CPython are passed over.
"""

import argparse
import json
import re
import sys

ARCHIVE = re.compile(r"cpython-3\.\d+\.\d+\+\d+-[\w.+-]+-(full\.tar\.zst|install_only(_stripped)?\.tar\.gz)")
SHA256 = re.compile(r"[0-9a-f]{64}")


def of_release(release):
    """The archives of a release, as (base, name, digest)."""
    for asset in release["assets"]:
        algorithm, _, digest = (asset.get("digest") or "").partition(":")
        if ARCHIVE.fullmatch(asset["name"]):
            if algorithm != "sha256":
                sys.exit(f"{asset['name']} has no SHA-256 in the listing: give SHA256SUMS with --base")
            yield asset["browser_download_url"].rpartition("/")[0], asset["name"], digest


def of_sums(text, base):
    """The archives of a file of checksums."""
    for line in text.splitlines():
        digest, _, name = line.partition(" ")
        name = name.lstrip(" *")
        if ARCHIVE.fullmatch(name):
            yield base, name, digest


def archives(path, base):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if base is not None:
        return list(of_sums(text, base))
    listing = json.loads(text)
    releases = listing if isinstance(listing, list) else [listing]
    return [archive for release in releases for archive in of_release(release)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", help="where the archives of checksums are")
    parser.add_argument("listings", nargs="+", metavar="LISTING")
    arguments = parser.parse_args()
    releases = {}
    for path in arguments.listings:
        for base, name, digest in archives(path, arguments.base):
            if not SHA256.fullmatch(digest):
                sys.exit(f"{path}: {digest!r} of {name} is no SHA-256")
            releases.setdefault(base.rstrip("/"), {})[name] = digest
    if not releases:
        sys.exit("there are no archives in it")
    rows = [{"base": base, "archives": dict(sorted(named.items()))} for base, named in sorted(releases.items())]
    json.dump({"format": 1, "releases": rows}, sys.stdout, indent=0, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
