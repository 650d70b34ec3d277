"""What pefile and macholib say of binaries, as JSON in the words of an analysis."""

import json
import sys

import pefile
from macholib import mach_o
from macholib.MachO import MachO
from macholib.SymbolTable import SymbolTable

LOADS = {
    mach_o.LC_LOAD_DYLIB: "at-start",
    mach_o.LC_REEXPORT_DYLIB: "at-start",
    mach_o.LC_LOAD_UPWARD_DYLIB: "at-start",
    mach_o.LC_LOAD_WEAK_DYLIB: "if-present",
    mach_o.LC_LAZY_LOAD_DYLIB: "delayed",
}
KINDS = {mach_o.MH_EXECUTE: "executable", mach_o.MH_DYLIB: "shared-library", mach_o.MH_BUNDLE: "bundle"}


def python(names):
    inits = {name for name in names if name.startswith(("PyInit_", "PyInitU_", "PyModExport_"))}
    api = [name for name in names if name.startswith(("Py", "_Py")) and name not in inits]
    return {"init_functions": sorted(inits), "python_api": len(api) if "Py_IsInitialized" in api else 0}


def pe(path):
    file = pefile.PE(path, fast_load=True)
    directories = ["IMAGE_DIRECTORY_ENTRY_IMPORT", "IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT", "IMAGE_DIRECTORY_ENTRY_EXPORT"]
    file.parse_data_directories([pefile.DIRECTORY_ENTRY[name] for name in directories])
    needs = [(entry.dll.decode(), "at-start") for entry in getattr(file, "DIRECTORY_ENTRY_IMPORT", [])]
    needs += [(entry.dll.decode(), "delayed") for entry in getattr(file, "DIRECTORY_ENTRY_DELAY_IMPORT", [])]
    exports = getattr(file, "DIRECTORY_ENTRY_EXPORT", None)
    names = [symbol.name.decode() for symbol in exports.symbols if symbol.name] if exports else []
    machine = pefile.MACHINE_TYPE[file.FILE_HEADER.Machine]
    yield {
        "architecture": {"AMD64": "x86_64", "I386": "i686", "ARM64": "aarch64"}[machine.rsplit("_", 1)[1]],
        "bits": 64 if file.OPTIONAL_HEADER.Magic == 0x20B else 32,
        "is_little_endian": True,
        "kind": "shared-library" if file.is_dll() else "executable",
        "name": exports.name.decode() if exports and exports.name else None,
        "needs": needs,
        "rpath": [],
        **python(names),
    }


def mach(path):
    file = MachO(path)
    for header in file.headers:
        needs, rpath, name = [], [], None
        for load, _, data in header.commands:
            text = data.split(b"\0", 1)[0].decode() if isinstance(data, bytes) else None
            if load.cmd in LOADS:
                needs.append((text, LOADS[load.cmd]))
            elif load.cmd == mach_o.LC_ID_DYLIB:
                name = text
            elif load.cmd == mach_o.LC_RPATH:
                rpath.append(text)
        symbols = SymbolTable(file, header).extdefsyms
        cpu = mach_o.CPU_TYPE_NAMES[header.header.cputype]
        yield {
            "architecture": {"ARM64": "aarch64", "x86_64": "x86_64", "i386": "i686"}[cpu],
            "bits": 64 if cpu.endswith("64") else 32,
            "is_little_endian": header.endian == "<",
            "kind": KINDS[header.header.filetype],
            "name": name,
            "needs": needs,
            "rpath": rpath,
            **python([symbol.decode().removeprefix("_") for _, symbol in symbols]),
        }


with open(sys.argv[1]) as paths:
    read = {path: list((pe if open(path, "rb").read(2) == b"MZ" else mach)(path)) for path in json.load(paths)}
json.dump(read, sys.stdout)
