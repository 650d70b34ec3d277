"""Whether packed native code calls a function of the C library that virtual files do not catch (docs/virtual-files.md)."""

import pathlib
import subprocess

# What takes a path, or opens what it was not given, in the GNU C library.
TAKES_PATHS = set("""
__fxstat __fxstat64 __fxstatat __fxstatat64 __getcwd_chk __lxstat __lxstat64 __open64_2 __open_2 __openat64_2 __openat_2 __readlink_chk
__readlinkat_chk __realpath_chk __xmknod __xmknodat __xstat __xstat64 access acct bindtextdomain canonicalize_file_name catopen chdir chmod
chown chroot creat creat64 dlmopen dlopen eaccess euidaccess execl execle execlp execv execve execveat execvp execvpe faccessat
fanotify_mark fchmodat fchownat fopen fopen64 freopen freopen64 fstatat fstatat64 fts64_open fts_open ftw ftw64 futimesat get_current_dir_name
getcwd getwd getxattr glob glob64 inotify_add_watch lchmod lchown lgetxattr link linkat listxattr llistxattr lremovexattr lsetxattr lstat
lstat64 lutimes mkdir mkdirat mkdtemp mkfifo mkfifoat mknod mknodat mkostemp mkostemp64 mkostemps mkostemps64 mkstemp mkstemp64 mkstemps
mkstemps64 mount name_to_handle_at nftw nftw64 open open64 openat openat64 opendir pathconf popen posix_spawn
posix_spawn_file_actions_addchdir posix_spawn_file_actions_addchdir_np posix_spawn_file_actions_addopen posix_spawnp readlink readlinkat
realpath remove removexattr rename renameat renameat2 rmdir scandir scandir64 scandirat scandirat64 setxattr stat stat64 statfs statfs64
statvfs statvfs64 statx swapon symlink symlinkat syscall system truncate truncate64 umount umount2 unlink unlinkat utime utimensat utimes
""".split())

OUT_OF_REACH = {
    "acct": "for the system's own accounting",
    "catopen": "opens catalogues of messages, which no wheel brings",
    "chroot": "makes another tree of files",
    "fanotify_mark": "watches file systems",
    "fts64_open": "walks over directories inside the C library",
    "fts_open": "walks over directories inside the C library",
    "getwd": "is deprecated in favour of getcwd",
    "mount": "changes the tree of files",
    "name_to_handle_at": "asks a file system for its own names",
    "swapon": "changes the system",
    "umount": "changes the tree of files",
    "umount2": "changes the tree of files",
}


def names(kind, path):
    """The dynamic symbols of a file, without their versions."""
    output = subprocess.run(["nm", "-D", kind, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in output.splitlines() if line.strip()}


def uncaught(program, directory):
    """Functions that native code below a directory calls and that the program does not define, with one caller each."""
    caught = names("--defined-only", program)
    missed = TAKES_PATHS - caught - set(OUT_OF_REACH)
    found = {}
    for path in sorted(pathlib.Path(directory).rglob("*.so*")):
        if path.is_file():
            for name in names("--undefined-only", path) & missed:
                found.setdefault(name, path.name)
    return found
