# Describes the interpreter that runs this as one line of JSON. Run as `python -E -s -S -c PROBE`.
# It must at least parse in Python 2.7, to say "too old" instead of failing.
import sys

sys.path[:] = [p for p in sys.path if p]  # never import from the working directory

import site  # the last that the interpreter imports when it starts

startup_modules = {name.partition(".")[0] for name in sys.modules} - {"__main__", "linecache"}  # that is for `-c`

import json
import os


def virtualenv():
    """The virtual environment of this interpreter and the directory of the interpreter it was made from."""
    here = os.path.dirname(os.path.abspath(sys.executable))
    for directory in (os.path.dirname(here), here):
        try:
            with open(os.path.join(directory, "pyvenv.cfg"), encoding="utf-8") as f:
                lines = f.readlines()
        except OSError:
            continue
        for line in lines:
            key, _, value = line.partition("=")
            if key.strip().lower() == "home":
                return directory, value.strip()
        return directory, None
    return None, None


def base_executable(home):
    """The interpreter that a virtual environment was made from; ours, with links resolved, if there is none."""
    if home:
        suffix = ".exe" if os.name == "nt" else ""
        for name in ("python%d.%d" % sys.version_info[:2], "python3", "python"):
            path = os.path.join(home, name + suffix)
            if os.path.isfile(path):
                return os.path.realpath(path)
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def first_directory(*candidates):
    for path in candidates:
        if path and os.path.isdir(path):
            return path
    return None


def loaded_library():
    """The libpython that this interpreter is linked with."""
    try:
        with open("/proc/self/maps", "rb") as maps:
            paths = [os.fsdecode(line.split(None, 5)[5].rstrip(b"\n")) for line in maps if b"/libpython" in line]
    except (OSError, IndexError):
        return None
    paths = [path for path in paths if ".so" in os.path.basename(path) and os.path.isfile(path)]
    return paths[0] if paths else None


def describe():
    import importlib.machinery
    import importlib.util
    import sysconfig

    get = sysconfig.get_config_var
    minor = "%d.%d" % sys.version_info[:2]
    environment, home = virtualenv()
    paths = sysconfig.get_paths()
    stdlib = os.path.dirname(os.path.abspath(os.__file__))
    platstdlib = paths.get("platstdlib") or stdlib
    if environment:
        names = sysconfig.get_scheme_names()
        scheme = "venv" if "venv" in names else "nt" if os.name == "nt" else "posix_prefix"
        place = {"base": environment, "platbase": environment}
        purelib = sysconfig.get_path("purelib", scheme, place)
    else:
        purelib = paths["purelib"]
    base_prefix = os.path.abspath(sys.base_prefix)
    info = {
        "version": "%d.%d.%d" % sys.version_info[:3],
        "major": sys.version_info[0],
        "minor": sys.version_info[1],
        "micro": sys.version_info[2],
        "releaselevel": sys.version_info[3],
        "serial": sys.version_info[4],
        "soabi": get("SOABI"),
        "extension_suffixes": importlib.machinery.EXTENSION_SUFFIXES,
        "magic": "".join("%02x" % b for b in importlib.util.MAGIC_NUMBER),
        "builtin_modules": sorted(sys.builtin_module_names),
        "fixed_modules": fixed_modules(),
        "gil_disabled": bool(get("Py_GIL_DISABLED")),
        "debug": bool(get("Py_DEBUG")),
        "platform": sysconfig.get_platform(),
        "markers": markers(),
    }
    paths = {
        "executable": base_executable(home),
        "base_prefix": base_prefix,
        "stdlib": stdlib,
        "extension_dir": first_directory(
            get("DESTSHARED"),
            os.path.join(platstdlib, "lib-dynload"),
            os.path.join(stdlib, "lib-dynload"),
            os.path.join(base_prefix, "DLLs"),
        ),
        "purelib": purelib,
        "libpl": first_directory(
            get("LIBPL"),
            os.path.join(stdlib, "config-%s%s" % (minor, getattr(sys, "abiflags", ""))),
            os.path.dirname(sysconfig.get_makefile_filename()) if os.name == "posix" else None,
        ),
        "library": get("LIBRARY"),
        "libdir": first_directory(get("LIBDIR"), os.path.join(base_prefix, "lib")),
        "multiarch": get("MULTIARCH"),
        "loaded": loaded_library(),
        "libs": get("LIBS") or "",
        "syslibs": get("SYSLIBS") or "",
        "modlibs": get("MODLIBS") or "",
    }
    return {"info": info, "paths": paths}


def fixed_modules():
    """The top-level modules that are never looked for on sys.path: they are built in, frozen, or there from the start."""
    from importlib.machinery import FrozenImporter

    names = getattr(sys, "stdlib_module_names", ())
    frozen = {name for name in names if FrozenImporter.find_spec(name) is not None}
    return sorted(startup_modules | frozen | set(sys.builtin_module_names))


def markers():
    """The environment that the markers of requirements are about (PEP 508). A release candidate counts as the release."""
    if hasattr(os, "uname"):
        system = os.uname()
        system, release, version, machine = system.sysname, system.release, system.version, system.machine
    else:
        import platform

        system, release, version, machine = platform.system(), platform.release(), platform.version(), platform.machine()
    full = "%d.%d.%d" % sys.version_info[:3]
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": "%d.%d.%d" % sys.implementation.version[:3],
        "os_name": os.name,
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": release,
        "platform_system": system,
        "platform_version": version,
        "python_full_version": full,
        "python_version": "%d.%d" % sys.version_info[:2],
        "sys_platform": sys.platform,
    }


name = sys.implementation.name if hasattr(sys, "implementation") else "python"
answer = {"implementation": name, "version": "%d.%d.%d" % sys.version_info[:3]}
answer["bits"] = 64 if sys.maxsize > 2**32 else 32
if name == "cpython" and sys.version_info >= (3, 9):
    answer["description"] = describe()
sys.stdout.write(json.dumps(answer) + "\n")
