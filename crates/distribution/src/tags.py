# Writes the compatibility tags of the wheels that this Python takes as one line of JSON, best first.
import sys

sys.path[:] = [p for p in sys.path if p]  # never import from the working directory

import json
import os
import sysconfig


def of_pip():
    """The tags by the library that pip asks: in the pip that is installed, or in that which ensurepip would install."""
    try:
        from pip._vendor.packaging import tags
    except ImportError:
        try:
            import ensurepip
        except ImportError:
            return None
        places = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), sysconfig.get_config_var("WHEEL_PKG_DIR")]
        names = [os.path.join(p, n) for p in places if p and os.path.isdir(p) for n in sorted(os.listdir(p))]
        sys.path[:0] = [name for name in names if os.path.basename(name).startswith("pip-")]
        try:
            from pip._vendor.packaging import tags
        except ImportError:
            return None
    own = tags.interpreter_name() + tags.interpreter_version()
    return [str(tag) for tag in [*tags.cpython_tags(), *tags.compatible_tags(interpreter=own)]]


def computed():
    """The same for a Python without pip. Platforms but those of Linux with the GNU C library have the plain tag only."""
    major, minor = sys.version_info[:2]
    own = "cp%d%d" % (major, minor)
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    release = own + ("t" if free_threaded else "")
    abis = [release]
    if sysconfig.get_config_var("Py_DEBUG") or hasattr(sys, "gettotalrefcount"):
        abis.insert(0, release + "d")
    older = range(minor - 1, -1, -1)
    triples = [(own, abi) for abi in abis]
    triples += [] if free_threaded else [(own, "abi3")]
    triples += [(own, "none")]
    triples += [] if free_threaded else [("cp%d%d" % (major, n), "abi3") for n in older if n >= 2]
    pure = ["py%d%d" % (major, minor), "py%d" % major] + ["py%d%d" % (major, n) for n in older]
    found = [(python, abi, platform) for python, abi in triples for platform in platforms()]
    found += [(python, "none", platform) for python in pure for platform in platforms()]
    found += [(own, "none", "any")] + [(python, "none", "any") for python in pure]
    return ["-".join(tag) for tag in found]


def platforms():
    plain = sysconfig.get_platform().replace("-", "_").replace(".", "_").replace(" ", "_")
    if not plain.startswith("linux_"):
        return [plain]
    machine = plain[len("linux_"):]
    if sys.maxsize <= 2**32:
        machine = {"x86_64": "i686", "aarch64": "armv8l"}.get(machine, machine)
        plain = "linux_" + machine
    try:
        library, _, version = os.confstr("CS_GNU_LIBC_VERSION").partition(" ")
        major, newest = (int(number) for number in version.split(".")[:2])
    except (AttributeError, OSError, ValueError):
        return [plain]
    known = ("x86_64", "i686", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64")
    if library != "glibc" or major != 2 or machine not in known:
        return [plain]
    names = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    found = []
    for version in range(newest, 4 if machine in ("x86_64", "i686") else 16, -1):
        found.append("manylinux_2_%d_%s" % (version, machine))
        if version in names:
            found.append("%s_%s" % (names[version], machine))
    return found + [plain]


sys.stdout.write(json.dumps(of_pip() or computed()) + "\n")
