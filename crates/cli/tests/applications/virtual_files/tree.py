"""Packed files as files, for Python."""
import ctypes, glob, importlib, importlib.metadata, importlib.resources, inspect, io, linecache, mmap, os, pathlib
import shutil, sqlite3, stat, subprocess, sys, tarfile, zipfile

import treedemo

HERE = os.path.dirname(treedemo.__file__)


def show(*values):
    print(*[str(value).replace(HERE, "HERE") for value in values])


def names(directory):
    return sorted(name for name in os.listdir(directory) if name != "__pycache__")


# What is there.
show(names(HERE), names(HERE + "/templates"), names(HERE + "/templates/../templates/./parts//"))
for name in ("data.txt", "templates", "templates/", "data.txt/", "none", "none/x", "data.txt/x", "../treedemo/data.txt"):
    path = os.path.join(HERE, name)
    show(name, os.path.exists(path), os.path.isfile(path), os.path.isdir(path), os.path.islink(path))
    show(os.access(path, os.R_OK), os.path.lexists(path), pathlib.Path(path).is_file())
for name in ("none", "data.txt/x", "data.txt/"):
    for look in (os.stat, os.lstat, os.listdir, open, os.readlink, os.chdir):
        try:
            look(os.path.join(HERE, name))
        except OSError as error:
            show(name, look.__name__, type(error).__name__)
show(os.path.realpath(HERE + "/templates/../data.txt"), pathlib.Path(HERE, "data.txt").resolve())
show(sorted(entry.name + ("/" if entry.is_dir() else "") for entry in os.scandir(HERE) if entry.name != "__pycache__"))

# Walks.
walk = [(top, sorted(dirs), sorted(files)) for top, dirs, files in os.walk(HERE) if "__pycache__" not in top]
show(sorted(walk))
show(sorted((top, sorted(files)) for top, _, files, _ in os.fwalk(HERE + "/templates")))
show(sorted(glob.glob(HERE + "/**/*.html", recursive=True)))
show(sorted(str(path) for path in pathlib.Path(HERE).rglob("*.txt")))

# Contents.
for name in ("data.txt", "templates/page.html", "plain.py", "_version.py", "templates/parts/deep.html"):
    path = os.path.join(HERE, name)
    with open(path, "rb") as file:
        facts, of_open = os.stat(path), os.fstat(file.fileno())
        content = file.read()
    show(name, len(content), facts.st_size, os.path.samestat(facts, of_open), stat.S_ISREG(facts.st_mode))
    show(facts.st_mtime == of_open.st_mtime, facts.st_mode == of_open.st_mode, os.path.samefile(path, path))
with open(HERE + "/data.txt", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
    show(mapped[:5])
scope = {}
exec(open(HERE + "/_version.py").read(), scope)
show(scope["VERSION"])
show(inspect.getsourcefile(treedemo), inspect.getsource(treedemo.function), linecache.getline(HERE + "/plain.py", 1))
show(importlib.import_module("treedemo.plain").__spec__.origin, treedemo.function.__code__.co_filename)
show(inspect.getfile(treedemo.Thing), importlib.util.find_spec("treedemo.plain").origin)

# Through descriptors of directories.
directory = os.open(HERE, os.O_RDONLY)
show(os.stat("data.txt", dir_fd=directory).st_size, os.path.samestat(os.fstat(directory), os.stat(HERE)))
with open(os.open("data.txt", os.O_RDONLY, dir_fd=directory)) as file:
    show(file.read())
show(sorted(name for name in os.listdir(directory) if name != "__pycache__"))
os.close(directory)
before = os.getcwd()
os.chdir(HERE + "/templates")
show(os.getcwd(), open("page.html").read(), os.path.exists("../data.txt"), os.path.abspath("page.html"))
os.chdir(before)
show(open(os.path.relpath(HERE + "/data.txt")).read())

# Other readers.
copy = "copied"
shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
show(names(copy), open(copy + "/data.txt").read() == open(HERE + "/data.txt").read())
with tarfile.open("tree.tar", "w") as archive:
    archive.add(HERE + "/templates", "templates")
show(tarfile.open("tree.tar").getnames())
with zipfile.ZipFile("tree.zip", "w") as archive:
    archive.write(HERE + "/data.txt", "data.txt")
show(zipfile.ZipFile("tree.zip").read("data.txt"))
database = sqlite3.connect("file:" + HERE + "/base.db?mode=ro", uri=True)
show(database.execute("select * from fruit").fetchall())
database.close()
files = importlib.resources.files("treedemo")
show(sorted(path.name for path in files.iterdir() if path.name != "__pycache__"), files.joinpath("data.txt").read_text())

# Other programs.
run = lambda *command, **options: subprocess.run(command, capture_output=True, text=True, **options).stdout
show(run("cat", HERE + "/data.txt"), run(HERE + "/tools/say.sh", "a", HERE + "/data.txt"))
show(run("sh", "-c", "cat " + HERE + "/data.txt; ls " + HERE + "/templates"), run("ls", HERE + "/templates"))
show(run("env", "-C", HERE + "/templates", "cat", "page.html"), run("cat", "page.html", cwd=HERE + "/templates"))
show(run("grep", "-hc", "data", "--file=" + HERE + "/pattern", HERE + "/data.txt"), os.system("cat " + HERE + "/data.txt >copy"))
show(open("copy").read(), os.popen("cat " + HERE + "/data.txt").read())
show(os.spawnvp(os.P_WAIT, "test", ["test", "-f", HERE + "/data.txt"]))
show(run("cat", preexec_fn=lambda: None, stdin=open(HERE + "/data.txt")))
child = os.fork()
if not child:
    os._exit(len(open(HERE + "/data.txt").read()) + len(os.listdir(HERE + "/templates")))
show(os.waitpid(child, 0)[1] >> 8)
show(run(sys.executable, HERE + "/adapter", "argument"), "treedemo" in os.listdir(sys.path[0] + "/"))
show(run(sys.executable, HERE + "/worker.py", "argument"), run(sys.executable, "-c", "print('child')"))
