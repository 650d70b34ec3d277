"""A compiler, found under its own name before the real one. What it is asked for is done by the real one. If a shared
library was linked, all that went into it is linked a second time, as one relocatable object, which is kept in the
directory PYOX_NATIVE_BUILD_RECORD together with what is known of it. Intermediate files of build tools do not live
longer than that.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile

RECORD = "PYOX_NATIVE_BUILD_RECORD"
# Compilers that a person has chosen, as CC and CXX name them; ours has that name then.
CHOSEN = {"chosen-cc": "PYOX_NATIVE_BUILD_CC", "chosen-c++": "PYOX_NATIVE_BUILD_CXX"}
# Libraries that compilers add by themselves.
IMPLIED = {"c", "gcc", "gcc_s"}
# Others of the C library: programs take those of the system.
OF_SYSTEM = {"dl", "m", "pthread", "rt", "util"}
# Options of the linker that say how it takes what comes after them.
MODES = {
    "--whole-archive", "--no-whole-archive", "--start-group", "--end-group", "--push-state", "--pop-state",
}
# How the names of libraries start that a program with an interpreter has anyway.
PYTHON = "python3"


def main(name, arguments):
    compiler = real(name)
    record = os.environ.get(RECORD)
    if any(argument.startswith("-flto") for argument in arguments):
        # Objects have to be code when they are linked here.
        arguments = [*arguments, "-fno-lto"]
    expanded = list(expand(arguments))
    if record is None or "-shared" not in expanded:
        os.execv(compiler[0], [*compiler, *arguments])
    status = subprocess.call([*compiler, *arguments])
    if status == 0:
        link = Link(expanded, compiler)
        with open(link.output, "rb") as file:
            library = file.read()
        # Others are none of a module: macros of Rust, libraries that a build tries out.
        if b"PyInit_" in library:
            keep(compiler, link, hashlib.sha256(library).hexdigest(), record)
    return status


def real(name):
    """The words that start the real compiler."""
    own = os.path.realpath(os.path.dirname(os.path.abspath(sys.argv[0])))
    words = shlex.split(os.environ[CHOSEN[name]]) if name in CHOSEN else [name]
    if os.path.dirname(words[0]):
        return words
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(directory, words[0])
        if os.path.realpath(directory) != own and os.access(path, os.X_OK) and os.path.isfile(path):
            return [path, *words[1:]]
    sys.exit(f"{words[0]}: not found")


def expand(arguments):
    """The arguments with those of files that are named by @FILE."""
    for argument in arguments:
        if argument.startswith("@") and os.path.isfile(argument[1:]):
            with open(argument[1:], encoding="utf-8", errors="surrogateescape") as file:
                yield from expand(shlex.split(file.read()))
        else:
            yield argument


class Link:
    """What a shared library is linked of."""

    def __init__(self, arguments, compiler):
        self.compiler = compiler
        self.output = "a.out"
        # Arguments for the second link.
        self.inputs = []
        # Names of libraries of the system, with their static forms where there are any.
        self.libraries = {}
        # Shared libraries from elsewhere.
        self.shared = []
        self.is_static = False
        words = joined(arguments, "-l", "-L", "-o")
        self.directories = [word[2:] for word in words if word.startswith("-L")]
        for word in words:
            self.take(word)
        if "++" in os.path.basename(compiler[0]):
            self.library("stdc++")

    def take(self, word):
        if word.startswith("-o"):
            self.output = word[2:]
        elif word.startswith("-l"):
            self.library(word[2:])
        elif word.startswith("-Wl,"):
            for part in word[4:].split(","):
                self.option(part)
        elif word in ("-m32", "-m64"):
            self.inputs.append(word)
        elif not word.startswith("-") and os.path.isfile(word):
            self.file(word)

    def option(self, word):
        if word in MODES:
            self.inputs.append("-Wl," + word)
        elif word in ("-Bstatic", "-static", "-dn", "-non_shared"):
            self.is_static = True
        elif word in ("-Bdynamic", "-dy", "-call_shared"):
            self.is_static = False
        elif word.startswith("-l") and len(word) > 2:
            self.library(word[2:])
        elif not word.startswith("-") and os.path.isfile(word):
            self.file(word)

    def file(self, path):
        kind = kind_of(path)
        if kind == "shared":
            self.shared.append(os.path.abspath(path))
        elif kind is not None:
            self.inputs.append(path)

    def library(self, name):
        if name in IMPLIED or name.startswith(PYTHON):
            return
        if name in OF_SYSTEM:
            self.libraries[name] = None
            return
        for directory in self.directories:
            names = [name[1:]] if name.startswith(":") else [f"lib{name}.a", f"lib{name}.so"]
            found = [path for path in (os.path.join(directory, file) for file in names) if os.path.isfile(path)]
            if found:
                self.file(found[0])
                return
        archive = self.ask(f"lib{name}.a")
        if self.is_static and archive:
            self.inputs.append(archive)
        else:
            self.libraries[name] = archive

    def ask(self, file):
        """Where the compiler has a file."""
        command = [*self.compiler, f"-print-file-name={file}"]
        path = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout.decode().strip()
        return os.path.realpath(path) if os.path.isabs(path) and os.path.isfile(path) else None


def joined(arguments, *options):
    """The arguments, each of these options with its value in one word."""
    words, arguments = [], iter(arguments)
    for word in arguments:
        words.append(word + next(arguments, "") if word in options else word)
    return words


def kind_of(path):
    """Whether a file is an object, an archive of them, or a shared library."""
    with open(path, "rb") as file:
        start = file.read(18)
    if start[:8] in (b"!<arch>\n", b"!<thin>\n"):
        return "archive"
    if start[:4] == b"\x7fELF":
        order = "little" if start[5] == 1 else "big"
        return {1: "object", 3: "shared"}.get(int.from_bytes(start[16:18], order))
    return None


def keep(compiler, link, digest, record):
    """Links again, and notes what is known."""
    descriptor, note = tempfile.mkstemp(suffix=".json", dir=record)
    kept = note[: -len(".json")] + ".o"
    options = ["-r", "-nostdlib", "-o", kept, "-Wl,-d", "-Wl,--force-group-allocation"]
    outcome = subprocess.run(
        [*compiler, *options, *link.inputs], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    with open(descriptor, "w", encoding="utf-8") as file:
        known = {
            "output": os.path.basename(link.output),
            "sha256": digest,
            "object": os.path.basename(kept),
            "libraries": link.libraries,
            "shared": link.shared,
            "failure": outcome.stdout.decode(errors="replace") if outcome.returncode else None,
        }
        json.dump(known, file)


sys.exit(main(os.path.basename(sys.argv[0]), sys.argv[1:]))
