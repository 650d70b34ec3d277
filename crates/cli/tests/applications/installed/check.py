"""Looks at what was installed with the package, and from where."""
import importlib.metadata
import os
import subprocess
import sys
import sysconfig


def below(path, base):
    path, base = (os.path.realpath(os.fspath(name)) for name in (path, base))
    return os.path.relpath(path, base)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout.replace(sys.prefix, "<prefix>")


def main():
    packages = sysconfig.get_path("purelib")
    for name in "purelib", "platlib", "scripts", "data":
        print(name, below(sysconfig.get_path(name), sys.prefix).replace("python%d.%d" % sys.version_info[:2], "X"))

    share = os.path.join(sys.prefix, "share", "placed")
    print(sorted(os.listdir(share)), open(os.path.join(share, "words.txt")).read())
    with open(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, "share", "placed", "words.txt")) as stream:
        print("from the package:", stream.read())

    from placed import _native
    print("a library of the prefix:", _native.value(), below(_native.__file__, packages).split(".")[0])
    print(os.path.exists(os.path.join(sys.prefix, "lib", "libplaced.so.1")))

    print("code of a .pth file:", getattr(sys, "placed_code", None))
    import extra_module
    print("a directory of one:", below(extra_module.__file__, packages), extra_module.DATA)
    print([below(path, packages) for path in sys.path if path.endswith("extra")])

    scripts = sysconfig.get_path("scripts")
    print(sorted(name for name in os.listdir(scripts) if name.startswith("placed")))
    print("entry point:", run(os.path.join(scripts, "placed-tool"), "a b", "c"))
    print("without a variable:", run("env", "-i", "true"), subprocess.run(
        [os.path.join(scripts, "placed-tool"), "x"], env={}, stdout=subprocess.PIPE, text=True).stdout)
    print("script in Python:", run(os.path.join(scripts, "placed-script"), "d"))
    try:
        print("script of the shell:", run(os.path.join(scripts, "placed-shell"), "e"))
    except OSError:  # it needs real files
        print("script of the shell: none")
    print(os.access(os.path.join(scripts, "placed-tool"), os.X_OK))
    tool = os.path.join(scripts, "placed-tool")
    for command in f"{tool} 'f g'; echo $?", f"'{tool}' h", f'true && "{tool}" i | cat':
        print("by the shell:", run("sh", "-c", command))
    sys.stdout.flush()
    print(os.system(f"{tool} j") >> 8, os.popen(f"{tool} k").read())

    found = importlib.metadata.distribution("placed")
    notes = "INSTALLER", "REQUESTED", "direct_url.json", "RECORD"
    files = sorted(str(path) for path in found.files if path.name not in notes and path.suffix != ".pyc")
    for path in files:
        print(path, os.path.exists(found.locate_file(path)))
    print(len([other for other in importlib.metadata.distributions() if other.metadata["Name"] == "placed"]))
    print([str(path) for path in importlib.metadata.files("placed") if str(path).endswith("placed-tool")])


def tool():
    print(sys.argv[1:], os.path.basename(sys.argv[0]), below(sys.path[0], sys.prefix), __name__)
    return 3
