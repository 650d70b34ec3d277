# Writes where the Tcl and Tk of this Python are, as one line of JSON; null if it has none that could be packed.
import sys

sys.path[:] = [p for p in sys.path if p]  # never import from the working directory

import json
import os
import re


def directory_of_tk(tcl, libraries):
    """The directory of Tk's scripts. Tk itself would say so, if there were a display."""
    version = tcl.eval("info tclversion")
    beside = [os.path.dirname(tcl.eval("info library"))] + list(tcl.splitlist(tcl.eval("set auto_path")))
    with open(libraries["tk"], "rb") as file:
        content = file.read()
    compiled_in = [os.fsdecode(path) for path in re.findall(rb"(?<=\0)/[^\0]{1,4096}(?=\0)", content)]
    for place in [os.environ.get("TK_LIBRARY", "")] + compiled_in + [os.path.join(p, "tk" + version) for p in beside]:
        try:
            with open(os.path.join(place, "tk.tcl"), "rb") as file:
                wanted = re.search(rb"package require -exact Tk\s+([0-9.ab]+)", file.read())
        except (OSError, ValueError):
            continue
        # It refuses a library of any other release.
        if wanted and b"\0" + wanted.group(1) + b"\0" in content:
            return place, wanted.group(1).decode()
    return None, None


def modules(tcl, scripts):
    """The directories of the modules that came with Tcl, with the version of Tcl that each is for."""
    version = tcl.eval("info tclversion")
    tcl.eval("catch {package require msgcat}")  # reads what defines the next command
    found = []
    for path in tcl.splitlist(tcl.eval("::tcl::tm::path list")):
        name = os.path.basename(path)
        if os.path.isdir(path) and name != "site-tcl" and path.startswith(os.path.dirname(scripts) + "/"):
            found.append([name if re.fullmatch(r"[0-9]+\.[0-9]+", name) else version, path])
    return found


def found():
    try:
        import tkinter
    except ImportError:
        return None
    try:
        tcl = tkinter.Tcl()
    except tkinter.TclError:
        return None
    with open("/proc/self/maps", "rb") as maps:
        loaded = {os.fsdecode(line.split(None, 5)[5].rstrip(b"\n")) for line in maps if line.count(b"/") > 0}
    libraries = {}
    for path in loaded:
        name = os.path.basename(path)
        if re.match(r"libtcl[0-9.]+\.so", name):
            libraries["tcl"] = path
        elif re.match(r"lib(tcl[0-9]+)?tk[0-9.]+\.so", name):
            libraries["tk"] = path
    scripts = tcl.eval("info library")
    if len(libraries) < 2 or not os.path.isfile(os.path.join(scripts, "init.tcl")):
        return None  # they are part of the module, or the scripts part of the library
    tk_scripts, tk_patch = directory_of_tk(tcl, libraries)
    if tk_scripts is None:
        return None
    return {
        "version": tcl.eval("info tclversion"),
        "tk_patch_level": tk_patch,
        "tcl_library": libraries["tcl"],
        "tk_library": libraries["tk"],
        "tcl_scripts": scripts,
        "tk_scripts": tk_scripts,
        "tcl_modules": modules(tcl, scripts),
    }


sys.stdout.write(json.dumps(found()) + "\n")
