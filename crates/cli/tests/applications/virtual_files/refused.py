"""Nothing packed can be changed: whoever tries is told so, and everything stays."""
import errno, os, shutil, sqlite3, sys, tempfile

import treedemo

HERE = os.path.dirname(treedemo.__file__)
FILE, DIRECTORY, NEW = HERE + "/data.txt", HERE + "/templates", HERE + "/new"
before = {name: os.path.getsize(os.path.join(HERE, name)) for name in os.listdir(HERE)}
descriptor = os.open(HERE, os.O_RDONLY)
working = os.getcwd()


def inside(function, *arguments, **options):
    os.chdir(HERE)
    try:
        return function(*arguments, **options)
    finally:
        os.chdir(working)


open("outside", "w").close()
ATTEMPTS = [
    (open, FILE, "w"), (open, FILE, "a"), (open, FILE, "r+"), (open, NEW, "w"), (open, FILE, "x"), (open, DIRECTORY, "w"),
    (os.open, FILE, os.O_RDWR), (os.open, NEW, os.O_CREAT | os.O_EXCL | os.O_WRONLY), (os.truncate, FILE, 0),
    (os.mkdir, NEW), (os.mkdir, DIRECTORY), (os.makedirs, NEW + "/a/b"), (os.rmdir, DIRECTORY), (os.unlink, FILE),
    (os.unlink, NEW), (os.remove, FILE), (os.rename, FILE, NEW), (os.rename, FILE, "outside"), (os.rename, "outside", NEW),
    (os.replace, "outside", FILE), (os.link, FILE, "linked"), (os.link, "outside", NEW), (os.symlink, "outside", NEW),
    (os.chmod, FILE, 0o777), (os.chown, FILE, 0, 0), (os.utime, FILE), (os.mkfifo, NEW), (os.removexattr, FILE, "user.x"),
    (os.setxattr, FILE, "user.x", b""), (shutil.rmtree, DIRECTORY), (shutil.rmtree, HERE), (shutil.move, FILE, "moved"),
    (shutil.copyfile, "outside", FILE), (tempfile.mkstemp, "", "", HERE), (tempfile.mkdtemp, "", "", HERE),
]
for function, *arguments in ATTEMPTS:
    try:
        function(*arguments)
    except OSError as error:
        print(function.__name__, len(arguments), errno.errorcode[error.errno])
    else:
        print(function.__name__, len(arguments), "was done")
for function, arguments, options in [
    (os.unlink, ["data.txt"], {"dir_fd": descriptor}), (os.mkdir, ["new"], {"dir_fd": descriptor}),
    (os.open, ["new", os.O_CREAT | os.O_WRONLY], {"dir_fd": descriptor}),
    (os.rename, ["data.txt", "new"], {"src_dir_fd": descriptor, "dst_dir_fd": descriptor}),
    (os.chmod, ["data.txt", 0], {"dir_fd": descriptor}), (os.utime, ["data.txt"], {"dir_fd": descriptor}),
]:
    for run, more in ((function, options), (lambda *a, f=function: inside(f, *a), {})):
        try:
            run(*arguments, **more)
        except OSError as error:
            print(function.__name__, errno.errorcode[error.errno])
        else:
            print(function.__name__, "was done")
try:
    sqlite3.connect(HERE + "/base.db").execute("create table x (y)")
except sqlite3.OperationalError as error:
    print(error)
print(os.access(FILE, os.W_OK), os.access(DIRECTORY, os.W_OK), os.access(FILE, os.X_OK), os.access(HERE + "/tools/say.sh", os.X_OK))
os.makedirs(DIRECTORY, exist_ok=True)
print(before == {name: os.path.getsize(os.path.join(HERE, name)) for name in os.listdir(HERE)})
print(open(FILE).read(), os.path.exists(NEW))
